import type { Clock, Timer } from '../../agent/ports.ts';
import type { World } from '../world.ts';

/**
 * The clocks of one process. Its wall clock may be off, run fast or slow, and be set; its timers count elapsed time,
 * as those of an operating system do, so that setting the wall clock moves none of them.
 */
export class DriftingClock implements Clock, Timer {
  readonly #world: Pick<World, 'clock' | 'timer'>;
  #rate = 1;
  /** What it showed at the moment at which it was last set, and when that was in the world, ms. */
  #shownMs: number;
  #setAtMs: number;

  constructor(world: Pick<World, 'clock' | 'timer'>) {
    this.#world = world;
    this.#setAtMs = world.clock.nowMs();
    this.#shownMs = this.#setAtMs;
  }

  nowMs(): number {
    return Math.floor(this.#shownMs + (this.#world.clock.nowMs() - this.#setAtMs) * this.#rate);
  }

  setAt(atMs: number, fire: () => void): () => void {
    const delayMs = Math.max(0, atMs - this.nowMs()) / this.#rate;
    return this.#world.timer.setAt(this.#world.clock.nowMs() + Math.ceil(delayMs), fire);
  }

  /** Sets the clock forward or, with a negative number, back. */
  jump(byMs: number): void {
    this.#anchor(this.nowMs() + byMs);
  }

  /** From now on it counts `rate` seconds a second. */
  runAt(rate: number): void {
    this.#anchor(this.nowMs());
    this.#rate = rate;
  }

  /** Right again, in time and in rate. */
  correct(): void {
    this.#anchor(this.#world.clock.nowMs());
    this.#rate = 1;
  }

  #anchor(shownMs: number): void {
    this.#shownMs = shownMs;
    this.#setAtMs = this.#world.clock.nowMs();
  }
}
