import type { EntityRef } from '../../../model/entity.ts';
import type { Instance } from '../../../model/inventory.ts';
import type { Signal } from '../../../model/signal.ts';
import { queuesReadBy } from '../../monitor/topology.ts';
import { endOneAfterAnother } from './deadly-queue.ts';
import { type Clues, eventOf, type Hypothesis, pastSignalOf, signalOf, Weighing } from './hypothesis.ts';

// A change this long ago may still be the reason.
const changeMs = 600_000;
// Exit codes of a process that was asked to end: 0, and 128 + SIGINT, SIGTERM.
const politeExits = new Set([0, 130, 143]);

/** Whether it reads a queue with a message that kills its readers. */
function killedByMessage(clues: Clues, id: string): boolean {
  const workloadId = clues.topology.instances.get(id)?.workloadId;
  return (
    workloadId !== undefined &&
    queuesReadBy(clues.topology, workloadId).some((queue) => endOneAfterAnother(clues, { kind: 'queue', id: queue.id }))
  );
}

/** Causes that sit in one instance: crash, hang, leak, cut network, a person's hand. */
export function instanceCauses(clues: Clues): Hypothesis[] {
  const ids = new Set(clues.own.filter((s) => s.entity.kind === 'instance').map((s) => s.entity.id));
  return [...ids].flatMap((id) => {
    const entity: EntityRef = { kind: 'instance', id };
    const instance = clues.topology.instances.get(id);
    return [
      crash(clues, entity, instance),
      hang(clues, entity, instance),
      leak(clues, entity),
      partition(clues, entity),
      hand(clues, entity, instance),
    ];
  });
}

function nodeSignal(clues: Clues, instance: Instance | undefined): Signal | undefined {
  return instance === undefined ? undefined : pastSignalOf(clues, { kind: 'node', id: instance.nodeId }, 'node-down');
}

function crash(clues: Clues, entity: EntityRef, instance: Instance | undefined): Hypothesis {
  const killed = signalOf(clues, entity, 'killed-for-memory');
  const exit = instance?.exitCode ?? null;
  const acted = personActed(clues, entity);
  return new Weighing('instance-crash', entity)
    .signal(signalOf(clues, entity, 'missing'), 4)
    .fact(exit !== null && !politeExits.has(exit), 1, `it ended with exit code ${exit}`)
    .fact(exit !== null && exit !== 137 && politeExits.has(exit), -1.5, `exit code ${exit} is a polite end`)
    .signal(killed, -3)
    .signal(
      clues.all.find(({ kind }) => kind === 'inventory-collapsed'),
      -5,
    )
    .fact(killedByMessage(clues, entity.id), -3, 'readers end one after another while messages come again')
    .fact(acted, -4, 'a person acted on it')
    .signal(nodeSignal(clues, instance), -4)
    .missing(exit === null, 'the exit code').hypothesis;
}

function hang(clues: Clues, entity: EntityRef, instance: Instance | undefined): Hypothesis {
  const hung = signalOf(clues, entity, 'hung');
  const notReady = signalOf(clues, entity, 'not-ready');
  const paused = signalOf(clues, entity, 'paused');
  return (
    new Weighing('instance-hang', entity)
      .signal(hung, 3)
      .signal(paused, 5)
      .signal(notReady, hung === undefined ? 3 : 1.5)
      .fact(hung !== undefined && instance?.ready === true, -0.5, 'its health check passes')
      .signal(signalOf(clues, entity, 'missing'), -4)
      .signal(signalOf(clues, entity, 'unreachable'), -4)
      .signal(dependencyDown(clues, instance), -4)
      .fact(standTogether(clues, instance), -3, 'most of its peers stand still as well: what they share is ill')
      // Frozen samples say nothing of work; the engine's own health check does not come from them.
      .signal(signalOf(clues, entity, 'data-frozen'), notReady === undefined ? -4 : 0)
      .signal(nodeSignal(clues, instance), -4)
      .missing(hung === undefined && paused === undefined, 'work counters that stand still')
      .missing(true, 'a stack dump of the process').hypothesis
  );
}

/** Whether most of a workload stands still: a hang is one process's own, all at once is what they wait for. */
function standTogether(clues: Clues, instance: Instance | undefined): boolean {
  const all = clues.topology.instancesOfWorkload.get(instance?.workloadId ?? '') ?? [];
  const peers = all.filter(({ state }) => state === 'running');
  const still = peers.filter(({ id }) => signalOf(clues, { kind: 'instance', id }, 'hung') !== undefined);
  return still.length >= 3 && still.length > peers.length / 2;
}

/** A workload that this one depends on has lost a member: waiting for it is not hanging. */
function dependencyDown(clues: Clues, instance: Instance | undefined): Signal | undefined {
  const needed = clues.topology.inventory.edges
    .filter((e) => e.kind === 'depends-on' && e.from.kind === 'workload' && e.from.id === instance?.workloadId)
    .flatMap((e) => clues.topology.instancesOfWorkload.get(e.to.id) ?? [])
    .map((member) => member.id);
  return clues.all.find(
    (s) => s.severity === 'critical' && s.entity.kind === 'instance' && needed.includes(s.entity.id),
  );
}

function leak(clues: Clues, entity: EntityRef): Hypothesis {
  const trend = signalOf(clues, entity, 'trend-to-limit', 'memory.usage');
  const killed = signalOf(clues, entity, 'killed-for-memory');
  const shared = trend?.severity === 'info' || (trend?.explanation.endsWith('alike') ?? false);
  return new Weighing('memory-leak', entity)
    .signal(trend, 4)
    .signal(killed, 4)
    .signal(signalOf(clues, entity, 'peer-outlier', 'memory.usage'), 1)
    .signal(deployOf(clues, entity), shared ? -1.5 : -0.5)
    .fact(shared, -2.5, 'its peers grow alike, which looks like load')
    .missing(true, 'a heap histogram').hypothesis;
}

function deployOf(clues: Clues, entity: EntityRef): Signal | undefined {
  const id = clues.topology.instances.get(entity.id)?.workloadId ?? '';
  return signalOf(clues, { kind: 'workload', id }, 'changed', 'workload.deployed');
}

function partition(clues: Clues, entity: EntityRef): Hypothesis {
  return new Weighing('partition', entity)
    .signal(signalOf(clues, entity, 'unreachable'), 6)
    .fact(eventOf(clues, entity, 'network.disconnected', changeMs) !== undefined, 1, 'the engine told of a cut network')
    .hypothesis;
}

/** A person acted lately, or shortly before what lasts to this day began: the event grows old, their reason does not. */
function personActed(clues: Clues, entity: EntityRef): boolean {
  const down = signalOf(clues, entity, 'missing') ?? signalOf(clues, entity, 'paused');
  const sinceMs = Math.min(clues.nowMs, down?.sinceMs ?? clues.nowMs);
  return eventOf(clues, entity, 'person.acted', clues.nowMs - sinceMs + changeMs) !== undefined;
}

/** A person at work on the same thing: then it is theirs. */
function hand(clues: Clues, entity: EntityRef, instance: Instance | undefined): Hypothesis {
  const acted = personActed(clues, entity);
  const exit = instance?.exitCode ?? null;
  return new Weighing('human-action', entity)
    .fact(acted, 4, `a person acted on ${entity.id} less than ${changeMs / 60_000} min before`)
    .signal(signalOf(clues, entity, 'missing'), exit !== null && politeExits.has(exit) ? 2 : -0.5)
    .signal(signalOf(clues, entity, 'killed-for-memory'), -3)
    .missing(!acted, "the engine's own audit of who did it").hypothesis;
}
