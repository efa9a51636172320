/*
 * Order statistics over plain arrays of numbers. Not-a-numbers never count: every function leaves them out first,
 * because one broken sample must not spoil a whole history.
 */

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
