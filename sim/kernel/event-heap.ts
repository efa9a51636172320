/**
 * Pending events as a 4-ary heap over typed arrays, ordered by time and then by order of insertion.
 *
 * Four children share a cache line, so at a million pending events a pop touches half the lines of a binary heap
 * (LaMarca and Ladner, "The influence of caches on the performance of heaps", 1996). A pop moves the hole down to a
 * leaf without looking at the event that will fill it, which nearly always belongs there (Wegener's bottom-up heap,
 * 1993). Orders lie beside the heap, by id: they are looked at only when times are equal and never move.
 */
export class EventHeap {
  #times: Float64Array;
  #ids: Int32Array;
  #orderOfId: Float64Array;
  #size = 0;
  #nextOrder = 0;

  constructor(capacity = 1024) {
    this.#times = new Float64Array(capacity);
    this.#ids = new Int32Array(capacity);
    this.#orderOfId = new Float64Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** Time of the next event; Infinity when there is none. */
  nextTime(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : this.#times[0]!;
  }

  /** `id` is a small non-negative integer, unique among the pending events. */
  push(time: number, id: number): void {
    if (this.#size === this.#times.length) this.#growHeap();
    if (id >= this.#orderOfId.length) this.#growOrders(id);
    this.#orderOfId[id] = this.#nextOrder++;
    // A new event has the highest order, so only a strictly later parent moves down.
    this.#rise(this.#size++, time, id);
  }

  /** Removes the next event and returns its id; the heap must not be empty. */
  pop(): number {
    const id = this.#ids[0]!;
    const last = --this.#size;
    if (last > 0) this.#settle(this.#sinkHole(last), this.#times[last]!, this.#ids[last]!);
    return id;
  }

  /** Moves the hole at the root down along the least children to a leaf; returns where it ends. */
  #sinkHole(size: number): number {
    const times = this.#times;
    const ids = this.#ids;
    let hole = 0;
    for (;;) {
      const first = (hole << 2) + 1;
      if (first >= size) return hole;
      const end = first + 4 < size ? first + 4 : size;
      let best = first;
      let bestTime = times[first]!;
      for (let child = first + 1; child < end; child++) {
        const time = times[child]!;
        if (time < bestTime || (time === bestTime && this.#comesBefore(ids[child]!, ids[best]!))) {
          best = child;
          bestTime = time;
        }
      }
      times[hole] = bestTime;
      ids[hole] = ids[best]!;
      hole = best;
    }
  }

  #comesBefore(id: number, otherId: number): boolean {
    return this.#orderOfId[id]! < this.#orderOfId[otherId]!;
  }

  /** Puts a new event into a hole and lets it rise. */
  #rise(from: number, time: number, id: number): void {
    const times = this.#times;
    const ids = this.#ids;
    let hole = from;
    while (hole > 0) {
      const parent = (hole - 1) >> 2;
      if (times[parent]! <= time) break;
      times[hole] = times[parent]!;
      ids[hole] = ids[parent]!;
      hole = parent;
    }
    times[hole] = time;
    ids[hole] = id;
  }

  /** Puts an old event, whose order may be low, into a hole at the bottom and lets it rise. */
  #settle(from: number, time: number, id: number): void {
    const times = this.#times;
    const ids = this.#ids;
    let hole = from;
    while (hole > 0) {
      const parent = (hole - 1) >> 2;
      const parentTime = times[parent]!;
      if (parentTime < time || (parentTime === time && this.#comesBefore(ids[parent]!, id))) break;
      times[hole] = parentTime;
      ids[hole] = ids[parent]!;
      hole = parent;
    }
    times[hole] = time;
    ids[hole] = id;
  }

  #growHeap(): void {
    const times = new Float64Array(this.#times.length * 2);
    const ids = new Int32Array(this.#ids.length * 2);
    times.set(this.#times);
    ids.set(this.#ids);
    this.#times = times;
    this.#ids = ids;
  }

  #growOrders(id: number): void {
    const orders = new Float64Array(Math.max(id + 1, this.#orderOfId.length * 2));
    orders.set(this.#orderOfId);
    this.#orderOfId = orders;
  }
}
