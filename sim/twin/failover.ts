import { type History, medianOf, numbersOf } from './history.ts';

/** A step in which less than this share of the usual came in is part of a stoppage. */
const stoppedShare = 0.7;
/** What stops for longer than this waits for more than the next leader, ms. */
const longestMs = 30_000;

/**
 * How long each stoppage of a queue's intake lasted that began and ended in the past, ms: by what did not come in
 * meanwhile. A change of leader is one, and nothing else that ends by itself is as short.
 */
export function stoppagesOf(queueId: string, history: History): number[] {
  const counts = history.increments({ kind: 'queue', id: queueId }, 'queue.enqueued');
  const usual = medianOf(numbersOf(counts));
  const found: number[] = [];
  let began = -1;
  for (const [i, count] of counts.entries()) {
    if (count < stoppedShare * usual) {
      if (began === -1) began = i;
    } else if (began !== -1) {
      const missed = counts.subarray(began, i).reduce((sum, one) => sum + (usual - one), 0);
      const lastedMs = (missed / usual) * history.stepMs;
      // A load that is low from the first step on is no stoppage.
      if (began > 1 && lastedMs <= longestMs) found.push(lastedMs);
      began = -1;
    }
  }
  return found;
}
