import type { EntityRef } from '../../../model/entity.ts';
import type { Node } from '../../../model/inventory.ts';
import { type Clues, eventOf, type Hypothesis, pastSignalOf, signalOf, Weighing } from './hypothesis.ts';

/** Causes that sit in a node or a zone. */
export function nodeCauses(clues: Clues): Hypothesis[] {
  return nodeIds(clues).flatMap((id) => {
    const node: EntityRef = { kind: 'node', id };
    return [
      nodeCrash(clues, node),
      cutOff(clues, node),
      slowNode(clues, node),
      single(clues, node, 'disk-fill', 'trend-to-limit', 'disk.usage'),
      rising(clues, node, 'disk-errors', 'disk.errors'),
      rising(clues, node, 'packet-loss', 'network.errors', clues.incident.entity.kind === 'zone'),
      rising(clues, node, 'clock-skew', 'clock.offset'),
      rising(clues, node, 'cooling-failure', 'temperature', clues.incident.entity.kind === 'zone'),
    ];
  });
}

const ranOnText = 'what it carries ran on while it was out of sight';

export function zoneCauses(clues: Clues): Hypothesis[] {
  const { entity } = clues.incident;
  if (entity.kind !== 'zone' && entity.kind !== 'site') return [];
  const nodes = nodesOfPlace(clues, entity);
  const down = nodes.filter((node) => pastSignalOf(clues, { kind: 'node', id: node.id }, 'node-down') !== undefined);
  const allDown = down.length === nodes.length && nodes.length >= 2;
  const fates = nodes.map((node) => fateOf(clues, { kind: 'node', id: node.id }));
  const ranThrough = fates.some((fate) => fate.ranThrough);
  const ended = !ranThrough && fates.some((fate) => fate.ended);
  const text = `${down.length} of ${nodes.length} nodes of ${entity.id} are down`;
  if (entity.kind === 'site') {
    return [
      new Weighing('edge-link-loss', entity)
        .fact(allDown, 5, `${text}, all that is reached over its link`)
        .fact(ranThrough, 1, ranOnText)
        .missing(true, `a look at ${entity.id} from its own side of the link`).hypothesis,
    ];
  }
  return [
    new Weighing('zone-loss', entity)
      .fact(allDown, 6, text)
      .fact(ranThrough, -6, ranOnText)
      .missing(allDown && !ranThrough && !ended, `whether the processes of ${entity.id} still run`).hypothesis,
    // From outside a zone that is cut off looks like one that is gone: without more to tell by, it is gone.
    new Weighing('partition', entity)
      .fact(allDown, 3, text)
      .fact(allDown && ranThrough, 5, ranOnText)
      .fact(ended, -4, 'what it carried ended with it').hypothesis,
    alike(clues, entity, 'cooling-failure', 'temperature', 'are hot'),
    alike(clues, entity, 'packet-loss', 'network.errors', 'lose packets'),
  ];
}

/** What all nodes of a zone show sits in what they share. */
function alike(
  clues: Clues,
  zone: EntityRef,
  cause: 'cooling-failure' | 'packet-loss',
  metric: string,
  what: string,
): Hypothesis {
  const nodes = nodesOfPlace(clues, zone);
  const shown = nodes.flatMap(({ id }) => {
    const node: EntityRef = { kind: 'node', id };
    return signalOf(clues, node, 'peer-outlier', metric) ?? signalOf(clues, node, 'level-high', metric) ?? [];
  });
  const all = shown.length === nodes.length && nodes.length >= 2;
  return new Weighing(cause, zone)
    .signal(shown[0], 3)
    .fact(all, 4, `all ${nodes.length} nodes of ${zone.id} ${what}`)
    .fact(!all, -3, `${shown.length} of ${nodes.length} nodes of ${zone.id} ${what}`).hypothesis;
}

function nodesOfPlace({ topology }: Clues, place: EntityRef): readonly Node[] {
  if (place.kind === 'zone') return topology.nodesOfZone.get(place.id) ?? [];
  return topology.inventory.zones
    .filter((zone) => zone.siteId === place.id)
    .flatMap((zone) => topology.nodesOfZone.get(zone.id) ?? []);
}

/** Nodes with a signal of their own, and those under an ill instance. */
function nodeIds(clues: Clues): string[] {
  const ids = clues.own.flatMap((signal) => {
    if (signal.entity.kind === 'node') return [signal.entity.id];
    if (signal.entity.kind !== 'instance') return [];
    return clues.topology.instances.get(signal.entity.id)?.nodeId ?? [];
  });
  return [...new Set(ids)];
}

function nodeCrash(clues: Clues, node: EntityRef): Hypothesis {
  const zone = clues.incident.entity.kind === 'zone' || clues.incident.entity.kind === 'site';
  const { ranThrough, ended } = fateOf(clues, node);
  return new Weighing('node-crash', node)
    .signal(pastSignalOf(clues, node, 'node-down'), 5)
    .fact(ranThrough, -6, ranOnText)
    .fact(ended, 1, 'what it carried ended with it')
    .fact(zone, -4, `its whole ${clues.incident.entity.kind} is down`)
    .missing(!ranThrough && !ended, `whether the processes of ${node.id} still run`).hypothesis;
}

/** From outside a node that is cut off looks like one that is gone; only others that still hear it could tell. */
function cutOff(clues: Clues, node: EntityRef): Hypothesis {
  const carried = clues.topology.instancesOfNode.get(node.id) ?? [];
  const down = pastSignalOf(clues, node, 'node-down');
  const isDown = signalOf(clues, node, 'node-down') !== undefined;
  const unseen = carried.filter((instance) => instance.state === 'unknown').length;
  const heard = carried.some((i) =>
    clues.topology.groupsOfInstance.get(i.id)?.some((g) => g.members.some((m) => m.instanceId === i.id && m.online)),
  );
  const { ranThrough, ended } = fateOf(clues, node);
  const whole = clues.incident.entity.kind === 'zone' || clues.incident.entity.kind === 'site';
  return new Weighing('partition', node)
    .signal(down, 2)
    .fact(isDown && heard, 2, 'its replicas are still heard by their group')
    .fact(
      isDown && unseen === carried.length && carried.length > 0,
      0.4,
      'the engine sees none of its instances any more',
    )
    .fact(ranThrough, 4, ranOnText)
    .fact(ended, -4, 'what it carried ended with it')
    .fact(whole, -4, `its whole ${clues.incident.entity.kind} is out of sight`)
    .missing(true, `a ping of ${node.id} from another node`).hypothesis;
}

/** Once a node is back, the age of its processes tells whether it was down or only out of sight. */
function fateOf(clues: Clues, node: EntityRef): { readonly ranThrough: boolean; readonly ended: boolean } {
  const down = pastSignalOf(clues, node, 'node-down');
  const isBack = clues.topology.nodes.get(node.id)?.state === 'ready';
  const carried = clues.topology.instancesOfNode.get(node.id) ?? [];
  const known = carried.filter((one) => one.state !== 'unknown' && one.startedAtMs !== null);
  if (down === undefined || !isBack || known.length === 0) return { ranThrough: false, ended: false };
  const ranOn = known.filter((one) => one.state !== 'stopped' && one.startedAtMs! < down.sinceMs);
  return { ranThrough: ranOn.length > known.length / 2, ended: ranOn.length === 0 };
}

function slowNode(clues: Clues, node: EntityRef): Hypothesis {
  const carried = clues.topology.instancesOfNode.get(node.id) ?? [];
  const slow = carried.flatMap(
    (i) => signalOf(clues, { kind: 'instance', id: i.id }, 'peer-outlier', 'work.duration') ?? [],
  );
  const one = new Weighing('slow-node', node);
  for (const [i, signal] of slow.entries()) one.signal(signal, i === 0 ? 3 : 1.5);
  for (const { id } of carried) {
    const entity: EntityRef = { kind: 'instance', id };
    one.signal(signalOf(clues, entity, 'level-high', 'work.duration'), 1);
    one.signal(signalOf(clues, entity, 'hung'), -3);
    one.signal(signalOf(clues, entity, 'missing'), -3);
  }
  return one
    .signal(signalOf(clues, node, 'node-down'), -5)
    .signal(signalOf(clues, node, 'peer-outlier', 'temperature'), -2.5)
    .signal(signalOf(clues, node, 'level-high', 'temperature'), -2.5)
    .signal(signalOf(clues, node, 'peer-outlier', 'disk.errors'), -2.5)
    .signal(signalOf(clues, node, 'peer-outlier', 'network.errors'), -1.5)
    .fact(
      deployed(
        clues,
        carried.map((i) => i.workloadId),
      ),
      -1,
      'a workload on it was deployed lately',
    )
    .missing(slow.length < 2, `another instance of ${node.id} that is slow`).hypothesis;
}

function single(clues: Clues, node: EntityRef, cause: 'disk-fill', kind: 'trend-to-limit', metric: string): Hypothesis {
  const signal = signalOf(clues, node, kind, metric);
  // A disk under an ill instance that keeps nothing on it is another incident's.
  return new Weighing(cause, node).signal(
    clues.own.find(({ id }) => id === signal?.id),
    5,
  ).hypothesis;
}

/** A node metric that rises alone, against its past or against the other nodes. */
function rising(
  clues: Clues,
  node: EntityRef,
  cause: 'disk-errors' | 'packet-loss' | 'clock-skew' | 'cooling-failure',
  metric: string,
  wholeZone = false,
): Hypothesis {
  return new Weighing(cause, node)
    .fact(wholeZone, -4, 'its whole zone shows the same')
    .signal(signalOf(clues, node, 'peer-outlier', metric), 3)
    .signal(signalOf(clues, node, 'level-high', metric), 2.5)
    .signal(signalOf(clues, node, 'node-down'), -3).hypothesis;
}

function deployed(clues: Clues, workloadIds: readonly string[]): boolean {
  return workloadIds.some((id) => eventOf(clues, { kind: 'workload', id }, 'workload.deployed', 600_000) !== undefined);
}
