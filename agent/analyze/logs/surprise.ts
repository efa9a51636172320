/** What is known of how often something happens. */
export interface Past {
  readonly count: number;
  readonly overMs: number;
}

/**
 * An upper bound of the chance to see `count` or more in `windowMs`, given the past. The rate is not known but learned:
 * its distribution is a Gamma from Jeffreys' prior, so the count follows a negative binomial, and what never happened
 * becomes surprising at once only after long watching. Closed form by the bound of H. Chernoff, "A measure of asymptotic
 * efficiency for tests of a hypothesis based on the sum of observations", 1952.
 * @param clumping variance of past counts over their mean, at least 1: lines come in bunches
 */
export function chanceOfAtLeast(count: number, windowMs: number, past: Past, clumping = 1): number {
  const n = count / clumping;
  const r = past.count / clumping + jeffreys;
  const q = windowMs / (past.overMs + windowMs);
  if (n <= (r * q) / (1 - q)) return 1;
  return Math.exp(r * Math.log(((1 - q) * (n + r)) / r) + n * Math.log((q * (n + r)) / n));
}

/** The chance that nothing is seen for `silentMs`, given the past. */
export function chanceOfNone(silentMs: number, past: Past, clumping = 1): number {
  const r = past.count / clumping + jeffreys;
  return Math.exp(-r * Math.log1p(silentMs / past.overMs));
}

/** Half a count: the prior that says least about the rate of a Poisson process. */
const jeffreys = 0.5;
