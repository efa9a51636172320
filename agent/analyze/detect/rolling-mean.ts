/** Mean of the last `rows` values, O(1) per value. The sum is rebuilt once per turn, so rounding cannot pile up. */
export class RollingMean {
  readonly #ring: Float64Array;
  #next = 0;
  #filled = 0;
  #sum = 0;

  constructor(rows: number) {
    this.#ring = new Float64Array(Math.max(1, rows));
  }

  /** How many values the mean rests on. */
  get filled(): number {
    return this.#filled;
  }

  /** NaN before the first value. */
  get mean(): number {
    return this.#filled === 0 ? Number.NaN : this.#sum / this.#filled;
  }

  push(value: number): number {
    const ring = this.#ring;
    this.#sum += value - ring[this.#next]!;
    ring[this.#next] = value;
    this.#next = (this.#next + 1) % ring.length;
    this.#filled = Math.min(this.#filled + 1, ring.length);
    if (this.#next === 0) this.#sum = ring.reduce((sum, each) => sum + each, 0);
    return this.mean;
  }
}
