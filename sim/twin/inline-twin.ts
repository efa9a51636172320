import type { Clock, Timer, Twin } from '../../agent/ports.ts';
import type { RandomStream } from '../kernel/random.ts';
import { rehearsePlans } from './rehearse.ts';

/** How long a twin elsewhere would take to answer, ms. */
const answersAfterMs = { least: 50, most: 400 } as const;

/** Rehearses in the caller's own thread and answers at a drawn moment of its clock: the same in every run of a seed. */
export function inlineTwin(clock: Clock, timer: Timer, random: RandomStream): Twin {
  return {
    rehearse(plans, picture, done) {
      const rehearsals = rehearsePlans(plans, picture);
      const tookMs = Math.round(random.between(answersAfterMs.least, answersAfterMs.most));
      timer.setAt(clock.nowMs() + tookMs, () => done(rehearsals));
    },
  };
}
