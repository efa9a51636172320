import type { SeriesId, SeriesStore } from './series-store.ts';
import { lastAtMs, lowerBound, timeAt, valueAt } from './series-store.ts';

/** Samples of one series in time order, copied out of the ring. */
export interface SeriesWindow {
  readonly atMs: Float64Array;
  readonly values: Float64Array;
}

/** Samples with `fromMs` <= time <= `toMs`. */
export function readWindow(
  store: SeriesStore,
  id: SeriesId,
  fromMs: number,
  toMs = Number.POSITIVE_INFINITY,
): SeriesWindow {
  const from = lowerBound(store, id, fromMs);
  let to = store.length[id]!;
  while (to > from && timeAt(store, id, to - 1) > toMs) to -= 1;
  const atMs = new Float64Array(to - from);
  const values = new Float64Array(to - from);
  for (let i = from; i < to; i += 1) {
    atMs[i - from] = timeAt(store, id, i);
    values[i - from] = valueAt(store, id, i);
  }
  return { atMs, values };
}

/**
 * How much a counter grew from `fromMs` on: a smaller value is a reset, after which the counter starts from zero
 * (the rule of Prometheus' `increase`, without its extrapolation). Null with fewer than two samples.
 */
export function counterIncrease(
  store: SeriesStore,
  id: SeriesId,
  fromMs: number,
  toMs = Number.POSITIVE_INFINITY,
): { readonly increase: number; readonly overMs: number } | null {
  const length = store.length[id]!;
  // The sample before the window is the base of its first difference.
  const first = Math.max(0, lowerBound(store, id, fromMs) - 1);
  let increase = 0;
  let last = first;
  for (let i = first + 1; i < length && timeAt(store, id, i) <= toMs; i += 1) {
    const step = valueAt(store, id, i) - valueAt(store, id, i - 1);
    increase += step >= 0 ? step : valueAt(store, id, i);
    last = i;
  }
  if (last === first) return null;
  return { increase, overMs: timeAt(store, id, last) - timeAt(store, id, first) };
}

/** Growth of a counter per second over the last `overMs`. */
export function ratePerSecond(store: SeriesStore, id: SeriesId, nowMs: number, overMs: number): number | null {
  const grown = counterIncrease(store, id, nowMs - overMs, nowMs);
  return grown === null || grown.overMs <= 0 ? null : (grown.increase / grown.overMs) * 1000;
}

/** ms since the newest sample was measured; infinite before the first. */
export function freshnessMs(store: SeriesStore, id: SeriesId, nowMs: number): number {
  const at = lastAtMs(store, id);
  return at === null ? Number.POSITIVE_INFINITY : Math.max(0, nowMs - at);
}

/** Share of the samples that the series' own cadence promises over the last `overMs`, 0..1; null before a cadence is known. */
export function completenessRatio(store: SeriesStore, id: SeriesId, nowMs: number, overMs: number): number | null {
  const cadenceMs = store.cadenceMs[id]!;
  if (cadenceMs === 0 || store.length[id]! < 2) return null;
  const fromMs = Math.max(nowMs - overMs, timeAt(store, id, 0));
  const promised = Math.floor((nowMs - fromMs) / cadenceMs);
  if (promised <= 0) return null;
  const seen = store.length[id]! - lowerBound(store, id, fromMs);
  return Math.min(1, seen / promised);
}
