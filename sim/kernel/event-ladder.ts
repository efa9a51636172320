import { EventHeap } from './event-heap.ts';

/** With fewer events than this in sight a heap alone is quicker. */
const fewEvents = 64;
const mostBuckets = 1 << 20;

/**
 * Pending events in two rungs and a heap: what is near lies in a small heap, what comes later in buckets of equal
 * width, what is further off in one unsorted list. Every event moves at most twice, so a million pending events cost
 * about as much each as a thousand, where a heap alone gets slower with every level. After Tang, Goh and Thng, "Ladder
 * queue: an O(1) priority queue structure for large-scale discrete event simulation" (2005), with the heap as its
 * bottom. Order is by time and then by insertion.
 */
export class EventLadder {
  readonly #near = new EventHeap();
  #timeOf = new Float64Array(1024);
  #orderOf = new Float64Array(1024);
  /** The next event of the same bucket, by id; -1 ends a list. */
  #nextOf = new Int32Array(1024);
  #heads = new Int32Array(0);
  #farHead = -1;
  #farCount = 0;
  #inBuckets = 0;
  #startTime = Number.NEGATIVE_INFINITY;
  #bucketsPerTime = 1;
  /** Buckets before this one have gone into the heap. */
  #bucket = 0;
  #buckets = 0;
  #nextOrder = 0;

  get size(): number {
    return this.#near.size + this.#inBuckets + this.#farCount;
  }

  /** Time of the next event; Infinity when there is none. */
  nextTime(): number {
    if (this.#near.size === 0) this.#refill();
    return this.#near.nextTime();
  }

  /** `id` is a small non-negative integer, unique among the pending events. */
  push(time: number, id: number): void {
    const order = this.#nextOrder++;
    const bucket = Math.floor((time - this.#startTime) * this.#bucketsPerTime);
    if (bucket < this.#bucket) {
      this.#near.push(time, order, id);
      return;
    }
    if (id >= this.#timeOf.length) this.#grow(id);
    this.#timeOf[id] = time;
    this.#orderOf[id] = order;
    this.#shelve(id, bucket);
  }

  /** Removes the next event and returns its id; there must be one. */
  pop(): number {
    if (this.#near.size === 0) this.#refill();
    return this.#near.pop();
  }

  #shelve(id: number, bucket: number): void {
    if (bucket < this.#buckets) {
      this.#nextOf[id] = this.#heads[bucket]!;
      this.#heads[bucket] = id;
      this.#inBuckets++;
    } else {
      this.#nextOf[id] = this.#farHead;
      this.#farHead = id;
      this.#farCount++;
    }
  }

  /** Brings the next bucket that holds anything into the heap; spreads the far list first when the buckets are empty. */
  #refill(): void {
    if (this.#inBuckets === 0) {
      if (this.#farCount === 0) return;
      this.#spreadFar();
    }
    while (this.#near.size === 0 && this.#inBuckets > 0) this.#drainBucket();
  }

  #drainBucket(): void {
    let id = this.#heads[this.#bucket]!;
    this.#heads[this.#bucket++] = -1;
    for (; id !== -1; id = this.#nextOf[id]!) {
      this.#near.push(this.#timeOf[id]!, this.#orderOf[id]!, id);
      this.#inBuckets--;
    }
  }

  #spreadFar(): void {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let id = this.#farHead; id !== -1; id = this.#nextOf[id]!) {
      least = Math.min(least, this.#timeOf[id]!);
      most = Math.max(most, this.#timeOf[id]!);
    }
    const count = this.#farCount;
    const isSpread = count > fewEvents && most > least && most < Number.POSITIVE_INFINITY;
    this.#buckets = isSpread ? Math.min(mostBuckets, count) : 0;
    this.#bucket = 0;
    // Without buckets all that is before the last event goes to the heap, and so does the last one itself.
    this.#startTime = isSpread ? least : most;
    // A hair less than exact, so that rounding never puts the last event, or one before it, past the last bucket.
    this.#bucketsPerTime = isSpread ? (this.#buckets / (most - least)) * (1 - 1e-9) : 1;
    if (this.#heads.length < this.#buckets) this.#heads = new Int32Array(this.#buckets).fill(-1);
    this.#shareOut();
  }

  #shareOut(): void {
    let id = this.#farHead;
    this.#farHead = -1;
    this.#farCount = 0;
    while (id !== -1) {
      const next = this.#nextOf[id]!;
      const time = this.#timeOf[id]!;
      if (this.#buckets === 0) this.#near.push(time, this.#orderOf[id]!, id);
      else this.#shelve(id, Math.floor((time - this.#startTime) * this.#bucketsPerTime));
      id = next;
    }
  }

  #grow(id: number): void {
    const length = Math.max(id + 1, this.#timeOf.length * 2);
    const [times, orders, nexts] = [new Float64Array(length), new Float64Array(length), new Int32Array(length)];
    times.set(this.#timeOf);
    orders.set(this.#orderOf);
    nexts.set(this.#nextOf);
    [this.#timeOf, this.#orderOf, this.#nextOf] = [times, orders, nexts];
  }
}
