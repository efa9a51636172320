import type { Family } from './family.ts';
import { RollingMean } from './rolling-mean.ts';
import { ValueHistory } from './value-history.ts';

/** Rows from which the range of the levels is taken; it stays fixed, or counts of levels would mean nothing. */
const rangeRows = 100;
/** The range (2 % to 98 % of those rows) is cut into this many levels; one range below and above it count as well. */
const levelsInRange = 8;
const levels = 3 * levelsInRange + 1;
/** Surprise of one step is capped here, in nats: never seen is never seen. */
const surpriseMax = 6;
/** Averages fewer than this say nothing about which averages are usual. */
const averagesMin = 31;

/**
 * Surprise of the steps between coarse levels: -ln of how often this level followed the one before, averaged over a
 * few rows, in units of the 99 % quantile of such averages so far. A first-order context model (context-tree
 * detectors, and the long against short average of Ahmad et al. 2017, "Unsupervised real-time anomaly detection for
 * streaming data"): it sees an unusual order of usual values. Neighbouring levels count half, against rounding.
 */
export class RareStep implements Family {
  readonly name = 'rare-step';
  readonly #rows: number;
  readonly #start = new ValueHistory(rangeRows + 1, 'recent');
  readonly #counts = new Float64Array(levels * levels);
  readonly #totals = new Float64Array(levels);
  readonly #recent: RollingMean;
  readonly #averages = new ValueHistory(4096, 'even');
  #row = 0;
  #low = Number.NaN;
  #range = Number.NaN;
  #previous = -1;

  constructor(rows: number) {
    this.#rows = rows;
    this.#recent = new RollingMean(rows);
  }

  update(value: number): number {
    if (this.#row <= rangeRows) this.#start.push(value);
    if (this.#row++ < rangeRows) return 0;
    if (Number.isNaN(this.#low)) {
      this.#low = this.#start.quantile(0.02);
      this.#range = this.#start.quantile(0.98) - this.#low + 1e-9;
    }
    this.#recent.push(this.#surprise(this.#levelOf(value)));
    const average = (this.#recent.mean * this.#recent.filled) / this.#rows;
    const known = this.#averages.size >= averagesMin;
    const steps = known ? average / Math.max(this.#averages.quantile(0.99), 0.05) : 0;
    this.#averages.push(average);
    return steps;
  }

  inWords(steps: number): string {
    return `an order of values ${steps.toFixed(1)} times as rare as usual`;
  }

  #levelOf(value: number): number {
    const level = Math.round(((value - this.#low) / this.#range) * levelsInRange) + levelsInRange;
    return Number.isNaN(level) ? levelsInRange : Math.max(0, Math.min(levels - 1, level));
  }

  #surprise(level: number): number {
    const previous = this.#previous;
    this.#previous = level;
    if (previous < 0) return 0;
    const base = previous * levels;
    const below = level > 0 ? this.#counts[base + level - 1]! : 0;
    const above = level < levels - 1 ? this.#counts[base + level + 1]! : 0;
    const near = this.#counts[base + level]! + 0.5 * (below + above);
    const share = (near + 0.02) / (this.#totals[previous]! + 0.5);
    this.#counts[base + level]!++;
    this.#totals[previous]!++;
    return Math.min(surpriseMax, Math.max(0, -Math.log(share)));
  }
}
