/** The plain reference: a binary heap over typed arrays with the same order of events, as textbooks have it. */
export class BinaryHeap {
  readonly #times: Float64Array;
  readonly #orders: Float64Array;
  readonly #ids: Int32Array;
  #size = 0;
  #nextOrder = 0;

  constructor(capacity: number) {
    this.#times = new Float64Array(capacity);
    this.#orders = new Float64Array(capacity);
    this.#ids = new Int32Array(capacity);
  }

  nextTime(): number {
    return this.#times[0]!;
  }

  push(time: number, id: number): void {
    const order = this.#nextOrder++;
    let hole = this.#size++;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (this.#times[parent]! <= time) break;
      this.#move(parent, hole);
      hole = parent;
    }
    this.#put(hole, time, order, id);
  }

  pop(): number {
    const id = this.#ids[0]!;
    const last = --this.#size;
    const time = this.#times[last]!;
    const order = this.#orders[last]!;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= last) break;
      if (child + 1 < last && this.#comesBefore(child + 1, this.#times[child]!, this.#orders[child]!)) child++;
      if (!this.#comesBefore(child, time, order)) break;
      this.#move(child, hole);
      hole = child;
    }
    this.#put(hole, time, order, this.#ids[last]!);
    return id;
  }

  #comesBefore(index: number, time: number, order: number): boolean {
    const own = this.#times[index]!;
    return own < time || (own === time && this.#orders[index]! < order);
  }

  #move(from: number, to: number): void {
    this.#times[to] = this.#times[from]!;
    this.#orders[to] = this.#orders[from]!;
    this.#ids[to] = this.#ids[from]!;
  }

  #put(index: number, time: number, order: number, id: number): void {
    this.#times[index] = time;
    this.#orders[index] = order;
    this.#ids[index] = id;
  }
}
