import { entityKey } from '../../model/entity.ts';
import type { Plan } from '../../model/plan.ts';
import { isWorseThanNothing } from '../guard/rehearsed.ts';

/**
 * The plan to decide on, from candidates in the rules' order, each with its rehearsal. The rules' order stands but for
 * two cases: a plan that the twin expects to be worse than doing nothing comes after all others, and of two plans
 * for the same cause the one that surely spares more (its 80 % interval lies above the other's) comes first.
 */
export function chooseRehearsed(candidates: readonly Plan[]): Plan {
  const sound = candidates.filter((plan) => !isWorseThanNothing(plan.rehearsal));
  const [first, ...others] = sound.length > 0 ? sound : candidates;
  if (first === undefined) throw new Error('a decision needs a candidate');
  return others.reduce((best, plan) => (sparesMore(plan, best) ? plan : best), first);
}

function sparesMore(plan: Plan, other: Plan): boolean {
  if (plan.rehearsal.status !== 'rehearsed' || other.rehearsal.status !== 'rehearsed') return false;
  if (plan.cause.kind !== other.cause.kind || entityKey(plan.cause.entity) !== entityKey(other.cause.entity))
    return false;
  return plan.rehearsal.spared[0] > other.rehearsal.spared[2];
}
