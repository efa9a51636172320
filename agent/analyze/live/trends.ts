import type { EntityRef } from '../../../model/entity.ts';
import { entityKey } from '../../../model/entity.ts';
import type { FailurePrediction, Forecast } from '../../../model/forecast.ts';
import type { SeriesId } from '../../monitor/series-store.ts';
import { findSeries } from '../../monitor/series-store.ts';
import { completenessRatio, freshnessMs, readWindow } from '../../monitor/series-window.ts';
import type { Finding, Scene } from '../signals/finding.ts';
import type { NumbersOf } from './levels.ts';
import { limitOf } from './limits.ts';
import { median, type Points, type Trend, theilSen, thin } from './statistics.ts';
import { forgetTrends, pastOfTrend, rememberTrend, type ToldTrends } from './told-trends.ts';
import { durationInWords, inWords, usualInWords } from './words.ts';

/** One series on its way to its limit. Times are ms from `atMs`; null: not within the horizon, or too far to tell. */
export interface LimitTrend {
  readonly entity: EntityRef;
  readonly metric: string;
  readonly unit: string;
  readonly atMs: number;
  readonly limit: number;
  readonly trend: Trend;
  readonly windowMs: number;
  readonly sinceMs: number;
  readonly crossMsP10: number | null;
  readonly crossMsP50: number | null;
  readonly crossMsP90: number | null;
}

/** Fitted trends by `entity metric`, kept from tick to tick because each is fitted only now and then. */
export interface TrendState {
  readonly fits: Map<string, { fittedAtMs: number; trend: LimitTrend | null }>;
  readonly written: Map<string, number>;
  readonly told: ToldTrends;
}

export function createTrendState(): TrendState {
  return { fits: new Map(), written: new Map(), told: new Map() };
}

// A fast leak is seen in a short window, where it has nearly filled its room; a slow one needs a long look back.
const windowsMs = [60_000, 120_000, 240_000, 600_000] as const;
const fitEveryMs = 5_000;
const points = 40;
const pointsMin = 12;
// One-sided normal quantile for about one false trend in 30,000 fits of pure noise.
const surelyZ = 4;
/** Farthest crossing that is told. */
const horizonMs = 3_600_000;
// Growth is carried on this many times as far as it was seen. An exponential warm-up, whose slope times its age is at
// most amplitude / e, is thereby overshot by half its amplitude at worst; a leak has 4/5 of its way left when told.
const reachTimes = 4;
// What grew this much less of late than before is settling (a heap that warms up, a cache that fills).
const settlingRatio = 0.6;
// A trend must have grown by this many residual deviations, and by this share of the limit, to be more than jitter.
const growthMads = 6;
const growthOfLimit = 0.03;
const raiseWithinMs = 1_800_000;

/** Fits every series that has a limit, each at most every five seconds. */
export function fitTrends(scene: Scene, state: TrendState): void {
  for (const [key, id] of limitedSeries(scene)) {
    const known = state.fits.get(key);
    if (known !== undefined && scene.nowMs - known.fittedAtMs < fitEveryMs) continue;
    state.fits.set(key, { fittedAtMs: scene.nowMs, trend: fitSeries(scene, id) });
  }
  for (const [key, fit] of state.fits) if (scene.nowMs - fit.fittedAtMs > 3 * fitEveryMs) state.fits.delete(key);
}

function* limitedSeries(scene: Scene): Generator<[string, SeriesId]> {
  const { series } = scene.monitor;
  const one = function* (entity: EntityRef, metric: string): Generator<[string, SeriesId]> {
    const id = findSeries(series, entity, metric);
    if (id !== null) yield [`${entityKey(entity)} ${metric}`, id];
  };
  for (const { id, state } of scene.inventory.instances) {
    if (state === 'running') yield* one({ kind: 'instance', id }, 'memory.usage');
  }
  for (const { id } of scene.inventory.nodes) {
    yield* one({ kind: 'node', id }, 'memory.usage');
    yield* one({ kind: 'node', id }, 'disk.usage');
  }
  for (const slo of scene.slos) if (slo.direction === 'below') yield* one(slo.entity, slo.metric);
}

function fitSeries(scene: Scene, id: SeriesId): LimitTrend | null {
  const { entity, metric } = scene.monitor.series.labels[id]!;
  const limit = limitOf(scene.topology, scene.slos, entity, metric);
  const cadenceMs = scene.monitor.series.cadenceMs[id]!;
  if (limit === null || freshnessMs(scene.monitor.series, id, scene.nowMs) > Math.max(15_000, 4 * cadenceMs))
    return null;
  const startedAtMs = entity.kind === 'instance' ? (scene.topology.instances.get(entity.id)?.startedAtMs ?? 0) : 0;
  let sure: LimitTrend | null = null;
  for (const windowMs of windowsMs) {
    // Warming up is not leaking: the first half minute of a process does not count.
    const fromMs = Math.max(scene.nowMs - windowMs, startedAtMs + 30_000);
    const window = readWindow(scene.monitor.series, id, fromMs, scene.nowMs);
    if (window.values.length < pointsMin || window.atMs.at(-1)! - window.atMs[0]! < windowMs / 3) continue;
    // With half of the samples missing a line is a guess.
    if ((completenessRatio(scene.monitor.series, id, scene.nowMs, windowMs) ?? 0) < 0.5) continue;
    if (!hasGrown(window.values, limit)) continue;
    const thinned = thin(window, points);
    const trend = theilSen(thinned.atMs, thinned.values);
    if (trend === null || !isSure(trend, limit, thinned.atMs)) continue;
    const found = describe(scene, id, limit, trend, windowMs, thinned);
    // What a short window cannot carry on far enough, a longer one may.
    if (found.crossMsP50 !== null) return found;
    sure ??= found;
  }
  return sure;
}

/** A look at both ends spares the fit where nothing has grown, which is nearly always. */
function hasGrown(values: Float64Array, limit: number): boolean {
  const third = Math.max(3, Math.floor(values.length / 3));
  return median(values.subarray(-third)) - median(values.subarray(0, third)) > (growthOfLimit / 3) * limit;
}

function isSure(trend: Trend, limit: number, atMs: ArrayLike<number>): boolean {
  const grown = trend.slope * (atMs[atMs.length - 1]! - atMs[0]!);
  return trend.z > surelyZ && grown > growthMads * trend.residualMad && grown > growthOfLimit * limit;
}

function describe(scene: Scene, id: SeriesId, limit: number, trend: Trend, windowMs: number, seen: Points): LimitTrend {
  const { entity, metric, unit } = scene.monitor.series.labels[id]!;
  const room = Math.max(0, limit - trend.atEnd);
  const sinceMs = bendOf(seen, trend);
  const carriesOn = room <= reachOf(seen, sinceMs, trend.slope);
  const cross = (slope: number): number | null => {
    const inMs = slope <= 0 ? Number.POSITIVE_INFINITY : room / slope;
    return carriesOn && inMs <= horizonMs ? Math.round(inMs) : null;
  };
  return {
    entity,
    metric,
    unit,
    atMs: scene.nowMs,
    limit,
    trend,
    windowMs,
    sinceMs,
    crossMsP10: cross(trend.slopeHigh),
    crossMsP50: cross(trend.slope),
    crossMsP90: cross(trend.slopeLow),
  };
}

/** Where the rise began: the last point that still lies below the level from which the line starts. */
function bendOf(seen: Points, trend: Trend): number {
  const first = seen.values[0]!;
  let since = seen.atMs[0]!;
  for (let i = 0; i < seen.values.length; i += 1) {
    if (seen.values[i]! <= first + 3 * trend.residualMad) since = seen.atMs[i]!;
  }
  return since;
}

/** How much farther a rise may be taken to go on: at its latest pace where it slowed down; 0 where it settles. */
function reachOf({ atMs, values }: Points, sinceMs: number, slope: number): number {
  const end = atMs.length - 1;
  const reachMs = reachTimes * (atMs[end]! - sinceMs);
  const rise = Float64Array.from(values).filter((_, i) => atMs[i]! >= sinceMs);
  const third = Math.floor(rise.length / 3);
  if (third < 3) return reachMs * slope;
  const middle = median(rise.subarray(third, -third));
  const early = middle - median(rise.subarray(0, third));
  const late = median(rise.subarray(-third)) - middle;
  if (late < settlingRatio * early) return 0;
  return reachMs * Math.min(slope, late / (atMs[end]! - atMs[end - third]!));
}

/** Memory and disks that will reach their limit, where their peers do not move alike. */
export function findTrends(scene: Scene, state: TrendState, numbersOf: NumbersOf): Finding[] {
  const findings: Finding[] = [];
  for (const { trend } of state.fits.values()) {
    if (trend === null || trend.crossMsP50 === null || trend.crossMsP50 > raiseWithinMs) continue;
    const shared = peersShare(scene, state, trend);
    const soon = trend.crossMsP50 < raiseWithinMs / 3;
    const id = findSeries(scene.monitor.series, trend.entity, trend.metric)!;
    const numbers = { ...numbersOf(id, trend.trend.atEnd), limit: trend.limit };
    const severity = shared && !soon ? 'info' : soon && !shared ? 'critical' : 'warning';
    findings.push({
      kind: 'trend-to-limit',
      entity: trend.entity,
      metric: trend.metric,
      sinceMs: trend.sinceMs,
      score: trend.trend.z,
      severity,
      model: 'theil-sen',
      explanation: explain(trend, usualInWords(numbers)) + (shared ? '; its peers rise alike' : ''),
      numbers,
    });
  }
  return findings;
}

/** @param usual what else is known of the level, from its comma on */
function explain(trend: LimitTrend, usual = ''): string {
  const perMinute = inWords(trend.trend.slope * 60_000, trend.unit);
  const low = trend.crossMsP10 === null ? '?' : durationInWords(trend.crossMsP10);
  const high = trend.crossMsP90 === null ? 'beyond 1 h' : durationInWords(trend.crossMsP90);
  const at = `${inWords(trend.trend.atEnd, trend.unit)} of ${inWords(trend.limit, trend.unit)}`;
  const pace = usual === '' ? `, +${perMinute}` : `${usual}; +${perMinute}`;
  return `${at}${pace} a minute: limit in ${durationInWords(trend.crossMsP50 ?? 0)} (${low} to ${high})`;
}

/** Slopes of the other running instances of the same workload, per ms, as far as they are sure; 0 where they are not. */
function slopesOfPeers(scene: Scene, state: TrendState, trend: LimitTrend): number[] {
  if (trend.entity.kind !== 'instance') return [];
  const workloadId = scene.topology.instances.get(trend.entity.id)?.workloadId ?? '';
  return (scene.topology.instancesOfWorkload.get(workloadId) ?? [])
    .filter((peer) => peer.id !== trend.entity.id && peer.state === 'running')
    .map((peer) => state.fits.get(`instance/${peer.id} ${trend.metric}`)?.trend?.trend.slope ?? 0);
}

function peersShare(scene: Scene, state: TrendState, trend: LimitTrend): boolean {
  const peers = slopesOfPeers(scene, state, trend);
  return peers.length >= 2 && median(peers) > trend.trend.slope / 3;
}

// One forecast of a series is worth a record this often.
const writeEveryMs = 60_000;
const steps = 12;

/** Trends worth a record now: each raised one once a minute, as a forecast and, where it kills, as a prediction. */
export function writeForecasts(
  scene: Scene,
  state: TrendState,
  raised: ReadonlySet<string>,
): { forecasts: Forecast[]; predictions: FailurePrediction[] } {
  const forecasts: Forecast[] = [];
  const predictions: FailurePrediction[] = [];
  for (const [key, { trend }] of state.fits) {
    if (
      trend === null ||
      trend.crossMsP50 === 0 ||
      !raised.has(`trend-to-limit:${entityKey(trend.entity)}:${trend.metric}`)
    )
      continue;
    const lastMs = state.written.get(key);
    if (lastMs !== undefined && scene.nowMs - lastMs < writeEveryMs) continue;
    state.written.set(key, scene.nowMs);
    const past = pastOfTrend(state.told, key, trend.trend.atEnd, scene.nowMs);
    const forecast = { ...forecastOf(trend), ...past };
    rememberTrend(state.told, key, forecast);
    forecasts.push(forecast);
    const prediction = predictionOf(trend);
    if (prediction !== null) predictions.push(prediction);
  }
  forgetTrends(state.told, state.fits);
  return { forecasts, predictions };
}

function forecastOf(trend: LimitTrend): Omit<Forecast, 'pastErrorRatio' | 'pastCoverageRatio'> {
  const reachMs = Math.max(60_000, 1.5 * (trend.crossMsP50 ?? horizonMs));
  const stepMs = Math.round(reachMs / steps);
  const path = (slope: number, spread: number) =>
    Array.from({ length: steps }, (_, i) => trend.trend.atEnd + slope * stepMs * (i + 1) + spread);
  const spread = 1.9 * trend.trend.residualMad;
  return {
    type: 'forecast',
    atMs: trend.atMs,
    entity: trend.entity,
    metric: trend.metric,
    unit: trend.unit,
    model: 'theil-sen',
    stepMs,
    q10: path(trend.trend.slopeLow, -spread),
    q50: path(trend.trend.slope, 0),
    q90: path(trend.trend.slopeHigh, spread),
    limit: {
      value: trend.limit,
      crossMsP10: trend.crossMsP10,
      crossMsP50: trend.crossMsP50,
      crossMsP90: trend.crossMsP90,
    },
  };
}

const fates: Readonly<Record<string, string>> = {
  'instance memory.usage': 'killed at its memory limit',
  'node memory.usage': 'node out of memory',
  'node disk.usage': 'disk full',
};

function predictionOf(trend: LimitTrend): FailurePrediction | null {
  const how = fates[`${trend.entity.kind} ${trend.metric}`];
  const { crossMsP10: p10, crossMsP50: p50, crossMsP90: p90 } = trend;
  if (how === undefined || p10 === null || p50 === null) return null;
  return {
    type: 'failure-prediction',
    atMs: trend.atMs,
    entity: trend.entity,
    how,
    horizonMs,
    // The interval is an 80 % one: a crossing inside the horizon even at its slow end is the 90 % case.
    probability: p90 === null ? 0.6 : 0.9,
    expectedInMs: p90 === null ? null : [p10, p50, p90],
    model: 'theil-sen',
    reasons: [explain(trend)],
  };
}
