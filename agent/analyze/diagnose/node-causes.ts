import type { EntityRef } from '../../../model/entity.ts';
import { type Clues, type Hypothesis, signalOf, Weighing } from './hypothesis.ts';

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
      rising(clues, node, 'packet-loss', 'network.errors'),
      rising(clues, node, 'clock-skew', 'clock.offset'),
      rising(clues, node, 'cooling-failure', 'temperature'),
    ];
  });
}

export function zoneCauses(clues: Clues): Hypothesis[] {
  const { entity } = clues.incident;
  if (entity.kind !== 'zone') return [];
  const nodes = clues.topology.nodesOfZone.get(entity.id) ?? [];
  const down = nodes.filter((node) => signalOf(clues, { kind: 'node', id: node.id }, 'node-down') !== undefined);
  const text = `${down.length} of ${nodes.length} nodes of ${entity.id} are down`;
  const hot = nodes.flatMap(({ id }) => {
    const node: EntityRef = { kind: 'node', id };
    return (
      signalOf(clues, node, 'peer-outlier', 'temperature') ?? signalOf(clues, node, 'level-high', 'temperature') ?? []
    );
  });
  const allHot = hot.length === nodes.length && nodes.length >= 2;
  return [
    new Weighing('zone-loss', entity).fact(down.length === nodes.length && nodes.length >= 2, 6, text).hypothesis,
    new Weighing('cooling-failure', entity)
      .signal(hot[0], 3)
      .fact(allHot, 4, `all ${nodes.length} nodes of ${entity.id} are hot`)
      .fact(!allHot, -3, `${hot.length} of ${nodes.length} nodes of ${entity.id} are hot`).hypothesis,
  ];
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
  const zone = clues.incident.entity.kind === 'zone';
  return new Weighing('node-crash', node)
    .signal(signalOf(clues, node, 'node-down'), 5)
    .fact(zone, -4, 'its whole zone is down').hypothesis;
}

/** From outside a node that is cut off looks like one that is gone; only others that still hear it could tell. */
function cutOff(clues: Clues, node: EntityRef): Hypothesis {
  const carried = clues.topology.instancesOfNode.get(node.id) ?? [];
  const down = signalOf(clues, node, 'node-down');
  const unseen = carried.filter((instance) => instance.state === 'unknown').length;
  const heard = carried.some((i) =>
    clues.topology.groupsOfInstance.get(i.id)?.some((g) => g.members.some((m) => m.instanceId === i.id && m.online)),
  );
  return new Weighing('partition', node)
    .signal(down, 2)
    .fact(down !== undefined && heard, 2, 'its replicas are still heard by their group')
    .fact(
      down !== undefined && unseen === carried.length && carried.length > 0,
      0.4,
      'the engine sees none of its instances any more',
    )
    .missing(true, `a ping of ${node.id} from another node`).hypothesis;
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
  return new Weighing(cause, node).signal(signalOf(clues, node, kind, metric), 5).hypothesis;
}

/** A node metric that rises alone, against its past or against the other nodes. */
function rising(
  clues: Clues,
  node: EntityRef,
  cause: 'disk-errors' | 'packet-loss' | 'clock-skew' | 'cooling-failure',
  metric: string,
): Hypothesis {
  return new Weighing(cause, node)
    .signal(signalOf(clues, node, 'peer-outlier', metric), 3)
    .signal(signalOf(clues, node, 'level-high', metric), 2.5)
    .signal(signalOf(clues, node, 'node-down'), -3).hypothesis;
}

function deployed(clues: Clues, workloadIds: readonly string[]): boolean {
  return workloadIds.some(
    (id) => signalOf(clues, { kind: 'workload', id }, 'changed', 'workload.deployed') !== undefined,
  );
}
