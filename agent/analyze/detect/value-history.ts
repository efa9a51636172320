import { quantileOfSorted } from './statistics.ts';

/**
 * A bounded memory of past values that answers quantiles. When full it forgets every second value and from then on
 * keeps half as many, so it covers the whole past evenly at a fixed size; with `recent` it keeps only the newest.
 * Quantiles come from a sorted copy that is renewed after every 1/32 of growth: a lag that costs nothing in accuracy
 * and saves a sort per value.
 */
export class ValueHistory {
  readonly #kept: Float64Array;
  readonly #recent: boolean;
  #count = 0;
  #next = 0;
  #stride = 1;
  #skipped = 0;
  #sinceSort = 0;
  #sorted: Float64Array = new Float64Array(0);

  constructor(sizeMax: number, keep: 'recent' | 'even') {
    this.#kept = new Float64Array(sizeMax);
    this.#recent = keep === 'recent';
  }

  /** How many values the quantiles rest on. */
  get size(): number {
    return this.#sorted.length;
  }

  push(value: number): void {
    if (!Number.isFinite(value)) return;
    this.#sinceSort++;
    if (this.#recent) {
      this.#kept[this.#next] = value;
      this.#next = (this.#next + 1) % this.#kept.length;
      this.#count = Math.min(this.#count + 1, this.#kept.length);
    } else {
      this.#pushThinned(value);
    }
    if (this.#sinceSort > this.#sorted.length / 32) this.#sort();
  }

  /** NaN while empty. */
  quantile(probability: number): number {
    return quantileOfSorted(this.#sorted, probability);
  }

  #pushThinned(value: number): void {
    if (++this.#skipped < this.#stride) return;
    this.#skipped = 0;
    if (this.#count === this.#kept.length) {
      for (let i = 0; 2 * i < this.#count; i++) this.#kept[i] = this.#kept[2 * i]!;
      this.#count = Math.ceil(this.#count / 2);
      this.#stride *= 2;
    }
    this.#kept[this.#count++] = value;
  }

  #sort(): void {
    this.#sinceSort = 0;
    this.#sorted = this.#kept.slice(0, this.#count).sort();
  }
}
