/*
 * Order statistics over plain arrays of numbers. Not-a-numbers never count: every function leaves them out first,
 * because one broken sample must not spoil a whole history.
 */

/** Makes a normal sample's median absolute deviation estimate its standard deviation (1 / 0.6745). */
const madToSd = 1.4826;

/** The finite values in ascending order; the input stays as it is. */
export function sortedFinite(values: ArrayLike<number>): Float64Array {
  const kept = new Float64Array(values.length);
  let n = 0;
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i]!)) kept[n++] = values[i]!;
  return kept.subarray(0, n).sort();
}

/** Linear interpolation between order statistics (Hyndman and Fan 1996, type 7); NaN for an empty array. */
export function quantileOfSorted(sorted: ArrayLike<number>, probability: number): number {
  const n = sorted.length;
  if (n === 0) return Number.NaN;
  const at = (n - 1) * Math.min(1, Math.max(0, probability));
  const below = Math.floor(at);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, n - 1)]!;
  return low + (high - low) * (at - below);
}

/** @returns median and scaled median absolute deviation, both NaN for an empty array. */
export function medianAndSpread(values: ArrayLike<number>): { median: number; spread: number } {
  const sorted = sortedFinite(values);
  const median = quantileOfSorted(sorted, 0.5);
  const deviations = Float64Array.from(sorted, (value) => Math.abs(value - median)).sort();
  return { median, spread: madToSd * quantileOfSorted(deviations, 0.5) };
}

/** @returns mean and standard deviation of the finite values, both 0 where there is none. */
export function meanAndSd(values: ArrayLike<number>): { mean: number; sd: number } {
  let n = 0;
  let mean = 0;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    n++;
    const delta = value - mean; // Welford 1962: stable for large values with a small spread
    mean += delta / n;
    squares += delta * (value - mean);
  }
  return { mean, sd: n > 1 ? Math.sqrt(squares / n) : 0 };
}
