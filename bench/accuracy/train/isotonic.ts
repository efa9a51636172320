import type { CalibrationStep } from '../../../agent/analyze/failure/failure-model.ts';

/** Fewest rows a step may rest on: a probability from fewer would be noise. */
const leastRows = 500;

/**
 * Rising step function closest to the outcomes (pool adjacent violators; Ayer et al., 1955), as used to calibrate
 * classifiers by Zadrozny & Elkan (KDD'02).
 */
export function fitIsotonic(logOdds: readonly number[], failed: readonly boolean[]): CalibrationStep[] {
  const order = [...logOdds.keys()].sort((a, b) => logOdds[a]! - logOdds[b]!);
  const pools: { logOdds: number; failures: number; rows: number }[] = [];
  for (const row of order) {
    const open = pools.at(-1);
    const own = failed[row]! ? 1 : 0;
    if (open !== undefined && (open.rows < leastRows || open.logOdds === logOdds[row])) {
      open.failures += own;
      open.rows += 1;
    } else {
      mergeFalling(pools);
      pools.push({ logOdds: logOdds[row]!, failures: own, rows: 1 });
    }
  }
  mergeFalling(pools);
  return pools.map((pool) => ({
    logOdds: Number(pool.logOdds.toPrecision(5)),
    probability: Number((pool.failures / pool.rows).toPrecision(3)),
  }));
}

function mergeFalling(pools: { logOdds: number; failures: number; rows: number }[]): void {
  while (pools.length > 1) {
    const last = pools.at(-1)!;
    const before = pools.at(-2)!;
    if (last.failures / last.rows > before.failures / before.rows) return;
    pools.pop();
    before.failures += last.failures;
    before.rows += last.rows;
  }
}
