import type { Family } from './family.ts';
import { usualResidual } from './residual-scale.ts';
import { ValueHistory } from './value-history.ts';

/**
 * Distance from an exponentially weighted level (Roberts 1959), in robust deviations of earlier such distances: the
 * median over the last `historyRows` cannot be moved by the anomaly itself (Hampel 1974).
 */
export class Departure implements Family {
  readonly name: string;
  readonly #weight: number;
  readonly #distances: ValueHistory;
  #rows = 0;
  #level = 0;

  /** @param spanRows the level's memory: its weight is 2 / (span + 1) per row */
  constructor(spanRows: number, historyRows = 2000) {
    this.name = `departure-${spanRows}`;
    this.#weight = 2 / (spanRows + 1);
    this.#distances = new ValueHistory(historyRows, 'recent');
  }

  update(value: number): number {
    if (this.#rows++ === 0) this.#level = value;
    const distance = Math.abs(value - this.#level);
    const steps = distance / usualResidual(this.#distances, this.#level, 0);
    this.#distances.push(distance);
    this.#level += Math.max(this.#weight, 1 / this.#rows) * (value - this.#level);
    return steps;
  }

  inWords(steps: number): string {
    return `${steps.toFixed(1)} usual deviations from its recent level`;
  }
}
