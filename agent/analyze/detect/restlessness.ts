import type { Family } from './family.ts';
import { ValueHistory } from './value-history.ts';

/**
 * Spread of the last `rows` values against a high quantile of such spreads before: a series that begins to shake
 * stays at its level, so only this sees it (a moving S chart, Montgomery, Statistical Quality Control, ch. 6).
 */
export class Restlessness implements Family {
  readonly name = 'restlessness';
  readonly #ring: Float64Array;
  readonly #spreads: ValueHistory;
  readonly #quantile: number;
  #row = 0;

  /** @param quantile which spread counts as one usual step; with `recent` over the last 2000 rows, else over all */
  constructor(rows: number, quantile: number, keep: 'recent' | 'even') {
    this.#quantile = quantile;
    this.#spreads = new ValueHistory(keep === 'recent' ? 2000 : 4096, keep);
    this.#ring = new Float64Array(rows);
  }

  update(value: number): number {
    const ring = this.#ring;
    ring[this.#row++ % ring.length] = value;
    if (this.#row < ring.length) return 0;
    let mean = 0;
    for (const each of ring) mean += each / ring.length;
    let squares = 0;
    for (const each of ring) squares += (each - mean) ** 2;
    const spread = Math.sqrt(squares / ring.length);
    const usual =
      this.#spreads.size >= 60 ? this.#spreads.quantile(this.#quantile) + 1e-3 * Math.abs(mean) + 1e-9 : Infinity;
    this.#spreads.push(spread);
    return spread / usual;
  }

  inWords(steps: number): string {
    return `it moves ${steps.toFixed(1)} times as much as usual`;
  }
}
