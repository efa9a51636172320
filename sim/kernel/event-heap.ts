/**
 * A 4-ary heap over typed arrays, ordered by time and then by a given order: the near end of the event ladder, small
 * enough to stay in the cache (LaMarca and Ladner, "The influence of caches on the performance of heaps", 1996).
 */
export class EventHeap {
  #times: Float64Array;
  #orders: Float64Array;
  #ids: Int32Array;
  #size = 0;

  constructor(capacity = 1024) {
    this.#times = new Float64Array(capacity);
    this.#orders = new Float64Array(capacity);
    this.#ids = new Int32Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** Time of the next event; Infinity when there is none. */
  nextTime(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : this.#times[0]!;
  }

  push(time: number, order: number, id: number): void {
    if (this.#size === this.#times.length) this.#grow();
    const times = this.#times;
    const orders = this.#orders;
    const ids = this.#ids;
    let hole = this.#size++;
    while (hole > 0) {
      const parent = (hole - 1) >> 2;
      const parentTime = times[parent]!;
      if (parentTime < time || (parentTime === time && orders[parent]! < order)) break;
      times[hole] = parentTime;
      orders[hole] = orders[parent]!;
      ids[hole] = ids[parent]!;
      hole = parent;
    }
    times[hole] = time;
    orders[hole] = order;
    ids[hole] = id;
  }

  /** Removes the next event and returns its id; the heap must not be empty. */
  pop(): number {
    const id = this.#ids[0]!;
    const last = --this.#size;
    if (last > 0) this.#sink(this.#times[last]!, this.#orders[last]!, this.#ids[last]!, last);
    return id;
  }

  #sink(time: number, order: number, id: number, size: number): void {
    const times = this.#times;
    const orders = this.#orders;
    const ids = this.#ids;
    let hole = 0;
    for (;;) {
      const first = (hole << 2) + 1;
      if (first >= size) break;
      const end = first + 4 < size ? first + 4 : size;
      let best = first;
      let bestTime = times[first]!;
      for (let child = first + 1; child < end; child++) {
        const childTime = times[child]!;
        if (childTime < bestTime || (childTime === bestTime && orders[child]! < orders[best]!)) {
          best = child;
          bestTime = childTime;
        }
      }
      if (bestTime > time || (bestTime === time && orders[best]! > order)) break;
      times[hole] = bestTime;
      orders[hole] = orders[best]!;
      ids[hole] = ids[best]!;
      hole = best;
    }
    times[hole] = time;
    orders[hole] = order;
    ids[hole] = id;
  }

  #grow(): void {
    const capacity = this.#times.length * 2;
    const times = new Float64Array(capacity);
    const orders = new Float64Array(capacity);
    const ids = new Int32Array(capacity);
    times.set(this.#times);
    orders.set(this.#orders);
    ids.set(this.#ids);
    this.#times = times;
    this.#orders = orders;
    this.#ids = ids;
  }
}
