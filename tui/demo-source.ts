import { randomUUID } from 'node:crypto';
import type { AgentFace } from '../agent/views/face.ts';
import type { JournalRow } from '../model/record.ts';
import type { UiSource } from './source.ts';
import type { Picture } from './view-model/picture.ts';

/** A simulated run in this process that the screen drives through its virtual time. */
export interface SimulatedDay {
  readonly face: AgentFace;
  readonly startMs: number;
  readonly endMs: number;
  nowMs(): number;
  /** Runs on to a moment of virtual time. */
  advanceTo(toMs: number): void;
  isOver(): boolean;
}

/** Who answers in the demo: the policy of the simulation lists this person as on call. */
const demoPerson = { id: 'unix:oncall', via: 'tui' } as const;
/** Real time that the day takes when nobody touches it, ms. */
const dayTakesMs = 48_000;
/** Longest stretch of computing before the screen gets a turn, ms. */
const sliceMs = 45;
const restMs = 12;
/** Virtual time at a stretch, small enough to stop in time, ms. */
const strideMs = 4_000;
/** While an incident is open the day passes this many times slower. */
const slowdown = 4;
/** And this many times faster otherwise, so that the whole takes about its time. */
const quietPace = 1.4;
const repaintMs = 250;
const rowsKept = 5_000;

/** Advances a simulated day in small slices, so that keys and frames are never late by more than one of them. */
export function createDemoSource(day: SimulatedDay): UiSource {
  return new DemoSource(day);
}

class DemoSource implements UiSource {
  readonly #day: SimulatedDay;
  readonly #listeners = new Set<() => void>();
  readonly #rows: JournalRow[] = [];
  #timer: NodeJS.Timeout;
  #factor = 1;
  #isHeld = false;
  #speed = 0;
  #leftMs = dayTakesMs;
  #lastMs = performance.now();
  #paintedMs = 0;

  constructor(day: SimulatedDay) {
    this.#day = day;
    day.face.onRow((row) => {
      this.#rows.push(row);
      if (this.#rows.length > rowsKept) this.#rows.shift();
    });
    this.#timer = setTimeout(() => this.#slice(), restMs);
  }

  picture(): Picture {
    const { face, startMs, endMs } = this.#day;
    const nowMs = this.#day.nowMs();
    return {
      nowMs,
      status: face.status(),
      knowledge: face.knowledge(),
      inventory: face.inventory(),
      rows: this.#rows,
      link: { state: 'attached', where: 'simulated', sinceMs: startMs, why: null },
      day: {
        ratio: Math.min(1, (nowMs - startMs) / (endMs - startMs)),
        speed: this.#speed < 10 ? 1 : Math.round(this.#speed / 10) * 10,
        isHeld: this.#isHeld,
        isOver: this.#day.isOver(),
      },
    };
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async submit(command: Parameters<AgentFace['submit']>[0]['command']) {
    const answer = this.#day.face.submit({ idempotencyKey: randomUUID(), person: demoPerson, command });
    // The answer comes with the next step of the loop, also while the day is held.
    this.#day.advanceTo(this.#day.nowMs() + 1);
    this.#paint();
    return answer;
  }

  changeTime(change: 'faster' | 'slower' | 'hold'): void {
    if (change === 'hold') this.#isHeld = !this.#isHeld;
    else this.#factor = Math.max(1 / 64, Math.min(16, this.#factor * (change === 'faster' ? 2 : 0.5)));
    this.#paint();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  #slice(): void {
    const beganMs = performance.now();
    const passedMs = beganMs - this.#lastMs;
    this.#lastMs = beganMs;
    if (!this.#isHeld && !this.#day.isOver()) this.#advance(passedMs, beganMs);
    if (beganMs - this.#paintedMs >= repaintMs) this.#paint();
    this.#timer = setTimeout(() => this.#slice(), restMs);
  }

  /** As far as the speed says, or as far as a slice of computing comes. */
  #advance(passedMs: number, beganMs: number): void {
    this.#leftMs = Math.max(1_000, this.#leftMs - passedMs);
    const { endMs } = this.#day;
    const isBusy = [...this.#day.face.knowledge().incidents.values()].some(({ resolvedAtMs }) => resolvedAtMs === null);
    const even = Math.max(endMs - this.#day.nowMs(), 60_000) / this.#leftMs;
    // Nobody can answer in a hundredth of the time that people need: a question waits in real time.
    this.#speed = this.#waitsForPerson() ? 1 : even * this.#factor * (isBusy ? 1 / slowdown : quietPace);
    const targetMs = this.#day.nowMs() + Math.ceil(Math.min(passedMs, 200) * this.#speed);
    while (this.#day.nowMs() < targetMs && performance.now() - beganMs < sliceMs && !this.#day.isOver()) {
      this.#day.advanceTo(Math.min(targetMs, this.#day.nowMs() + strideMs));
    }
  }

  #waitsForPerson(): boolean {
    return [...this.#day.face.knowledge().decisions.values()].some(({ approval }) => approval?.state === 'requested');
  }

  #paint(): void {
    this.#paintedMs = performance.now();
    for (const listener of this.#listeners) listener();
  }
}
