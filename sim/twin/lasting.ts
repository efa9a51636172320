import type { RandomStream } from '../kernel/random.ts';

/** Between these lie the times that a disturbance lasts, ms. */
const shortestMs = 20_000;
const longestMs = 3 * 3_600_000;

/**
 * How much longer lasts what has lasted `soFarMs` and may end by itself, ms. Nothing is known of it but that it is not
 * over: every order of magnitude is as likely as the next (the prior of a scale: H. Jeffreys, Proc. R. Soc. A 186, 1946;
 * the same argument in J. R. Gott, Nature 363, 1993).
 */
export function lastsOnMs(soFarMs: number, random: RandomStream): number {
  const low = Math.max(shortestMs, soFarMs);
  const high = Math.max(longestMs, 10 * soFarMs);
  return low * (high / low) ** random.next() - soFarMs;
}
