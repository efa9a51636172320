import { AgeFifo } from './age-fifo.ts';

/**
 * The partitions of one queue, numbered from 0, as one array per quantity: a tick passes over all of them, and objects
 * of ten thousand nodes would not stay in the cache. Most partitions are drained in every tick, so what came last is
 * one number each, and only what waits behind it takes a list.
 */
export class Partitions {
  readonly length: number;
  /** Messages that wait. */
  readonly waiting: Float64Array;
  /** Share of a message left over from rounding. */
  readonly credit: Float64Array;
  /** No deliveries before this moment: the partition is moving between consumers. */
  readonly pausedUntilMs: Float64Array;
  /** Instance that reads it. */
  readonly owner: (string | null)[];
  /** Id of a message at the head that no consumer can digest. */
  readonly poison: (string | null)[];
  /** Birth of the youngest messages; all that wait but for those in `#older`. */
  readonly #youngestBornAtMs: Float64Array;
  #older: readonly AgeFifo[] | null = null;

  constructor(length: number) {
    this.length = length;
    this.waiting = new Float64Array(length);
    this.credit = new Float64Array(length);
    this.pausedUntilMs = new Float64Array(length);
    this.#youngestBornAtMs = new Float64Array(length);
    this.owner = new Array(length).fill(null);
    this.poison = new Array(length).fill(null);
  }

  /** Messages that wait in all of them. */
  get depth(): number {
    let depth = 0;
    for (const count of this.waiting) depth += count;
    return depth;
  }

  /** Birth of the oldest message that waits, or null when nothing does. */
  oldestBornAtMs(): number | null {
    let oldest = Number.POSITIVE_INFINITY;
    for (let p = 0; p < this.length; p++)
      if (this.waiting[p]! > 0)
        oldest = Math.min(oldest, this.#older?.[p]?.oldestBornAtMs() ?? this.#youngestBornAtMs[p]!);
    return oldest === Number.POSITIVE_INFINITY ? null : oldest;
  }

  push(p: number, bornAtMs: number, count: number): void {
    if (count <= 0) return;
    const before = this.waiting[p]!;
    if (before > 0 && this.#youngestBornAtMs[p] !== bornAtMs) this.#shelve(p, before);
    this.#youngestBornAtMs[p] = bornAtMs;
    this.waiting[p] = before + count;
  }

  /** What was youngest is so no longer. */
  #shelve(p: number, waiting: number): void {
    this.#older ??= Array.from({ length: this.length }, () => new AgeFifo());
    const older = this.#older[p]!;
    older.push(this.#youngestBornAtMs[p]!, waiting - older.size);
  }

  /** Takes up to `count` of the oldest messages; returns how many there were to take. */
  take(p: number, count: number): number {
    const taken = Math.min(count, this.waiting[p]!);
    this.waiting[p]! -= taken;
    if (this.#older !== null) this.#older[p]!.take(taken);
    return taken;
  }
}
