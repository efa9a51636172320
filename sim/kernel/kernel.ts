import type { Clock, Timer } from '../../agent/ports.ts';
import { EventLadder } from './event-ladder.ts';

/**
 * Virtual time. Events run in order of time, ties in order of insertion; nothing here knows the real clock.
 * It is the `Clock` and the `Timer` of everything that runs inside a simulated world, the agent included.
 */
export class Kernel implements Clock, Timer {
  #nowMs: number;
  readonly #pending = new EventLadder();
  readonly #fires: (((() => void) | null) | undefined)[] = [];
  readonly #freeSlots: number[] = [];

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  /** A moment in the past means "next": time never runs backwards. */
  setAt(atMs: number, fire: () => void): () => void {
    const slot = this.#schedule(atMs, fire);
    return () => this.#cancel(slot, fire);
  }

  #schedule(atMs: number, fire: () => void): number {
    const slot = this.#freeSlots.pop() ?? this.#fires.length;
    this.#fires[slot] = fire;
    this.#pending.push(Math.max(atMs, this.#nowMs), slot);
    return slot;
  }

  /** The slot is reused after it fired, so only our own callback may be cancelled. */
  #cancel(slot: number, fire: () => void): void {
    if (this.#fires[slot] === fire) this.#fires[slot] = null;
  }

  after(delayMs: number, fire: () => void): () => void {
    return this.setAt(this.#nowMs + delayMs, fire);
  }

  /** Calls `fire` at `firstAtMs` and then every `periodMs`; returns a function that ends it. */
  every(periodMs: number, firstAtMs: number, fire: () => void): () => void {
    let ended = false;
    const turn = () => {
      fire();
      if (!ended) slot = this.#schedule(this.#nowMs + periodMs, turn);
    };
    let slot = this.#schedule(firstAtMs, turn);
    return () => {
      ended = true;
      this.#cancel(slot, turn);
    };
  }

  /** Runs every event up to and including `untilMs`; the clock then stands at `untilMs`. */
  runUntilMs(untilMs: number): void {
    while (this.#pending.nextTime() <= untilMs) {
      this.#nowMs = this.#pending.nextTime();
      const slot = this.#pending.pop();
      const fire = this.#fires[slot];
      this.#fires[slot] = undefined;
      this.#freeSlots.push(slot);
      if (fire === null || fire === undefined) continue;
      fire();
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }
}
