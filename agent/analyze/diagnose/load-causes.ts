import type { EntityRef } from '../../../model/entity.ts';
import type { Signal } from '../../../model/signal.ts';
import { consumersOf } from '../../monitor/topology.ts';
import { type Clues, type Hypothesis, signalOf, Weighing } from './hypothesis.ts';

/** Causes that sit in what flows through a queue: too much, all on one key, undigestible, or again and again. */
export function loadCauses(clues: Clues): Hypothesis[] {
  const queues = new Set(clues.own.filter((s) => s.entity.kind === 'queue').map((s) => s.entity.id));
  return [...queues].flatMap((id) => {
    const queue: EntityRef = { kind: 'queue', id };
    const seen = lookAt(clues, queue);
    return [surge(queue, seen), retryStorm(queue, seen), hotKey(queue, seen), poison(queue, seen)];
  });
}

interface QueueClues {
  readonly backlog: Signal | undefined;
  readonly burning: Signal | undefined;
  readonly enqueued: Signal | undefined;
  readonly redelivered: Signal | undefined;
  /** A part of the cluster that is down explains a backlog by itself. */
  readonly ill: Signal | undefined;
  /** Readers far busier, or idler, than the other readers. */
  readonly busiest: readonly Signal[];
  readonly failing: readonly Signal[];
  readonly dead: readonly Signal[];
  readonly readers: number;
}

function lookAt(clues: Clues, queue: EntityRef): QueueClues {
  const workloads = consumersOf(clues.topology, queue.id);
  const readers = new Set(
    workloads.flatMap((w) => (clues.topology.instancesOfWorkload.get(w.id) ?? []).map((i) => i.id)),
  );
  const ofReaders = clues.all.filter((s) => s.entity.kind === 'instance' && readers.has(s.entity.id));
  return {
    backlog: signalOf(clues, queue, 'backlog-growing'),
    burning: signalOf(clues, queue, 'slo-burn') ?? signalOf(clues, queue, 'trend-to-limit', 'queue.oldest_age'),
    enqueued: signalOf(clues, queue, 'level-high', 'queue.enqueued'),
    redelivered: signalOf(clues, queue, 'level-high', 'queue.redelivered'),
    ill: clues.all.find((s) => s.severity === 'critical' && s.entity.kind !== 'queue' && s.metric !== 'memory.usage'),
    busiest: ofReaders.filter((s) => s.kind === 'peer-outlier' && s.metric === 'cpu.utilization'),
    failing: ofReaders.filter(
      (s) => s.metric === 'work.errors' && (s.kind === 'peer-outlier' || s.kind === 'level-high'),
    ),
    dead: ofReaders.filter((s) => s.kind === 'missing'),
    readers: readers.size,
  };
}

function surge(queue: EntityRef, seen: QueueClues): Hypothesis {
  return new Weighing('load-surge', queue)
    .signal(seen.backlog, 1.5)
    .signal(seen.enqueued, 3)
    .signal(seen.redelivered, -1)
    .signal(seen.ill, -1.5)
    .fact(seen.busiest.length === 1, -1, 'one reader carries far more than the others')
    .fact(seen.readers === 0, -1, 'nobody is known to read it')
    .missing(seen.enqueued === undefined, 'an arrival rate above the usual').hypothesis;
}

// Retries follow the delay that provokes them; a surge comes before its backlog.
const retriesFollowMs = 20_000;

/** Overload that feeds itself: arrivals rose only after messages had begun to wait (Bronson et al., "Metastable failures in distributed systems", HotOS 2021). */
function retryStorm(queue: EntityRef, seen: QueueClues): Hypothesis {
  const first = seen.burning ?? seen.backlog;
  const follows =
    seen.enqueued !== undefined && first !== undefined && seen.enqueued.sinceMs > first.sinceMs + retriesFollowMs;
  return new Weighing('retry-storm', queue)
    .signal(seen.burning, 0.5)
    .fact(follows, 3, 'arrivals rose after messages had begun to wait')
    .signal(seen.redelivered, 0.5)
    .fact(seen.enqueued === undefined, -2, 'no more arrives than usual')
    .missing(!follows, 'arrivals that rise after the delay').hypothesis;
}

function hotKey(queue: EntityRef, seen: QueueClues): Hypothesis {
  const [busiest] = seen.busiest;
  return new Weighing('hot-key', queue)
    .signal(seen.burning ?? seen.backlog, 1)
    .signal(busiest, seen.busiest.length === 1 ? 2.5 : 0.5)
    .signal(seen.ill, -2.5)
    .signal(seen.redelivered, -1)
    .missing(true, 'message counts per key').hypothesis;
}

function poison(queue: EntityRef, seen: QueueClues): Hypothesis {
  return new Weighing('poison-message', queue)
    .signal(seen.redelivered, 3)
    .signal(seen.failing[0], seen.failing.length === 1 ? 1 : 0.5)
    .fact(seen.failing.length > seen.readers / 2, -1.5, 'most readers fail, not one')
    .fact(seen.dead.length >= 2, 0.5, `${seen.dead.length} readers are down`)
    .signal(seen.enqueued, -1)
    .missing(seen.redelivered === undefined, 'messages delivered again and again').hypothesis;
}

export function groupCauses(clues: Clues): Hypothesis[] {
  const groups = new Set(clues.own.filter((s) => s.entity.kind === 'replica-group').map((s) => s.entity.id));
  return [...groups].map((id) => {
    const group: EntityRef = { kind: 'replica-group', id };
    return new Weighing('leader-flapping', group).signal(signalOf(clues, group, 'leader-flapping'), 5).hypothesis;
  });
}

/** Our own eyes: samples that stopped, repeat themselves, or cannot be true. */
export function dataCauses(clues: Clues): Hypothesis[] {
  const told = clues.own.filter((s) => s.kind.startsWith('data-') || s.model === 'plausibility');
  const stale = clues.all.filter((s) => s.kind === 'data-stale' && told.some((own) => own.id === s.id));
  const { entity: place } = clues.incident;
  if (stale.length > 1 && (place.kind === 'zone' || place.kind === 'cluster')) {
    const text = `nothing arrives from any of ${stale.length} instances of ${place.id}`;
    return [new Weighing('telemetry-lost', place).signal(stale[0], 2).fact(true, 3, text).hypothesis];
  }
  return told
    .map((signal) => signal.entity)
    .flatMap((entity) => [
      new Weighing('telemetry-lost', entity).signal(signalOf(clues, entity, 'data-stale'), 4).hypothesis,
      new Weighing('telemetry-frozen', entity).signal(signalOf(clues, entity, 'data-frozen'), 5).hypothesis,
      new Weighing('telemetry-lying', entity).signal(
        clues.own.find((s) => s.model === 'plausibility' && s.entity.id === entity.id),
        4,
      ).hypothesis,
    ]);
}
