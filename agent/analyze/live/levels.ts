import type { SeriesId } from '../../monitor/series-store.ts';
import { lastAtMs } from '../../monitor/series-store.ts';
import { readWindow } from '../../monitor/series-window.ts';
import { type Cusum, createCusum, cusumLimit, pushCusum } from '../detect/cusum.ts';
import type { Finding, Scene } from '../signals/finding.ts';
import { type CurrentLevels, currentLevel } from './current-level.ts';
import { madToSigma, median, medianDeviation } from './statistics.ts';
import { durationInWords, inWords } from './words.ts';

/** What is usual for one series, and how long it has been unusual. */
interface Usual {
  refreshedAtMs: number;
  center: number;
  spread: number;
  /** Far samples in a row that it takes: more where the series was far off before and came back by itself. */
  readonly strikesToRaise: number;
  /** Samples far off in a row, and how far they were beyond `zToClear` together. */
  strikes: number;
  beyond: number;
  firstStrikeMs: number;
  readonly drift: Cusum;
  finding: Finding | null;
}

export type LevelState = Map<SeriesId, Usual>;

const refreshEveryMs = 15_000;
const pastMs = 1_200_000;
const dayMs = 86_400_000;
// The newest minute stays out of what is usual, or a fault would soon call itself usual.
const recentMs = 60_000;
const samplesMin = 20;
const zToRaise = 8;
const zToClear = 4;
// A level is a median of three samples, or a rate over some: very far off is told at once, hardly so after more, and later
// where such excursions are nothing new.
const strikesMin = 1;
const strikesMax = 6;
const beyondToRaise = 12;
// A drift is worth telling from twice this many deviations on, once it has lasted.
const allowance = 3;
const driftSamples = 6;
const falseAlarmsPerDay = 0.001;
// Even the calmest series may move by this share of its level.
const floorRatio = 0.08;
const floors: Readonly<Record<string, number>> = {
  '1': 0.04,
  By: 8 * 1_048_576,
  ms: 20,
  Cel: 2,
  W: 15,
  '{error}': 0.2,
  '{item}': 0.3,
  '{message}': 3,
  '{entry}': 20,
};

// Metrics whose rise is trouble by itself; every other level is only said, as evidence.
const symptoms = new Set([
  'disk.errors',
  'network.errors',
  'clock.offset',
  'temperature',
  'work.errors',
  'work.duration',
  'queue.redelivered',
]);

/**
 * Robust z on median and MAD, judged on the series that got new samples (Leys et al., "Detecting outliers: Do not use
 * standard deviation around the mean", 2013). What is far off is told as a level; what is a little off, and stays so, as
 * a change point, by a cumulative sum whose limit follows from the false alarms that one series may raise in a day.
 */
export function findLevels(
  scene: Scene,
  state: LevelState,
  levels: CurrentLevels,
  touched: readonly SeriesId[],
): Finding[] {
  for (const id of touched) judge(scene, state, levels, id);
  const findings: Finding[] = [];
  for (const [id, usual] of state) {
    if (usual.finding === null) continue;
    const lastMs = lastAtMs(scene.monitor.series, id) ?? 0;
    if (scene.nowMs - lastMs > recentMs) usual.finding = null;
    else findings.push(usual.finding);
  }
  return findings;
}

function judge(scene: Scene, state: LevelState, levels: CurrentLevels, id: SeriesId): void {
  const usual = usualOf(scene, state, id);
  if (usual === null) return;
  const level = currentLevel(levels, id);
  if (level === null) return;
  const z = (level - usual.center) / usual.spread;
  const limit = driftLimit(scene, id);
  pushCusum(usual.drift, z, { allowance, limit }, scene.nowMs);
  if (Math.abs(z) < zToClear) {
    usual.strikes = 0;
    usual.beyond = 0;
    usual.finding = null;
  } else if (Math.abs(z) >= zToRaise) {
    if (usual.strikes === 0) usual.firstStrikeMs = scene.nowMs;
    usual.strikes += 1;
    usual.beyond += Math.abs(z) - zToClear;
    if (usual.strikes >= usual.strikesToRaise && usual.beyond >= beyondToRaise)
      usual.finding = farOff(scene, id, usual, level, z);
  }
  const isFar = usual.finding !== null && usual.finding.kind !== 'change-point';
  if (!isFar) usual.finding = hasDrifted(usual.drift, limit) ? drifted(scene, id, usual, level, z) : null;
}

function driftLimit({ monitor }: Scene, id: SeriesId): number {
  const samplesPerDay = dayMs / Math.max(1_000, monitor.series.cadenceMs[id]!);
  return cusumLimit(allowance, samplesPerDay / falseAlarmsPerDay);
}

function hasDrifted({ up, down, updates }: Cusum, limit: number): boolean {
  return updates >= driftSamples && Math.max(up, down) >= limit;
}

function farOff(scene: Scene, id: SeriesId, usual: Usual, level: number, z: number): Finding {
  const { entity, metric } = scene.monitor.series.labels[id]!;
  return {
    kind: z > 0 ? 'level-high' : 'level-low',
    entity,
    metric,
    sinceMs: usual.firstStrikeMs,
    score: Math.abs(z),
    severity: z > 0 && symptoms.has(metric) ? 'warning' : 'info',
    model: 'robust-z',
    explanation: inRange(scene, id, usual, level),
  };
}

/** Model of a change point upwards. */
export const risingDrift = 'cusum-up';

function drifted(scene: Scene, id: SeriesId, usual: Usual, level: number, z: number): Finding {
  const { entity, metric } = scene.monitor.series.labels[id]!;
  const { up, down, sinceMs } = usual.drift;
  const lasted = durationInWords(scene.nowMs - sinceMs!);
  return {
    kind: 'change-point',
    entity,
    metric,
    sinceMs,
    score: Math.abs(z),
    severity: 'info',
    model: up > down ? risingDrift : 'cusum-down',
    explanation: `${inRange(scene, id, usual, level)}; ${up > down ? 'above' : 'below'} it for ${lasted}`,
  };
}

function inRange({ monitor }: Scene, id: SeriesId, { center, spread }: Usual, level: number): string {
  const { metric, unit, type } = monitor.series.labels[id]!;
  const per = type === 'counter' ? ' a second' : '';
  const low = inWords(Math.max(0, center - 2 * spread), unit);
  return `${metric} ${inWords(level, unit)}${per}, usual ${low} to ${inWords(center + 2 * spread, unit)}`;
}

function usualOf(scene: Scene, state: LevelState, id: SeriesId): Usual | null {
  const known = state.get(id);
  // While something is unusual, what is usual stays as it was, for as long as the window remembers it.
  if (known !== undefined && (isOdd(known) || scene.nowMs - known.refreshedAtMs < refreshEveryMs)) {
    if (scene.nowMs - known.refreshedAtMs < pastMs) return known;
  }
  const values = pastLevels(scene, id);
  if (values.length < samplesMin) return null;
  const center = median(values);
  const { unit } = scene.monitor.series.labels[id]!;
  const floor = Math.max(floorRatio * Math.abs(center), floors[unit] ?? 0);
  const spread = Math.max(madToSigma * medianDeviation(values, center), floor);
  const fresh: Usual = {
    refreshedAtMs: scene.nowMs,
    center,
    spread,
    strikesToRaise: strikesFor(values, center, spread),
    strikes: 0,
    beyond: 0,
    firstStrikeMs: 0,
    drift: known?.drift ?? createCusum(),
    finding: null,
  };
  state.set(id, fresh);
  return fresh;
}

/** One more than the longest excursion of the past, within bounds. */
function strikesFor(values: ArrayLike<number>, center: number, spread: number): number {
  let longest = 0;
  let run = 0;
  for (let i = 0; i < values.length; i += 1) {
    run = Math.abs(values[i]! - center) >= zToRaise * spread ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return Math.min(strikesMax, Math.max(strikesMin, longest + 1));
}

function isOdd({ strikes, finding }: Usual): boolean {
  return strikes > 0 || finding !== null;
}

function pastLevels(scene: Scene, id: SeriesId): ArrayLike<number> {
  const { series } = scene.monitor;
  const window = readWindow(series, id, scene.nowMs - pastMs, scene.nowMs - recentMs);
  if (series.labels[id]!.type === 'gauge') return window.values;
  const rates: number[] = [];
  for (let i = 1; i < window.values.length; i += 1) {
    const grown = window.values[i]! - window.values[i - 1]!;
    const overMs = window.atMs[i]! - window.atMs[i - 1]!;
    if (grown >= 0 && overMs > 0) rates.push((grown / overMs) * 1_000);
  }
  return rates;
}
