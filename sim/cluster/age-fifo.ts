/** Waiting messages in order of birth, aggregated: one entry per birth time. Counts are integers. */
export class AgeFifo {
  #bornAtMs: number[] = [];
  #counts: number[] = [];
  #head = 0;
  /** Where the next entry goes; what lies beyond is left over and reused. */
  #tail = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Birth of the oldest waiting message, or null when nothing waits. */
  oldestBornAtMs(): number | null {
    return this.#size === 0 ? null : this.#bornAtMs[this.#head]!;
  }

  push(bornAtMs: number, count: number): void {
    if (count <= 0) return;
    const last = this.#tail - 1;
    if (last >= this.#head && this.#bornAtMs[last] === bornAtMs) this.#counts[last]! += count;
    else {
      this.#bornAtMs[this.#tail] = bornAtMs;
      this.#counts[this.#tail] = count;
      this.#tail++;
    }
    this.#size += count;
  }

  /** Takes up to `count` of the oldest; `each` sees every (birth, count) taken. Returns how many were taken. */
  take(count: number, each?: (bornAtMs: number, count: number) => void): number {
    let left = Math.min(count, this.#size);
    const taken = left;
    this.#size -= taken;
    while (left > 0) {
      const here = Math.min(left, this.#counts[this.#head]!);
      each?.(this.#bornAtMs[this.#head]!, here);
      left -= here;
      this.#counts[this.#head]! -= here;
      if (this.#counts[this.#head] === 0) this.#head++;
    }
    // Most queues are drained in every tick, and then the same few entries serve again.
    if (this.#size === 0) this.#head = this.#tail = 0;
    else if (this.#head > 1024) this.#compact();
    return taken;
  }

  /** Takes everything born before a moment. */
  takeBornBefore(bornAtMs: number): number {
    let count = 0;
    for (let i = this.#head; i < this.#tail && this.#bornAtMs[i]! < bornAtMs; i++) count += this.#counts[i]!;
    return this.take(count);
  }

  #compact(): void {
    this.#bornAtMs = this.#bornAtMs.slice(this.#head, this.#tail);
    this.#counts = this.#counts.slice(this.#head, this.#tail);
    this.#tail -= this.#head;
    this.#head = 0;
  }
}
