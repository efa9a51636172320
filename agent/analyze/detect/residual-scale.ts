import type { ValueHistory } from './value-history.ts';

/** Fewer residuals than this say nothing about what is usual. */
const residualsMin = 20;

/**
 * One usual step of a residual, from the history of absolute residuals: the median where most rows move, else the
 * upper tail, so that a series that is mostly still does not call every movement strange.
 * @param level     current level; 0.1 % of it is the least step that counts
 * @param tailShare weight of the upper tail's estimate, 0 leaves it out
 * @returns Infinity while too little is known, so that a division gives 0: no opinion
 */
export function usualResidual(absolute: ValueHistory, level: number, tailShare: number): number {
  if (absolute.size < residualsMin) return Number.POSITIVE_INFINITY;
  const typical = 1.4826 * absolute.quantile(0.5);
  const tail = absolute.quantile(0.95) / 1.96; // equals the median's estimate for normal residuals
  return Math.max(typical, tailShare * tail) + 1e-3 * Math.abs(level) + 1e-9;
}
