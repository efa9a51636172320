import type { SeriesId } from '../../monitor/series-store.ts';
import { lastAtMs } from '../../monitor/series-store.ts';
import { readWindow } from '../../monitor/series-window.ts';
import type { Finding, Scene } from '../signals/finding.ts';
import { type CurrentLevels, currentLevel } from './current-level.ts';
import { madToSigma, median, medianDeviation } from './statistics.ts';
import { inWords } from './words.ts';

/** What is usual for one series, and how long it has been unusual. */
interface Usual {
  refreshedAtMs: number;
  center: number;
  spread: number;
  strikes: number;
  firstStrikeMs: number;
  finding: Finding | null;
}

export type LevelState = Map<SeriesId, Usual>;

const refreshEveryMs = 15_000;
const pastMs = 1_200_000;
// The newest minute stays out of what is usual, or a fault would soon call itself usual.
const recentMs = 60_000;
const samplesMin = 20;
const strikesToRaise = 4;
const zToRaise = 8;
const zToClear = 4;
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
 * Robust z on median and MAD, judged on the series that got new samples, with four strikes in a row
 * (Leys et al., "Detecting outliers: Do not use standard deviation around the mean", 2013).
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
  if (Math.abs(z) < zToClear) {
    usual.strikes = 0;
    usual.finding = null;
    return;
  }
  if (Math.abs(z) < zToRaise) return;
  if (usual.strikes === 0) usual.firstStrikeMs = scene.nowMs;
  usual.strikes += 1;
  if (usual.strikes >= strikesToRaise) usual.finding = describe(scene, id, usual, level, z);
}

function describe(scene: Scene, id: SeriesId, usual: Usual, level: number, z: number): Finding {
  const { entity, metric, unit, type } = scene.monitor.series.labels[id]!;
  const per = type === 'counter' ? ' a second' : '';
  const low = inWords(Math.max(0, usual.center - 2 * usual.spread), unit);
  const high = inWords(usual.center + 2 * usual.spread, unit);
  return {
    kind: z > 0 ? 'level-high' : 'level-low',
    entity,
    metric,
    sinceMs: usual.firstStrikeMs,
    score: Math.abs(z),
    severity: z > 0 && symptoms.has(metric) ? 'warning' : 'info',
    model: 'robust-z',
    explanation: `${metric} ${inWords(level, unit)}${per}, usual ${low} to ${high}`,
  };
}

function usualOf(scene: Scene, state: LevelState, id: SeriesId): Usual | null {
  const known = state.get(id);
  // While something is unusual, what is usual stays as it was, for as long as the window remembers it.
  if (known !== undefined && (known.strikes > 0 || scene.nowMs - known.refreshedAtMs < refreshEveryMs)) {
    if (scene.nowMs - known.refreshedAtMs < pastMs) return known;
  }
  const values = pastLevels(scene, id);
  if (values.length < samplesMin) return null;
  const center = median(values);
  const { unit } = scene.monitor.series.labels[id]!;
  const floor = Math.max(floorRatio * Math.abs(center), floors[unit] ?? 0);
  const spread = Math.max(madToSigma * medianDeviation(values, center), floor);
  const fresh: Usual = { refreshedAtMs: scene.nowMs, center, spread, strikes: 0, firstStrikeMs: 0, finding: null };
  state.set(id, fresh);
  return fresh;
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
