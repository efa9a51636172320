import type { Clock, Timer } from '../agent/ports.ts';

/** Work done again and again, never twice at the same time. */
export interface Repetition {
  /** Do it as soon as possible; while it is being done, once more afterwards. */
  now(): void;
  end(): void;
}

/**
 * Starts `work` at once and again `intervalMs` after each end, so that a slow source is asked less often rather than
 * piled upon.
 */
export function repeat(
  { clock, timer, intervalMs }: { readonly clock: Clock; readonly timer: Timer; readonly intervalMs: number },
  work: () => Promise<void>,
): Repetition {
  let ended = false;
  let busy = false;
  let again = false;
  let cancel = (): void => {};

  const run = async (): Promise<void> => {
    cancel();
    busy = true;
    do {
      again = false;
      await work();
    } while (again && !ended);
    busy = false;
    if (!ended) cancel = timer.setAt(clock.nowMs() + intervalMs, () => void run());
  };

  void run();
  return {
    now() {
      if (busy) again = true;
      else if (!ended) void run();
    },
    end() {
      ended = true;
      cancel();
    },
  };
}
