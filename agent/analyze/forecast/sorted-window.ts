/** Numbers that come and go, always in order: one insertion costs a shift of memory, not a sort. NaN has no place and gets none. */
export class SortedWindow {
  readonly #values: Float64Array;
  #length = 0;

  /** @param lengthMax most numbers at once */
  constructor(lengthMax: number) {
    this.#values = new Float64Array(lengthMax);
  }

  add(value: number): void {
    if (Number.isNaN(value)) return;
    if (this.#length === this.#values.length) throw new RangeError('the window is full');
    const at = this.#firstNotBelow(value);
    this.#values.copyWithin(at + 1, at, this.#length);
    this.#values[at] = value;
    this.#length += 1;
  }

  /** Removes one number that is in it. */
  remove(value: number): void {
    if (Number.isNaN(value)) return;
    const at = this.#firstNotBelow(value);
    if (this.#values[at] !== value || at >= this.#length) throw new RangeError('not in the window');
    this.#values.copyWithin(at, at + 1, this.#length);
    this.#length -= 1;
  }

  /** In ascending order; a view that the next change overwrites. */
  sorted(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }

  #firstNotBelow(value: number): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#values[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
