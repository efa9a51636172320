import { AgeFifo } from './age-fifo.ts';
import type { Columns } from './columns.ts';

/** What a tick moves on every partition of every queue. */
export const partitionColumns = ['waiting', 'credit', 'youngestBornAtMs', 'pausedUntilMs'] as const;
export type PartitionColumns = Columns<(typeof partitionColumns)[number]>;

/** Where in `readOrder` the partitions of one member stand. */
interface Reads {
  readonly readsFrom: number;
  readonly readsTo: number;
}

/**
 * The partitions of one queue, numbered from 0; their numbers stand in the rows from `first` on. Most partitions are
 * drained in every tick, so what came last is a number, and only what waits behind it takes a list.
 */
export class Partitions {
  readonly length: number;
  readonly first: number;
  /** Instance that reads each. */
  readonly owner: (string | null)[];
  /** Numbers of the partitions, those of one member together, as of the last rebalance. */
  readOrder: readonly number[] = [];
  /** Messages at the head that no consumer can digest, by partition. */
  readonly poison = new Map<number, string>();
  /** From this moment all of them deliver, unless one moves again. */
  #allOpenFromMs = 0;
  readonly #columns: PartitionColumns;
  /** What waits and is not the youngest; null until there is any. */
  #older: readonly AgeFifo[] | null = null;

  constructor(columns: PartitionColumns, length: number) {
    this.#columns = columns;
    this.length = length;
    this.first = columns.rows;
    for (let p = 0; p < length; p++) columns.addRow();
    this.owner = new Array(length).fill(null);
  }

  waiting(p: number): number {
    return this.#columns.of.waiting[this.first + p]!;
  }

  /** Messages that wait in all of them. */
  get depth(): number {
    let depth = 0;
    for (let p = 0; p < this.length; p++) depth += this.waiting(p);
    return depth;
  }

  /** Birth of the oldest message that waits, or null when nothing does. */
  oldestBornAtMs(): number | null {
    const { youngestBornAtMs } = this.#columns.of;
    let oldest = Number.POSITIVE_INFINITY;
    for (let p = 0; p < this.length; p++)
      if (this.waiting(p) > 0)
        oldest = Math.min(oldest, this.#older?.[p]?.oldestBornAtMs() ?? youngestBornAtMs[this.first + p]!);
    return oldest === Number.POSITIVE_INFINITY ? null : oldest;
  }

  /** Whether it gives messages out now: some wait, and it is not moving between consumers. */
  delivers(p: number, nowMs: number): boolean {
    if (this.waiting(p) === 0) return false;
    return this.#allOpenFromMs <= nowMs || this.#columns.of.pausedUntilMs[this.first + p]! <= nowMs;
  }

  readBy({ readsFrom, readsTo }: Reads): readonly number[] {
    return this.readOrder.slice(readsFrom, readsTo);
  }

  /** Messages that a member could be given now. */
  deliverable({ readsFrom, readsTo }: Reads, nowMs: number): number {
    const { waiting } = this.#columns.of;
    const areOpen = this.#allOpenFromMs <= nowMs;
    let count = 0;
    for (let i = readsFrom; i < readsTo; i++) {
      const p = this.readOrder[i]!;
      if (areOpen || this.delivers(p, nowMs)) count += waiting[this.first + p]!;
    }
    return count;
  }

  /** Takes all that a member could be given now. */
  takeAll({ readsFrom, readsTo }: Reads, nowMs: number): void {
    const { waiting } = this.#columns.of;
    const areOpen = this.#allOpenFromMs <= nowMs;
    for (let i = readsFrom; i < readsTo; i++) {
      const p = this.readOrder[i]!;
      if (!areOpen && !this.delivers(p, nowMs)) continue;
      if (this.#older !== null) this.#older[p]!.take(waiting[this.first + p]!);
      waiting[this.first + p] = 0;
    }
  }

  /** It moves to another consumer, or to none. */
  move(p: number, owner: string | null, pausedUntilMs: number): void {
    this.owner[p] = owner;
    this.#columns.of.pausedUntilMs[this.first + p] = pausedUntilMs;
    this.#allOpenFromMs = Math.max(this.#allOpenFromMs, pausedUntilMs);
  }

  /**
   * Spreads messages by key: evenly, but for a share of `hot` that sticks to the first partition. Only whole messages
   * go; what rounding leaves follows the first partition's key, so that none is lost.
   */
  spread(bornAtMs: number, count: number, hot: number): void {
    const { credit } = this.#columns.of;
    const even = (count * (1 - hot)) / this.length;
    let left = count;
    for (let p = 0; p < this.length; p++) {
      const share = credit[this.first + p]! + (even + (p === 0 ? count * hot : 0));
      const here = Math.min(left, Math.floor(share));
      credit[this.first + p] = share - here;
      this.push(p, bornAtMs, here);
      left -= here;
    }
    this.push(0, bornAtMs, left);
    credit[this.first]! -= left;
  }

  push(p: number, bornAtMs: number, count: number): void {
    if (count <= 0) return;
    const { waiting, youngestBornAtMs } = this.#columns.of;
    const row = this.first + p;
    const before = waiting[row]!;
    if (before > 0 && youngestBornAtMs[row] !== bornAtMs) this.#shelve(p, before, youngestBornAtMs[row]!);
    youngestBornAtMs[row] = bornAtMs;
    waiting[row] = before + count;
  }

  /** What was youngest is so no longer. */
  #shelve(p: number, waiting: number, bornAtMs: number): void {
    this.#older ??= Array.from({ length: this.length }, () => new AgeFifo());
    const older = this.#older[p]!;
    older.push(bornAtMs, waiting - older.size);
  }

  /** Takes up to `count` of the oldest messages; returns how many there were to take. */
  take(p: number, count: number): number {
    const taken = Math.min(count, this.waiting(p));
    this.#columns.of.waiting[this.first + p]! -= taken;
    if (this.#older !== null) this.#older[p]!.take(taken);
    return taken;
  }
}
