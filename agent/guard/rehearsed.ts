import type { Rehearsal } from '../../model/plan.ts';

/** The twin's time step: a smaller loss is below what it can tell, ms. */
export const toldFromMs = 10_000;

/** Whether the twin expects the plan to cost more SLO time than doing nothing. */
export function isWorseThanNothing(rehearsal: Rehearsal): boolean {
  return rehearsal.status === 'rehearsed' && rehearsal.spared[1] <= -toldFromMs;
}
