import type { SignalNumbers } from '../../../model/signal.ts';
import { type SeriesId, timeAt, valueAt } from '../../monitor/series-store.ts';
import { readWindow } from '../../monitor/series-window.ts';
import { stepMs } from '../models/history.ts';
import { type Band, usualOfSeason } from '../models/season.ts';
import type { SeriesModels } from '../models/series-models.ts';
import type { Scene } from '../signals/finding.ts';
import { limitOf } from './limits.ts';
import { centerOf, madToSigma } from './statistics.ts';

/** Models of the series that have some: they know the hours of the day. */
export type ModelsOfSeries = ReadonlyMap<SeriesId, SeriesModels>;

/** Usual of the last minutes, or of this hour where the series has proven that it keeps hours. */
export interface UsualLevel extends Band {
  readonly of: NonNullable<SignalNumbers['usual']>['of'];
}

const pastMs = 1_200_000;
// The newest minute stays out of what is usual, or a fault would soon call itself usual.
const recentMs = 60_000;
const samplesMin = 20;
// Even the calmest series may move by this share of its level.
const floorRatio = 0.08;
// What moves by less than this share of the value at which it hurts is no news: a queue that is empty at nearly every
// look has an age of 0, and of half a second at the next one.
const floorOfLimit = 0.005;
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

/** Levels of the last twenty minutes but the newest, and what was usual among them; null with too few of them. */
export function recentUsual(scene: Scene, id: SeriesId): (Band & { readonly values: ArrayLike<number> }) | null {
  const values = pastLevels(scene, id);
  if (values.length < samplesMin) return null;
  const { center, deviation } = centerOf(values);
  const spread = Math.max(madToSigma * deviation, floorOf(scene, id, center));
  return { values, center, spread };
}

function floorOf({ monitor, topology, slos }: Scene, id: SeriesId, center: number): number {
  const { entity, metric, unit } = monitor.series.labels[id]!;
  const limit = limitOf(topology, slos, entity, metric) ?? 0;
  return Math.max(floorRatio * Math.abs(center), floors[unit] ?? 0, floorOfLimit * limit);
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

/** What the newest sample says by itself: its value, or a counter's rate since the one before; null without that. */
export function newestLevel({ monitor }: Scene, id: SeriesId): number | null {
  const { series } = monitor;
  const last = series.length[id]! - 1;
  const value = valueAt(series, id, last);
  if (series.labels[id]!.type === 'gauge') return value;
  if (last < 1) return null;
  const grown = value - valueAt(series, id, last - 1);
  return grown < 0 ? null : (1_000 * grown) / (timeAt(series, id, last) - timeAt(series, id, last - 1));
}

/**
 * What is usual now, as near to the level as the hours allow. The hours know means of a minute: the noise within one is
 * taken from the last minutes.
 * @param models null where the series has none
 */
export function usualNow(
  scene: Scene,
  level: number,
  { recent, id, models }: { readonly recent: Band; readonly id: SeriesId; readonly models: SeriesModels | null },
): UsualLevel {
  if (models === null || models.season.serving === 'recent') return { ...recent, of: 'recent' };
  const { season, history } = models;
  const of = models.season.serving;
  const hours = usualOfSeason(season, history, Math.floor(scene.nowMs / stepMs)).map(({ center, spread }) => {
    const floor = floorOf(scene, id, center);
    const noise = Math.min(recent.spread, Math.max(spread, floor));
    return { center, spread: Math.max(Math.hypot(spread, noise), floor), of };
  });
  if (hours.length === 0) return { ...recent, of: 'recent' };
  const off = ({ center, spread }: Band) => Math.abs(level - center) / spread;
  return hours.reduce((nearest, one) => (off(one) < off(nearest) ? one : nearest));
}
