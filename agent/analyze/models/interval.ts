import { quantileOfSorted } from '../detect/statistics.ts';
import { scoredAhead } from './scoreboard.ts';

/** The band of what is served: 80 % of what comes should fall inside. */
const missAim = 0.2;
/** How fast the aim follows the misses: the step of adaptive conformal inference. */
const missStep = 0.01;
const missMin = 0.02;
const missMax = 0.5;
/** Fewer residuals say nothing of their tails. */
const residualsMin = 20;
const memory = 0.995;
/** Bands held against what came before a coverage is worth telling. */
const coverageMin = 20;

interface Band {
  readonly low: number;
  readonly middle: number;
  readonly high: number;
}

/**
 * Adaptive conformal inference: quantiles of the model's own past residuals, with the share left outside moved by every
 * hit and miss (I. Gibbs and E. Candes, "Adaptive Conformal Inference Under Distribution Shift", 2021).
 */
export interface IntervalBook {
  /** Per distance: the share aimed to be left outside now. */
  readonly miss: Float64Array;
  readonly pending: readonly (Band | null)[][];
  /** Faded counts over all distances: inside, all, absolute error of the middle, size of what came. */
  inside: number;
  count: number;
  errorSum: number;
  sizeSum: number;
}

export function createIntervalBook(): IntervalBook {
  return {
    miss: new Float64Array(scoredAhead.length).fill(missAim),
    pending: scoredAhead.map((ahead) => new Array<Band | null>(ahead).fill(null)),
    inside: 0,
    count: 0,
    errorSum: 0,
    sizeSum: 0,
  };
}

/** Holds the bands that were served for this step against what came. */
export function scoreBands(book: IntervalBook, step: number, actual: number): void {
  for (const [i, ahead] of scoredAhead.entries()) {
    const band = book.pending[i]![step % ahead]!;
    book.pending[i]![step % ahead] = null;
    if (band === null || Number.isNaN(actual)) continue;
    const hit = actual >= band.low && actual <= band.high;
    book.miss[i] = Math.min(missMax, Math.max(missMin, book.miss[i]! + missStep * (missAim - (hit ? 0 : 1))));
    book.inside = memory * book.inside + (hit ? 1 : 0);
    book.count = memory * book.count + 1;
    book.errorSum = memory * book.errorSum + Math.abs(actual - band.middle);
    book.sizeSum = memory * book.sizeSum + Math.abs(actual);
  }
}

export function awaitBand(book: IntervalBook, step: number, at: number, band: Band): void {
  book.pending[at]![step % scoredAhead[at]!] = band;
}

export function coverageRatio({ inside, count }: IntervalBook): number | null {
  return count < coverageMin ? null : inside / count;
}

export function servedErrorRatio({ errorSum, sizeSum, count }: IntervalBook): number | null {
  return count < coverageMin || sizeSum === 0 ? null : errorSum / sizeSum;
}

/**
 * How far the ends of the band lie from the middle at one distance.
 * @param scatter usual change per step, from which a random walk's band is drawn while there are few residuals
 */
export function bandAt(
  book: IntervalBook,
  residuals: readonly number[],
  at: number,
  scatter: number,
): { readonly down: number; readonly up: number } {
  if (residuals.length < residualsMin) {
    const spread = 1.2816 * scatter * Math.sqrt(scoredAhead[at]!);
    return { down: -spread, up: spread };
  }
  const sorted = Float64Array.from(residuals).sort();
  const tail = book.miss[at]! / 2;
  return { down: Math.min(0, quantileOfSorted(sorted, tail)), up: Math.max(0, quantileOfSorted(sorted, 1 - tail)) };
}
