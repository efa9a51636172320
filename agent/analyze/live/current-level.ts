import type { SeriesId, SeriesStore } from '../../monitor/series-store.ts';
import { lastAtMs, valueAt } from '../../monitor/series-store.ts';
import { ratePerSecond } from '../../monitor/series-window.ts';

/** Present level of each series, worked out once per new sample. */
export interface CurrentLevels {
  values: Float64Array;
}

export function createCurrentLevels(): CurrentLevels {
  return { values: new Float64Array(0) };
}

const rateOverMs = 10_000;

export function updateLevels(levels: CurrentLevels, store: SeriesStore, touched: readonly SeriesId[]): void {
  if (levels.values.length < store.count) {
    const wider = new Float64Array(Math.max(64, 2 * store.count)).fill(Number.NaN);
    wider.set(levels.values);
    levels.values = wider;
  }
  for (const id of touched) levels.values[id] = levelOf(store, id) ?? Number.NaN;
}

/** The level as of the newest sample; null before there is one. */
export function currentLevel(levels: CurrentLevels, id: SeriesId): number | null {
  const level = levels.values[id];
  return level === undefined || Number.isNaN(level) ? null : level;
}

/** A gauge's median of its last three samples; a counter's rate per second over a few. */
function levelOf(store: SeriesStore, id: SeriesId): number | null {
  const length = store.length[id]!;
  if (length === 0) return null;
  if (store.labels[id]!.type === 'counter') {
    return ratePerSecond(store, id, lastAtMs(store, id)!, Math.max(rateOverMs, 3 * store.cadenceMs[id]!));
  }
  const last = valueAt(store, id, length - 1);
  if (length < 3) return last;
  const before = valueAt(store, id, length - 2);
  const first = valueAt(store, id, length - 3);
  return Math.max(Math.min(last, before), Math.min(Math.max(last, before), first));
}
