import { median } from '../agent/analyze/live/statistics.ts';

/** Benchmarks as interleaved pairs: on a shared machine only ratios of neighbours in time mean anything. */

/** One row of `npm run bench -- -o json`. `candidate` and `reference` are medians in `unit`. */
export interface BenchRow {
  readonly name: string;
  readonly candidate: number;
  readonly reference: number;
  readonly unit: string;
  readonly ratioMedian: number;
  readonly ratioMin: number;
  readonly ratioMax: number;
  /** (largest - smallest) / median of the reference alone; above 0.3 the run was too noisy to trust. */
  readonly referenceSpread: number;
  readonly pairs: number;
}

export interface PairOptions {
  readonly name: string;
  readonly unit: string;
  /** At least 11, by the rule for every figure of speed. */
  readonly pairs?: number;
  /** Each returns its own measure in `unit`, such as events per second. */
  readonly candidate: () => number;
  readonly reference: () => number;
}

/** Runs candidate and reference in turn, after one warm-up of each, and compares them pair by pair. */
export function runPairs(options: PairOptions): BenchRow {
  const pairs = options.pairs ?? 11;
  options.candidate();
  options.reference();
  const candidates: number[] = [];
  const references: number[] = [];
  for (let i = 0; i < pairs; i++) {
    // The order changes with every pair, so that a drift of the machine favours neither.
    if (i % 2 === 0) candidates.push(options.candidate());
    references.push(options.reference());
    if (i % 2 === 1) candidates.push(options.candidate());
  }
  const ratios = candidates.map((value, i) => value / references[i]!);
  return {
    name: options.name,
    candidate: median(candidates),
    reference: median(references),
    unit: options.unit,
    ratioMedian: median(ratios),
    ratioMin: Math.min(...ratios),
    ratioMax: Math.max(...ratios),
    referenceSpread: (Math.max(...references) - Math.min(...references)) / median(references),
    pairs,
  };
}

/** A figure that is no race, held against its goal. @param cases how many it was taken from */
export function goalRow(name: string, unit: string, figure: number, goal: number, cases: number): BenchRow {
  const ratio = figure / goal;
  return {
    name,
    candidate: figure,
    reference: goal,
    unit,
    ratioMedian: ratio,
    ratioMin: ratio,
    ratioMax: ratio,
    referenceSpread: 0,
    pairs: cases,
  };
}
