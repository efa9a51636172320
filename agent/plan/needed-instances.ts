import { findSeries, lastValue } from '../monitor/series-store.ts';
import { freshnessMs, ratePerSecond } from '../monitor/series-window.ts';
import { queuesReadBy } from '../monitor/topology.ts';
import { type ConditionFacts, isReady, NoData, topologyIn } from './condition-facts.ts';

/** Rates are taken over this: long enough for two samples, short enough to see the start of a surge, ms. */
const rateOverMs = 20_000;
/** Share of their time that readers may be busy, so that waiting stays short (target tracking usually takes 0.7 to 0.9). */
const busyAtMost = 0.85;
/** How far ahead a steady growth of arrivals is followed, ms: until the next workers could be there and some more. */
const aheadMs = 300_000;
/** What waits is to be worked off within this, ms. */
const workOffMs = 300_000;
/** Asked for in steps of so many, so that a number that wavers does not make every plan a new one. */
const stepInstances = 2;
/** Readers with less work waiting than this take are not at their limit, ms: their pace says nothing about what they could do. */
const waitingAtLeastMs = 5_000;

/**
 * How many readers a workload needs, for what now arrives in its queue and to work off what waits there, by the pace that
 * its ready readers have while they are at their limit (utilisation law): the present number, or that and some pairs more.
 * @throws NoData where an arrival, a depth or a pace is not known
 */
export function neededInstances(facts: ConditionFacts, workloadId: string): number {
  const topology = topologyIn(facts);
  const ready = (topology.instancesOfWorkload.get(workloadId) ?? []).filter(isReady).length;
  const [queue] = queuesReadBy(topology, workloadId);
  const desired = topology.workloads.get(workloadId)?.desired ?? ready;
  if (queue === undefined || ready === 0) throw new NoData(`${workloadId} reads no queue, or none of it is ready`);
  const arrivalsPerS = expectedPerS(facts, queue.id);
  const { donePerS, depth, keepsUp } = workOf(facts, queue.id);
  if (keepsUp) return desired;
  const perReaderPerS = donePerS / ready;
  const toWorkOffPerS = depth / (workOffMs / 1_000);
  const needed = (arrivalsPerS + toWorkOffPerS) / perReaderPerS / busyAtMost;
  // What is down counts for nothing, so it is asked for again.
  return desired + stepInstances * Math.max(0, Math.ceil((needed - ready) / stepInstances));
}

/** Whether less waits in a workload's queue than its readers take in five seconds. @throws NoData as above */
export function keepsUp(facts: ConditionFacts, workloadId: string): boolean {
  const [queue] = queuesReadBy(topologyIn(facts), workloadId);
  if (queue === undefined) throw new NoData(`${workloadId} reads no queue`);
  return workOf(facts, queue.id).keepsUp;
}

function workOf(facts: ConditionFacts, queueId: string): { donePerS: number; depth: number; keepsUp: boolean } {
  const donePerS = paceOf(facts, queueId, 'queue.dequeued');
  const depth = lastValue(facts.monitor.series, seriesOf(facts, queueId, 'queue.depth'));
  if (depth === null || donePerS <= 0) throw new NoData(`nothing is finished in ${queueId}`);
  return { donePerS, depth, keepsUp: depth < (donePerS * waitingAtLeastMs) / 1_000 };
}

/** Arrivals as they are now, and what they grow by until `aheadMs` if they go on growing as in the last two minutes; twice as many at most. */
function expectedPerS(facts: ConditionFacts, queueId: string): number {
  const now = paceOf(facts, queueId, 'queue.enqueued');
  const id = seriesOf(facts, queueId, 'queue.enqueued');
  const overMs = 60_000;
  const last = ratePerSecond(facts.monitor.series, id, facts.nowMs, overMs);
  const before = ratePerSecond(facts.monitor.series, id, facts.nowMs - overMs, overMs);
  const growth = last === null || before === null ? 0 : Math.max(0, last - before) * (aheadMs / overMs);
  return now + Math.min(growth, now);
}

function paceOf(facts: ConditionFacts, queueId: string, metric: string): number {
  const { monitor, nowMs } = facts;
  const pace = ratePerSecond(monitor.series, seriesOf(facts, queueId, metric), nowMs, rateOverMs);
  if (pace === null) throw new NoData(`too few samples of ${metric} of ${queueId}`);
  return pace;
}

function seriesOf({ monitor, nowMs }: ConditionFacts, queueId: string, metric: string) {
  const id = findSeries(monitor.series, { kind: 'queue', id: queueId }, metric);
  if (id === null || freshnessMs(monitor.series, id, nowMs) > rateOverMs)
    throw new NoData(`${metric} of ${queueId} is not known`);
  return id;
}
