/** How one regularly sampled series repeats. */
export interface Rhythm {
  /** Samples per day. */
  readonly season: number;
  /** Samples to forecast. */
  readonly horizon: number;
}

/** Samples that make about one hour when the season is a day. */
export function samplesPerHour(season: number): number {
  return Math.max(1, Math.floor(season / 24));
}

/**
 * Replaces gaps (NaN, infinite) by the sample one season before, else by the last one seen, else by the first one there
 * is. A series without any finite sample stays as it is.
 */
export function fillGaps(values: ArrayLike<number>, season: number): Float64Array {
  const filled = Float64Array.from(values);
  const first = filled.find((value) => Number.isFinite(value));
  if (first === undefined) return filled;
  for (let i = 0; i < filled.length; i++) {
    if (!Number.isFinite(filled[i]!)) filled[i] = filled[i - season] ?? filled[i - 1] ?? first;
  }
  return filled;
}

export function meanOf(values: ArrayLike<number>, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i]!;
  return sum / (to - from);
}

export function meanAbsoluteError(actual: ArrayLike<number>, forecast: ArrayLike<number>, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += Math.abs(actual[i]! - forecast[i]!);
  return sum / length;
}
