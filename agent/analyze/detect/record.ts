import type { Family } from './family.ts';
import { ValueHistory } from './value-history.ts';

/** A record among fewer values than this is no news. */
const rowsMin = 60;

/**
 * How far a value lies beyond every earlier one, in units of the usual range (5 % to 95 % of the past): the plainest
 * extreme-value question, with hardly a false answer and many silent ones.
 */
export class RecordBreak implements Family {
  readonly name = 'record';
  readonly #past = new ValueHistory(4096, 'even');
  #low = Number.POSITIVE_INFINITY;
  #high = Number.NEGATIVE_INFINITY;

  update(value: number): number {
    const past = this.#past;
    const range = past.quantile(0.95) - past.quantile(0.05) + 1e-3 * Math.abs(past.quantile(0.5)) + 1e-9;
    const beyond = Math.max(0, value - this.#high, this.#low - value);
    const known = past.size >= rowsMin;
    this.#low = Math.min(this.#low, value);
    this.#high = Math.max(this.#high, value);
    past.push(value);
    return known ? beyond / range : 0;
  }

  inWords(steps: number): string {
    return `${steps.toFixed(1)} usual ranges beyond every earlier value`;
  }
}
