import type { Family, UsualBand } from './family.ts';
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
 * earlier such distances. Clocks count where they run forwards: a gap is rows without a value, and a row whose stamp
 * repeats stands in the place of the one before it.
 */
export class Seasonal implements Family {
  readonly name = 'seasonal';
  readonly #distances: ValueHistory;
  readonly #firstGapsMs: number[] = [];
  /** Stamp of the newest row. */
  #rowAtMs = Number.NaN;
  #rowsPerDay = 0;
  #intervalMs = 0;
  #early: number[] = [];
  #ring: Float64Array | null = null;
  #row = 0;
  #expectedBand: UsualBand | null = null;

  constructor(historyRows = 2000) {
    this.#distances = new ValueHistory(historyRows, 'recent');
  }

  /** Two usual deviations on either side of the level of this time of day. */
  get expected(): UsualBand | null {
    return this.#expectedBand;
  }

  update(value: number, atMs: number): number {
    if (this.#ring === null) this.#learnInterval(atMs);
    else this.#keepInStep(atMs, this.#ring.length);
    const expected = this.#expected();
    this.#expectedBand = null;
    this.#remember(value);
    if (expected === null) return 0;
    const distance = Math.abs(value - expected);
    const usual = usualResidual(this.#distances, expected, 0.5);
    if (usual < Infinity) this.#expectedBand = { low: expected - 2 * usual, high: expected + 2 * usual };
    this.#distances.push(distance);
    return distance / usual;
  }

  inWords(steps: number): string {
    return `${steps.toFixed(1)} usual deviations off`;
  }

  #keepInStep(atMs: number, rowsMax: number): void {
    const rows = Math.round((atMs - this.#rowAtMs) / this.#intervalMs);
    if (rows === 0) this.#row--;
    for (let i = 1; i < Math.min(rows, rowsMax); i++) this.#remember(Number.NaN);
    // What is left of less than a row adds up; a clock that jumped back starts anew.
    this.#rowAtMs = rows >= 0 ? this.#rowAtMs + rows * this.#intervalMs : atMs;
  }

  #learnInterval(atMs: number): void {
    if (this.#firstGapsMs.length >= intervalSamples) return;
    const gapMs = atMs - this.#rowAtMs;
    this.#rowAtMs = atMs;
    if (!(gapMs > 0)) return;
    this.#firstGapsMs.push(gapMs);
    if (this.#firstGapsMs.length < intervalSamples) return;
    const intervalMs = [...this.#firstGapsMs].sort((a, b) => a - b)[intervalSamples >> 1]!;
    const rowsPerDay = Math.round(dayMs / intervalMs);
    if (rowsPerDay < 4 || intervalMs < intervalMinMs) return;
    this.#rowsPerDay = rowsPerDay;
    this.#intervalMs = intervalMs;
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
      for (let i = centre - 1; i <= centre + 1; i++) {
        const value = i < this.#row ? ring[i % ring.length]! : Number.NaN;
        if (!Number.isNaN(value)) near.push(value);
      }
    }
    return near.length === 0
      ? null
      : quantileOfSorted(
          near.sort((a, b) => a - b),
          0.5,
        );
  }
}
