import { entityKey } from '../../model/entity.ts';
import type { Plan } from '../../model/plan.ts';
import type { Decision } from './knowledge.ts';

/** A plan for the same cause and target that is made this soon after a success shows that the fix did not help, ms. */
const relapseMs = 30 * 60_000;

/** Marks the decisions that had succeeded and whose cause a new plan has to answer again. */
export function markRelapses(decisions: Iterable<Decision>, plan: Plan): void {
  for (const earlier of decisions) {
    const { outcome } = earlier;
    if (outcome?.result !== 'succeeded' || earlier.relapsed) continue;
    const sinceMs = plan.atMs - outcome.atMs;
    if (sinceMs > 0 && sinceMs <= relapseMs) earlier.relapsed ||= causeKey(earlier.plan) === causeKey(plan);
  }
}

function causeKey({ cause }: Plan): string {
  return `${cause.kind} ${entityKey(cause.entity)}`;
}
