/**
 * Page-Hinkley test on the ratio of each error to the usual one (E. S. Page 1954; as used for drift by J. Gama et al.,
 * "A Survey on Concept Drift Adaptation", 2014): raised when errors stay above what is usual.
 */
export interface DriftTest {
  usualError: number;
  errors: number;
  sum: number;
  least: number;
}

/** Excess over the usual error that is borne. */
const borne = 0.5;
/** Sum of excess that is a drift: twenty errors of twice and a half the usual size. */
const driftAt = 20;
/** One wild value is not a drift. */
const ratioMax = 5;
const errorsMin = 20;
const usualWeight = 0.02;

export function createDriftTest(): DriftTest {
  return { usualError: 0, errors: 0, sum: 0, least: 0 };
}

/** @returns whether the errors have drifted; the test then begins anew */
export function testDrift(test: DriftTest, error: number): boolean {
  test.errors += 1;
  if (test.errors <= errorsMin) {
    test.usualError += (error - test.usualError) / test.errors;
    return false;
  }
  const ratio = test.usualError === 0 ? (error === 0 ? 0 : ratioMax) : Math.min(ratioMax, error / test.usualError);
  test.sum += ratio - 1 - borne;
  test.least = Math.min(test.least, test.sum);
  test.usualError += usualWeight * (Math.min(error, ratioMax * test.usualError) - test.usualError);
  if (test.sum - test.least <= driftAt) return false;
  Object.assign(test, createDriftTest());
  return true;
}
