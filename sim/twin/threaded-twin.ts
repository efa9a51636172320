import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Twin } from '../../agent/ports.ts';
import type { ClusterPicture } from '../../model/picture.ts';
import type { Plan, Rehearsal } from '../../model/plan.ts';

export interface TwinOrder {
  readonly number: number;
  readonly plans: readonly Plan[];
  readonly picture: ClusterPicture;
}

export interface TwinReply {
  readonly number: number;
  readonly rehearsals: readonly Rehearsal[];
}

/**
 * Rehearses in a thread of its own, so that a tick never waits for it. A thread that fails answers what it was asked
 * with *cannot rehearse*, and the next question starts another one.
 */
export function threadedTwin(): Twin {
  const waiting = new Map<number, { plans: readonly Plan[]; done: (rehearsals: readonly Rehearsal[]) => void }>();
  let thread: Worker | null = null;
  let asked = 0;
  const failed = (error: Error) => {
    thread = null;
    for (const { plans, done } of waiting.values())
      done(plans.map(() => ({ status: 'cannot-rehearse', why: `the twin failed: ${error.message}` })));
    waiting.clear();
  };
  const start = () => {
    const worker = new Worker(new URL(`./worker${extname(import.meta.url)}`, import.meta.url));
    worker.on('error', failed);
    worker.on('message', ({ number, rehearsals }: TwinReply) => {
      waiting.get(number)?.done(rehearsals);
      waiting.delete(number);
    });
    // The daemon may end whatever the twin does. To listen holds the thread again, so this comes after it.
    worker.unref();
    return worker;
  };
  return {
    rehearse(plans, picture, done) {
      const number = asked++;
      waiting.set(number, { plans, done });
      thread ??= start();
      thread.postMessage({ number, plans, picture } satisfies TwinOrder);
    },
  };
}
