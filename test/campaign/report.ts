import { parseArgs } from 'node:util';

/** `--count N --seed N` of a campaign. */
export function campaignArguments(defaultCount: number): { readonly count: number; readonly seed: number } {
  const { values } = parseArgs({ options: { count: { type: 'string' }, seed: { type: 'string' } } });
  const count = Number(values.count ?? defaultCount);
  const seed = Number(values.seed ?? 1);
  if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(seed)) {
    console.error('usage: --count N (at least 1) --seed N');
    process.exit(2);
  }
  return { count, seed };
}

/**
 * Prints the last line of a campaign and sets the exit code. No failure in N gives a 95 % upper bound of 3/N on the
 * probability of one (J. A. Hanley and A. Lippman-Hand, "If nothing goes wrong, is everything all right?", JAMA 1983).
 */
export function reportCampaign(name: string, count: number, failures: readonly string[], details: string): void {
  for (const failure of failures.slice(0, 20)) console.error(`FAILED ${failure}`);
  const bound = failures.length === 0 ? `bound 3/N = ${(3 / count).toExponential(1)}` : 'no bound';
  console.log(`${name}: ${count} cases, ${failures.length} failures, ${details}, ${bound}`);
  process.exitCode = failures.length === 0 ? 0 : 11;
}
