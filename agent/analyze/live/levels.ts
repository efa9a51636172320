import type { SignalNumbers } from '../../../model/signal.ts';
import type { SeriesId } from '../../monitor/series-store.ts';
import { lastAtMs } from '../../monitor/series-store.ts';
import { type Cusum, createCusum, cusumLimit, pushCusum } from '../detect/cusum.ts';
import type { Band } from '../models/season.ts';
import type { Finding, Scene } from '../signals/finding.ts';
import { type CurrentLevels, currentLevel } from './current-level.ts';
import { peerNumbers, unitOf } from './peer-levels.ts';
import { type ModelsOfSeries, newestLevel, recentUsual, type UsualLevel, usualNow } from './usual.ts';
import { durationInWords, numbersInWords } from './words.ts';

/** What is usual for one series, and how long it has been unusual. */
interface Usual {
  refreshedAtMs: number;
  readonly recent: Band;
  /** Far samples in a row that it takes: more where the series was far off before and came back by itself. */
  readonly strikesToRaise: number;
  /** Samples far off in a row, and how far they were beyond `zToClear` together. */
  strikes: number;
  beyond: number;
  firstStrikeMs: number;
  readonly drift: Cusum;
  finding: Finding | null;
  /** The newest sample where it, by itself, is far off. */
  odd: { readonly score: number; readonly text: () => string } | null;
}

/** What the levels are judged by. */
export interface LevelSight {
  readonly scene: Scene;
  readonly levels: CurrentLevels;
  readonly models: ModelsOfSeries;
}

export type LevelState = Map<SeriesId, Usual>;

const refreshEveryMs = 15_000;
const pastMs = 1_200_000;
const dayMs = 86_400_000;
const recentMs = 60_000;
const zToRaise = 8;
const zToClear = 4;
// A single sample this far off is odd: nothing by itself, something together with others.
const zOdd = 6;
// A level is a median of three samples, or a rate over some: very far off is told at once, hardly so after more, and later
// where such excursions are nothing new.
const strikesMin = 1;
const strikesMax = 6;
const beyondToRaise = 12;
// A drift is worth telling from twice this many deviations on, once it has lasted.
const allowance = 3;
const driftSamples = 6;
/** False alarms that one series may raise in a day. */
export const levelFalseAlarmsPerDay = 0.001;

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
 * A series that keeps hours is judged by what is usual at this one.
 */
export function findLevels(sight: LevelSight, state: LevelState, touched: readonly SeriesId[]): Finding[] {
  const { scene } = sight;
  for (const id of touched) judge(sight, state, id);
  const findings: Finding[] = [];
  for (const [id, usual] of state) {
    if (usual.finding === null) continue;
    const lastMs = lastAtMs(scene.monitor.series, id) ?? 0;
    if (scene.nowMs - lastMs > recentMs) usual.finding = null;
    else findings.push(usual.finding);
  }
  return findings;
}

function judge(sight: LevelSight, state: LevelState, id: SeriesId): void {
  const { scene } = sight;
  const usual = usualOf(scene, state, id);
  const level = currentLevel(sight.levels, id);
  if (usual === null || level === null) return;
  const band = usualNow(scene, level, { recent: usual.recent, id, models: sight.models.get(id) ?? null });
  const judged: Judged = { id, level, band, z: (level - band.center) / band.spread };
  const { z } = judged;
  usual.odd = oddSample(sight, judged);
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
      usual.finding = farOff(sight, usual, judged);
  }
  const isFar = usual.finding !== null && usual.finding.kind !== 'change-point';
  if (!isFar) usual.finding = hasDrifted(usual.drift, limit) ? drifted(sight, usual, judged) : null;
}

function oddSample(sight: LevelSight, judged: Judged): Usual['odd'] {
  const { scene } = sight;
  const { id, band } = judged;
  const level = newestLevel(scene, id);
  const score = level === null ? 0 : Math.abs(level - band.center) / band.spread;
  if (level === null || score < zOdd) return null;
  const { metric } = scene.monitor.series.labels[id]!;
  return { score, text: () => numbersInWords(metric, { ...numbersOf(sight, { ...judged, level }), peers: null }) };
}

function driftLimit({ monitor }: Scene, id: SeriesId): number {
  const samplesPerDay = dayMs / Math.max(1_000, monitor.series.cadenceMs[id]!);
  return cusumLimit(allowance, samplesPerDay / levelFalseAlarmsPerDay);
}

function hasDrifted({ up, down, updates }: Cusum, limit: number): boolean {
  return updates >= driftSamples && Math.max(up, down) >= limit;
}

interface Judged {
  readonly id: SeriesId;
  readonly level: number;
  readonly band: UsualLevel;
  readonly z: number;
}

function farOff(sight: LevelSight, usual: Usual, judged: Judged): Finding {
  const { entity, metric } = sight.scene.monitor.series.labels[judged.id]!;
  const { z, band } = judged;
  const numbers = numbersOf(sight, judged);
  return {
    kind: z > 0 ? 'level-high' : 'level-low',
    entity,
    metric,
    sinceMs: usual.firstStrikeMs,
    score: Math.abs(z),
    severity: z > 0 && symptoms.has(metric) ? 'warning' : 'info',
    model: band.of === 'recent' ? 'robust-z' : 'seasonal-z',
    explanation: numbersInWords(metric, numbers),
    numbers,
  };
}

/** Model of a change point upwards. */
export const risingDrift = 'cusum-up';

function drifted(sight: LevelSight, usual: Usual, judged: Judged): Finding {
  const { entity, metric } = sight.scene.monitor.series.labels[judged.id]!;
  const { up, down, sinceMs } = usual.drift;
  const lasted = durationInWords(sight.scene.nowMs - sinceMs!);
  const numbers = numbersOf(sight, judged);
  return {
    kind: 'change-point',
    entity,
    metric,
    sinceMs,
    score: Math.abs(judged.z),
    severity: 'info',
    model: up > down ? risingDrift : 'cusum-down',
    explanation: `${numbersInWords(metric, numbers)}; ${up > down ? 'above' : 'below'} what is usual for ${lasted}`,
    numbers,
  };
}

/** Says the numbers behind a finding about a series: its value, what is usual of it now, and what its peers have. */
export type NumbersOf = (id: SeriesId, value: number) => SignalNumbers;

/** What findings of other detectors tell of a series, by what its level is judged by. */
export function numbersBy(sight: LevelSight, state: LevelState): NumbersOf {
  return (id, value) => {
    const recent = state.get(id)?.recent;
    const models = sight.models.get(id) ?? null;
    if (recent !== undefined) {
      const band = usualNow(sight.scene, value, { recent, id, models });
      return numbersOf(sight, { id, level: value, band, z: 0 });
    }
    const { entity, metric, unit } = sight.scene.monitor.series.labels[id]!;
    return { value, unit, usual: null, peers: peerNumbers(sight.scene, sight.levels, entity, metric) };
  };
}

function numbersOf({ scene, levels }: LevelSight, { id, level, band }: Judged): SignalNumbers {
  const labels = scene.monitor.series.labels[id]!;
  const { center, spread, of } = band;
  return {
    value: level,
    unit: unitOf(labels),
    usual: { low: Math.max(Math.min(0, center), center - 2 * spread), high: center + 2 * spread, of },
    peers: peerNumbers(scene, levels, labels.entity, labels.metric),
  };
}

function usualOf(scene: Scene, state: LevelState, id: SeriesId): Usual | null {
  const known = state.get(id);
  // While something is unusual, what is usual stays as it was, for as long as the window remembers it.
  if (known !== undefined && (isOdd(known) || scene.nowMs - known.refreshedAtMs < refreshEveryMs)) {
    if (scene.nowMs - known.refreshedAtMs < pastMs) return known;
  }
  const recent = recentUsual(scene, id);
  if (recent === null) return null;
  const { values, center, spread } = recent;
  const fresh: Usual = {
    refreshedAtMs: scene.nowMs,
    recent: { center, spread },
    strikesToRaise: strikesFor(values, center, spread),
    strikes: 0,
    beyond: 0,
    firstStrikeMs: 0,
    drift: known?.drift ?? createCusum(),
    finding: null,
    odd: null,
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
