import { quantileOfSorted } from '../detect/statistics.ts';

/** Median of unordered numbers; sorts a copy. NaN for none. */
export function median(values: ArrayLike<number>): number {
  return quantileOfSorted(new Float64Array(values).sort(), 0.5);
}

/** Median absolute deviation from `center`. */
export function medianDeviation(values: ArrayLike<number>, center: number): number {
  const deviations = new Float64Array(values);
  for (let i = 0; i < deviations.length; i += 1) deviations[i] = Math.abs(deviations[i]! - center);
  return median(deviations);
}

/** Median and median absolute deviation from it, with one sort: seen from the centre, both halves are in order. */
export function centerOf(values: ArrayLike<number>): { readonly center: number; readonly deviation: number } {
  const sorted = new Float64Array(values).sort();
  const n = sorted.length;
  const center = quantileOfSorted(sorted, 0.5);
  const deviations = new Float64Array(n);
  let below = (n - 1) >> 1;
  let above = below + 1;
  // The median needs none of the larger half.
  for (let i = 0; i <= n >> 1 && i < n; i += 1) {
    const down = below >= 0 ? center - sorted[below]! : Number.POSITIVE_INFINITY;
    const up = above < n ? sorted[above]! - center : Number.POSITIVE_INFINITY;
    if (down <= up) below -= 1;
    else above += 1;
    deviations[i] = Math.min(down, up);
  }
  return { center, deviation: quantileOfSorted(deviations, 0.5) };
}

/** Makes the median absolute deviation of a normal sample estimate its standard deviation (Rousseeuw and Croux 1993). */
export const madToSigma = 1.4826;

export interface Trend {
  /** Median slope per ms. */
  readonly slope: number;
  /** 80 % interval of the slope. */
  readonly slopeLow: number;
  readonly slopeHigh: number;
  /** Mann-Kendall z: how surely it moves one way. */
  readonly z: number;
  /** Fitted value at the last point. */
  readonly atEnd: number;
  readonly residualMad: number;
}

const z80 = 1.2816;

/**
 * Theil-Sen line: the median of all pairwise slopes, which up to 29 % of wild points cannot move. The interval is by
 * ranks of Kendall's statistic: P. K. Sen, "Estimates of the regression coefficient based on Kendall's tau", 1968.
 * Cost is quadratic: give it at most some 50 points, in time order.
 */
export function theilSen(atMs: ArrayLike<number>, values: ArrayLike<number>): Trend | null {
  const n = values.length;
  if (n < 8) return null;
  const slopes = new Float64Array((n * (n - 1)) / 2);
  let count = 0;
  let kendall = 0;
  for (let i = 0; i < n; i += 1) {
    for (let j = i + 1; j < n; j += 1) {
      const rise = values[j]! - values[i]!;
      slopes[count] = rise / (atMs[j]! - atMs[i]!);
      count += 1;
      kendall += Math.sign(rise);
    }
  }
  slopes.sort();
  const sigma = Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const reach = (z80 * sigma) / 2;
  const rank = (position: number) => slopes[Math.min(count - 1, Math.max(0, Math.round(position)))]!;
  const slope = rank((count - 1) / 2);
  const end = atMs[n - 1]!;
  const levels = new Float64Array(values);
  for (let i = 0; i < n; i += 1) levels[i] = levels[i]! - slope * (atMs[i]! - end);
  const atEnd = median(levels);
  return {
    slope,
    slopeLow: rank((count - 1) / 2 - reach),
    slopeHigh: rank((count - 1) / 2 + reach),
    z: kendall / sigma,
    atEnd,
    residualMad: medianDeviation(levels, atEnd),
  };
}

export interface Points {
  readonly atMs: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/** At most `points` medians of equal stretches, so that a long window costs no more than a short one. */
export function thin(
  { atMs, values }: { readonly atMs: Float64Array; readonly values: Float64Array },
  points: number,
): Points {
  const n = values.length;
  if (n <= points) return { atMs, values };
  const thinned = { atMs: new Float64Array(points), values: new Float64Array(points) };
  for (let p = 0; p < points; p += 1) {
    const from = Math.floor((p * n) / points);
    const to = Math.floor(((p + 1) * n) / points);
    thinned.atMs[p] = atMs[(from + to - 1) >> 1]!;
    thinned.values[p] = median(values.subarray(from, to));
  }
  return thinned;
}
