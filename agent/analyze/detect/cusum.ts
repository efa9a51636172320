/** A two-sided cumulative sum of deviations from the usual, in its own standard deviations (E. S. Page, 1954). */
export interface Cusum {
  up: number;
  down: number;
  /** When the larger of the two began to grow; null while both are zero. */
  sinceMs: number | null;
  /** Updates since then. */
  updates: number;
}

export function createCusum(): Cusum {
  return { up: 0, down: 0, sinceMs: null, updates: 0 };
}

export interface CusumSettings {
  /** Half of the smallest shift that matters, in standard deviations. */
  readonly allowance: number;
  /** A sum that reaches it is told, and goes no higher: it falls below as soon as the shift is over. */
  readonly limit: number;
}

export function pushCusum(sum: Cusum, z: number, { allowance, limit }: CusumSettings, nowMs: number): void {
  sum.up = Math.min(limit, Math.max(0, sum.up + z - allowance));
  sum.down = Math.min(limit, Math.max(0, sum.down - z - allowance));
  if (sum.up === 0 && sum.down === 0) {
    sum.sinceMs = null;
    sum.updates = 0;
    return;
  }
  sum.sinceMs ??= nowMs;
  sum.updates += 1;
}

/** Overshoot of a normal random walk over its boundary. */
const overshoot = 1.166;

/**
 * The sum at which a shift is told, so that steady noise crosses it once in `updates` on one side: the run length
 * (e^x - x - 1) / 2k^2 with x = 2k (limit + overshoot) of D. Siegmund, "Sequential Analysis", 1985, solved for the limit.
 */
export function cusumLimit(allowance: number, updates: number): number {
  const target = 2 * allowance ** 2 * updates + 1;
  let reach = Math.log(target);
  for (let i = 0; i < 8; i++) reach = Math.log(target + reach);
  return Math.max(0, reach / (2 * allowance) - overshoot);
}
