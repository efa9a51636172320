import type { Family } from './family.ts';

/** Geometric mean of two families: strange only where both find it so, which silences what only one of them mistakes. */
export class Agreement implements Family {
  readonly name: string;
  readonly #first: Family;
  readonly #second: Family;

  constructor(first: Family, second: Family) {
    this.name = `${first.name} and ${second.name}`;
    this.#first = first;
    this.#second = second;
  }

  update(value: number, atMs: number): number {
    const first = this.#first.update(value, atMs);
    const second = this.#second.update(value, atMs);
    return Math.sqrt(first) * Math.sqrt(second);
  }

  inWords(steps: number): string {
    return `${this.#first.inWords(steps)}, and ${this.#second.inWords(steps)}`;
  }
}
