import type { EntityRef } from '../../../model/entity.ts';
import { entityKey } from '../../../model/entity.ts';
import type { Instance } from '../../../model/inventory.ts';
import type { Signal } from '../../../model/signal.ts';
import { findSeries, lastAtMs } from '../../monitor/series-store.ts';
import { ratePerSecond, readWindow } from '../../monitor/series-window.ts';
import { consumersOf, producersOf } from '../../monitor/topology.ts';
import { risingDrift } from '../live/levels.ts';
import { median } from '../live/statistics.ts';
import { endOneAfterAnother } from './deadly-queue.ts';
import {
  type Clues,
  eventOf,
  type Hypothesis,
  pastSignalOf,
  rolledOutWithin,
  signalOf,
  Weighing,
} from './hypothesis.ts';

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
  /** A part of the cluster that is, or was, down explains a backlog by itself. */
  readonly ill: Signal | undefined;
  /** Readers far busier, or idler, than the other readers. */
  readonly busiest: readonly Signal[];
  readonly failing: readonly Signal[];
  readonly dead: readonly Signal[];
  readonly deadly: boolean;
  /** A new version or setting of a reader lately. */
  readonly readersChanged: boolean;
  /** The one busy reader also finishes more than the others. */
  readonly busiestDoesMore: boolean;
  /** The one busy reader was slow before: then its messages wait for that, whatever key they have. */
  readonly busiestWasSlow: boolean;
  /** A reader has only just begun: shares are dealt anew, and some have more for a while. */
  readonly hasNewReader: boolean;
  /** Some of what fills it was out of sight: what it held back comes all at once. */
  readonly sourcesWereAway: boolean;
  /** A reader that has only just come back: what gathered while it was away still waits. */
  readonly isBack: boolean;
  /** Arrivals took another step up while messages already waited. */
  readonly steppedUp: boolean;
  readonly readers: number;
}

function lookAt(clues: Clues, queue: EntityRef): QueueClues {
  const workloads = consumersOf(clues.topology, queue.id);
  const readers = new Set(
    workloads.flatMap((w) => (clues.topology.instancesOfWorkload.get(w.id) ?? []).map((i) => i.id)),
  );
  const ofReaders = clues.all.filter((s) => s.entity.kind === 'instance' && readers.has(s.entity.id));
  const busiest = ofReaders.filter((s) => s.kind === 'peer-outlier' && s.metric === 'cpu.utilization');
  const backlog = signalOf(clues, queue, 'backlog-growing');
  const burning = signalOf(clues, queue, 'slo-burn') ?? signalOf(clues, queue, 'trend-to-limit', 'queue.oldest_age');
  const first = pastSignalOf(clues, queue, 'backlog-growing') ?? burning;
  return {
    backlog,
    burning,
    enqueued: signalOf(clues, queue, 'level-high', 'queue.enqueued') ?? risingSignal(clues, queue, 'queue.enqueued'),
    redelivered: signalOf(clues, queue, 'level-high', 'queue.redelivered'),
    ill: [...clues.all, ...clues.own].find(
      (s) => s.severity === 'critical' && s.entity.kind !== 'queue' && s.metric !== 'memory.usage',
    ),
    busiest,
    failing: ofReaders.filter(
      (s) => s.metric === 'work.errors' && (s.kind === 'peer-outlier' || s.kind === 'level-high'),
    ),
    dead: ofReaders.filter((s) => s.kind === 'missing'),
    deadly: endOneAfterAnother(clues, queue),
    readersChanged: workloads.some(({ id }) => rolledOutWithin(clues, id, changeMs)),
    busiestDoesMore: busiest.length > 0 && doesMore(clues, busiest[0]!.entity, readers),
    busiestWasSlow: busiest.some(({ entity }) => pastSignalOf(clues, entity, 'peer-outlier', 'work.duration')),
    hasNewReader: workloads.some((w) =>
      (clues.topology.instancesOfWorkload.get(w.id) ?? []).some(
        ({ startedAtMs }) => startedAtMs !== null && clues.nowMs - startedAtMs <= newReaderMs,
      ),
    ),
    sourcesWereAway: producersOf(clues.topology, queue.id).some((w) =>
      (clues.topology.instancesOfWorkload.get(w.id) ?? []).some(({ nodeId }) =>
        pastSignalOf(clues, { kind: 'node', id: nodeId }, 'node-down'),
      ),
    ),
    isBack: workloads.some((w) =>
      (clues.topology.instancesOfWorkload.get(w.id) ?? []).some((reader) => hasComeBack(clues, reader)),
    ),
    steppedUp: first !== undefined && steppedUp(clues, queue, first.sinceMs),
    readers: readers.size,
  };
}

const backWithinMs = 60_000;
const newReaderMs = 120_000;

/** Whether it started again lately: after a restart, not as one more. */
function hasComeBack(clues: Clues, { id, startedAtMs }: Instance): boolean {
  if (startedAtMs === null || clues.nowMs - startedAtMs > backWithinMs) return false;
  return eventOf(clues, { kind: 'instance', id }, 'instance.died', 2 * backWithinMs) !== undefined;
}

/** A level that has drifted up, less than a level that is far off. */
function risingSignal(clues: Clues, entity: EntityRef, metric: string): Signal | undefined {
  const drift = signalOf(clues, entity, 'change-point', metric);
  return drift?.model === risingDrift ? drift : undefined;
}

const changeMs = 600_000;

const paceOverMs = 30_000;
const moreRatio = 1.1;

function doesMore({ monitor, nowMs }: Clues, busiest: EntityRef, readers: ReadonlySet<string>): boolean {
  const pace = (id: string) => {
    const series = findSeries(monitor.series, { kind: 'instance', id }, 'work.completed');
    return series === null ? null : ratePerSecond(monitor.series, series, nowMs, paceOverMs);
  };
  const own = pace(busiest.id);
  const others = [...readers].filter((id) => id !== busiest.id).flatMap((id) => pace(id) ?? []);
  return own !== null && others.length > 0 && own > moreRatio * median(others);
}

// Clients lose patience at the same age, so that their retries come as a step; load that grows does so over minutes.
const stepWithinMs = 20_000;
const stepRatio = 1.3;

/** Whether arrivals rose in a step above all that had come before, after messages had begun to wait. */
function steppedUp({ monitor }: Clues, queue: EntityRef, waitingSinceMs: number): boolean {
  const id = findSeries(monitor.series, queue, 'queue.enqueued');
  if (id === null) return false;
  const { atMs, values } = readWindow(monitor.series, id, waitingSinceMs - 60_000);
  const paces = pacesOf(atMs, values, stepWithinMs / 2);
  return paces.some(({ endMs, perSecond }) => {
    if (endMs < waitingSinceMs + stepWithinMs) return false;
    const earlier = paces.filter((one) => one.endMs <= endMs - stepWithinMs).map((one) => one.perSecond);
    return earlier.length >= 4 && perSecond > stepRatio * Math.max(...earlier);
  });
}

/** Growth per second of a counter over equal stretches. */
function pacesOf(atMs: Float64Array, values: Float64Array, stretchMs: number) {
  const paces: { endMs: number; perSecond: number }[] = [];
  let from = 0;
  for (let i = 1; i < values.length; i += 1) {
    if (atMs[i]! - atMs[from]! < stretchMs) continue;
    const perSecond = ((values[i]! - values[from]!) / (atMs[i]! - atMs[from]!)) * 1_000;
    if (perSecond >= 0) paces.push({ endMs: atMs[i]!, perSecond });
    from = i;
  }
  return paces;
}

function surge(queue: EntityRef, seen: QueueClues): Hypothesis {
  return new Weighing('load-surge', queue)
    .signal(seen.backlog, 1.5)
    .signal(seen.enqueued, 3)
    .signal(seen.redelivered, -1)
    .signal(seen.ill, -2.5)
    .fact(seen.isBack, -2.5, 'a reader has only just come back, and what gathered meanwhile waits')
    .fact(seen.steppedUp, -2.5, 'arrivals took another step up while messages already waited')
    .fact(seen.sourcesWereAway, -2.5, awayText)
    .fact(seen.busiest.length === 1, -1, 'one reader carries far more than the others')
    .fact(seen.readers === 0, -1, 'nobody is known to read it')
    .missing(seen.enqueued === undefined, 'an arrival rate above the usual').hypothesis;
}

const awayText = 'what fills it was out of sight, and what it held back comes at once';

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
    .fact(seen.steppedUp, 3.5, 'arrivals took another step up while messages already waited')
    .signal(seen.redelivered, 0.5)
    .signal(seen.ill, -1)
    .fact(seen.enqueued === undefined, -2, 'no more arrives than usual')
    .fact(seen.sourcesWereAway, -5, awayText)
    .missing(!follows && !seen.steppedUp, 'arrivals that rise after the delay').hypothesis;
}

function hotKey(queue: EntityRef, seen: QueueClues): Hypothesis {
  const [busiest] = seen.busiest;
  return new Weighing('hot-key', queue)
    .signal(seen.burning ?? seen.backlog, 1)
    .signal(busiest, seen.busiest.length === 1 ? 2.5 : 0.5)
    .fact(busiest !== undefined && !seen.busiestDoesMore, -3, 'the busy reader finishes no more than the others')
    .fact(seen.hasNewReader, -2, 'a reader has only just begun, and shares are dealt anew')
    .fact(seen.busiestWasSlow, -3, 'the busy reader has been slow, and works off what waited')
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
    .fact(seen.deadly, 3, 'readers end one after another while messages come again')
    .signal(seen.enqueued, -1)
    .fact(seen.readersChanged, -2, 'its readers were changed lately')
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
  const collapsed = clues.own.find((s) => s.kind === 'inventory-collapsed');
  if (collapsed !== undefined) return [blind(clues, collapsed)];
  if (stale.length > 1 && (place.kind === 'zone' || place.kind === 'cluster')) {
    const text = `nothing arrives from any of ${stale.length} instances of ${place.id}`;
    return [new Weighing('telemetry-lost', place).signal(stale[0], 2).fact(true, 3, text).hypothesis];
  }
  return told
    .map((signal) => signal.entity)
    .flatMap((entity) => [
      new Weighing('telemetry-lost', entity).signal(signalOf(clues, entity, 'data-stale'), 4).hypothesis,
      new Weighing('telemetry-frozen', entity).signal(signalOf(clues, entity, 'data-frozen'), 5).hypothesis,
      new Weighing('telemetry-lying', entity)
        .signal(
          clues.own.find((s) => s.model === 'plausibility' && s.entity.id === entity.id),
          4,
        )
        .signal(signalOf(clues, entity, 'data-unit'), 4).hypothesis,
    ]);
}

/** Far fewer instances listed than before. Where samples of the unlisted go on arriving, it is the list that is wrong. */
function blind(clues: Clues, collapsed: Signal): Hypothesis {
  const { series } = clues.monitor;
  const unlisted = clues.all.filter((s) => s.kind === 'missing' && !clues.topology.instances.has(s.entity.id));
  const alive = unlisted.filter(({ entity, sinceMs }) =>
    (series.byEntity.get(entityKey(entity)) ?? []).some((id) => (lastAtMs(series, id) ?? 0) > sinceMs),
  );
  return new Weighing('telemetry-lost', collapsed.entity)
    .signal(collapsed, 4)
    .fact(alive.length > 0, 3, `samples of ${alive.length} of ${unlisted.length} unlisted instances go on arriving`)
    .missing(alive.length === 0, 'samples of what is no longer listed').hypothesis;
}
