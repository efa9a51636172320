import type { Instance } from '../../../model/inventory.ts';
import { findSeries, lastAtMs, timeAt, valueAt } from '../../monitor/series-store.ts';
import { counterIncrease, freshnessMs, ratePerSecond } from '../../monitor/series-window.ts';
import { queuesReadBy } from '../../monitor/topology.ts';
import type { Finding, Scene } from '../signals/finding.ts';
import { repeatingGauges } from './data-quality.ts';
import { median } from './statistics.ts';
import { durationInWords } from './words.ts';

const metric = 'work.completed';
// Shortest silence that is judged, and the number of samples that must agree.
const silenceMsMin = 8_000;
const silenceSamples = 4;
const frozenGlance = 3;
// Items that should have come: a Poisson count of 12 is zero once in 160,000 times.
const expectedItemsMin = 12;

// Peers are asked for their present pace: where all have stopped, they stopped together.
const paceOverMs = 10_000;

/**
 * Hung: runs, reports, and finishes nothing, though its queue holds work all the while or its peers (or, alone, its own
 * past) say that at least a dozen items were due.
 */
export function findHung(scene: Scene): Finding[] {
  return scene.inventory.instances.flatMap((instance) => {
    if (instance.state !== 'running') return [];
    const id = findSeries(scene.monitor.series, { kind: 'instance', id: instance.id }, metric);
    if (id === null) return [];
    const silentMs = Math.max(silenceMsMin, silenceSamples * scene.monitor.series.cadenceMs[id]!);
    const since = silentSince(scene, id);
    if (since === null || scene.nowMs - since < silentMs || isYoung(scene, instance, silentMs)) return [];
    // A recording stands still too, but so do its other metrics: then it is our eyes that hang.
    if (repeatingGauges(scene, instance.id, frozenGlance) !== null) return [];
    const due = whatWasDue(scene, instance, id, since);
    return due === null ? [] : [hungFinding(scene, instance, since, due)];
  });
}

function hungFinding(scene: Scene, instance: Instance, sinceMs: number, due: string): Finding {
  const silence = durationInWords(scene.nowMs - sinceMs);
  const explanation = `runs, but finished nothing for ${silence}; ${due}`;
  const entity = { kind: 'instance', id: instance.id } as const;
  return { kind: 'hung', entity, metric, sinceMs, score: 10, severity: 'critical', model: 'progress', explanation };
}

/** When the counter last grew; null where it is fresh no more, which is another finding's business. */
function silentSince(scene: Scene, id: number): number | null {
  const { series } = scene.monitor;
  const length = series.length[id]!;
  if (length < silenceSamples || freshnessMs(series, id, scene.nowMs) > 3 * series.cadenceMs[id]!) return null;
  let position = length - 1;
  const value = valueAt(series, id, position);
  while (position > 0 && valueAt(series, id, position - 1) === value) position -= 1;
  return timeAt(series, id, position);
}

function isYoung(scene: Scene, instance: Instance, silentMs: number): boolean {
  return instance.startedAtMs !== null && scene.nowMs - instance.startedAtMs < silentMs;
}

function whatWasDue(scene: Scene, instance: Instance, id: number, sinceMs: number): string | null {
  const busy = queuesReadBy(scene.topology, instance.workloadId).find(
    (queue) => !queue.consumerPaused && leastDepth(scene, queue.id, sinceMs) > 0,
  );
  const peerRates = ratesOfPeers(scene, instance, Math.min(scene.nowMs - sinceMs, paceOverMs));
  const peerRate = median(peerRates);
  // A whole workload that stands still is starved or cut off, not hung, unless work waits for it.
  if (peerRates.length > 0 && peerRate === 0 && busy === undefined) return null;
  if (busy !== undefined && instanceIsReader(scene, instance)) return `queue ${busy.id} holds work all the while`;
  const ownRate = pastRate(scene, id, sinceMs);
  const rate = peerRates.length > 0 ? peerRate : ownRate;
  const expected = (rate * (scene.nowMs - sinceMs)) / 1_000;
  if (!(expected >= expectedItemsMin)) return null;
  return `${peerRates.length > 0 ? 'its peers' : 'its own past'} would have made it ${expected.toFixed(0)}`;
}

function instanceIsReader(scene: Scene, instance: Instance): boolean {
  return scene.topology.workloads.get(instance.workloadId)?.role === 'worker';
}

function leastDepth(scene: Scene, queueId: string, sinceMs: number): number {
  const { series } = scene.monitor;
  const id = findSeries(series, { kind: 'queue', id: queueId }, 'queue.depth');
  if (id === null || freshnessMs(series, id, scene.nowMs) > 10_000) return 0;
  let least = Number.POSITIVE_INFINITY;
  for (let i = series.length[id]! - 1; i >= 0 && timeAt(series, id, i) >= sinceMs; i -= 1) {
    least = Math.min(least, valueAt(series, id, i));
  }
  return Number.isFinite(least) ? least : 0;
}

function ratesOfPeers(scene: Scene, instance: Instance, overMs: number): number[] {
  const members = scene.topology.instancesOfWorkload.get(instance.workloadId) ?? [];
  return members.flatMap((peer) => {
    if (peer.id === instance.id || peer.state !== 'running') return [];
    const id = findSeries(scene.monitor.series, { kind: 'instance', id: peer.id }, metric);
    const rate = id === null ? null : ratePerSecond(scene.monitor.series, id, scene.nowMs, overMs);
    return rate ?? [];
  });
}

function pastRate(scene: Scene, id: number, sinceMs: number): number {
  const grown = counterIncrease(scene.monitor.series, id, sinceMs - 300_000, sinceMs);
  const last = lastAtMs(scene.monitor.series, id);
  return grown === null || last === null || grown.overMs === 0 ? 0 : (grown.increase / grown.overMs) * 1_000;
}
