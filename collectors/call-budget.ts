import type { Clock } from '../agent/ports.ts';

/**
 * How many calls the agent's eyes may make on the APIs of what they watch: a watcher must not become the load. What is
 * not asked ages, and the guard does nothing on old data. The hands have the policy's change budget instead.
 */
export interface CallBudget {
  readonly perMinute: number;
  /** Counts these calls, all or none; false where there is no room for them. */
  take(count: number): boolean;
  /** Calls within the last minute. */
  used(): number;
}

const slices = 60;
const sliceMs = 1_000;

/** Counts whole seconds of the last minute, so that memory does not grow with calls. */
export function callBudget(perMinute: number, clock: Clock): CallBudget {
  const counts = new Array<number>(slices).fill(0);
  let second = 0;
  let total = 0;
  const advance = () => {
    const now = Math.floor(clock.nowMs() / sliceMs);
    for (let i = Math.max(second + 1, now - slices + 1); i <= now; i += 1) {
      total -= counts[i % slices]!;
      counts[i % slices] = 0;
    }
    second = Math.max(second, now);
  };
  return {
    perMinute,
    take(count) {
      advance();
      if (total + count > perMinute) return false;
      counts[second % slices]! += count;
      total += count;
      return true;
    },
    used() {
      advance();
      return total;
    },
  };
}
