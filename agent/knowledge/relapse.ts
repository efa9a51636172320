import { entityKey } from '../../model/entity.ts';
import { isPage, type Plan } from '../../model/plan.ts';
import type { Decision } from './knowledge.ts';

/** A plan for the same cause and target that is made this soon after a success shows that the fix did not help, ms. */
const relapseMs = 30 * 60_000;

/** Marks the decisions that had succeeded and whose cause a new plan has to answer again. */
export function markRelapses(decisions: Iterable<Decision>, plan: Plan): void {
  for (const earlier of decisions) if (!earlier.relapsed && showsRelapse(earlier, plan)) earlier.relapsed = true;
}

/** Whether a plan shows that an earlier decision had not helped. */
export function showsRelapse({ outcome, plan: earlier }: Decision, plan: Plan): boolean {
  // A call mends nothing, so that nothing can come back.
  if (outcome?.result !== 'succeeded' || isPage(earlier)) return false;
  const sinceMs = plan.atMs - outcome.atMs;
  return sinceMs > 0 && sinceMs <= relapseMs && causeKey(earlier) === causeKey(plan);
}

function causeKey({ cause }: Plan): string {
  return `${cause.kind} ${entityKey(cause.entity)}`;
}
