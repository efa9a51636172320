import type { Family } from './family.ts';
import { usualResidual } from './residual-scale.ts';
import { quantileOfSorted } from './statistics.ts';
import { ValueHistory } from './value-history.ts';

const dayMs = 86_400_000;
/** Longest look-back, in days; a week makes weekends look at weekends. */
const daysMax = 7;
/** The sampling interval is the median of this many first differences. */
const intervalSamples = 9;
/** Shorter intervals than this would need more than 7 x 8640 values; seasons are then left to others. */
const intervalMinMs = 10_000;

/**
 * Distance from the median of the values around the same time on up to seven days before, in robust deviations of
 * earlier such distances. Rows count, not clocks: an hour that repeats shifts the comparison by one row for a week.
 */
export class Seasonal implements Family {
  readonly name = 'seasonal';
  readonly #distances: ValueHistory;
  readonly #firstGapsMs: number[] = [];
  #lastAtMs = Number.NaN;
  #rowsPerDay = 0;
  #early: number[] = [];
  #ring: Float64Array | null = null;
  #row = 0;

  constructor(historyRows = 2000) {
    this.#distances = new ValueHistory(historyRows, 'recent');
  }

  update(value: number, atMs: number): number {
    this.#learnInterval(atMs);
    const expected = this.#expected();
    this.#remember(value);
    if (expected === null) return 0;
    const distance = Math.abs(value - expected);
    const steps = distance / usualResidual(this.#distances, expected, 0.5);
    this.#distances.push(distance);
    return steps;
  }

  #learnInterval(atMs: number): void {
    if (this.#firstGapsMs.length >= intervalSamples) return;
    const gapMs = atMs - this.#lastAtMs;
    this.#lastAtMs = atMs;
    if (!(gapMs > 0)) return;
    this.#firstGapsMs.push(gapMs);
    if (this.#firstGapsMs.length < intervalSamples) return;
    const intervalMs = [...this.#firstGapsMs].sort((a, b) => a - b)[intervalSamples >> 1]!;
    const rowsPerDay = Math.round(dayMs / intervalMs);
    if (rowsPerDay < 4 || intervalMs < intervalMinMs) return;
    this.#rowsPerDay = rowsPerDay;
    this.#ring = new Float64Array(daysMax * rowsPerDay + 2);
    for (let i = 0; i < this.#early.length; i++) this.#ring[i % this.#ring.length] = this.#early[i]!;
    this.#early = [];
  }

  #remember(value: number): void {
    if (this.#ring !== null) this.#ring[this.#row % this.#ring.length] = value;
    else if (this.#firstGapsMs.length < intervalSamples) this.#early.push(value);
    this.#row++;
  }

  /** Median over the rows one before to one after this time of day on each day known; null on the first day. */
  #expected(): number | null {
    const ring = this.#ring;
    if (ring === null) return null;
    const near: number[] = [];
    for (let day = 1; day <= daysMax; day++) {
      const centre = this.#row - day * this.#rowsPerDay;
      if (centre < 1) break;
      for (let i = centre - 1; i <= centre + 1; i++) if (i < this.#row) near.push(ring[i % ring.length]!);
    }
    return near.length === 0
      ? null
      : quantileOfSorted(
          near.sort((a, b) => a - b),
          0.5,
        );
  }
}
