import type { Clock, Timer } from '../../agent/ports.ts';
import { post } from './http-notifiers.ts';

export interface HeartbeatOptions {
  readonly url: string;
  readonly everyMs: number;
  readonly clock: Clock;
  readonly timer: Timer;
  /** What the beat tells; null while the agent is not well, for then nobody shall be told that it is. */
  readonly beat: () => object | null;
  readonly onProblem: (problem: string) => void;
}

/**
 * Tells a receiver outside, again and again, that the agent lives: others notice a dead agent by the silence.
 * @returns ends it
 */
export function startHeartbeat(options: HeartbeatOptions): () => void {
  const { url, everyMs, clock, timer, beat, onProblem } = options;
  let cancel = () => {};
  const next = () => {
    const words = beat();
    if (words !== null) post(url, words, (delivered, detail) => delivered || onProblem(`heartbeat: ${detail}`));
    cancel = timer.setAt(clock.nowMs() + everyMs, next);
  };
  next();
  return () => cancel();
}
