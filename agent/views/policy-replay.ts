import type { DecisionId } from '../../model/entity.ts';
import type { Inventory } from '../../model/inventory.ts';
import type { Policy } from '../guard/policy.ts';
import { type Replayed, replayPolicy } from '../guard/replay.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { type DecisionState, decisionState } from './decision.ts';
import { escapeDeep } from './text.ts';

/** One past decision that the other policy answers differently. */
export interface ReplayChange extends Replayed {
  /** How the decision ended in truth: what the change would have meant. */
  readonly ended: DecisionState | null;
}

export interface ReplayView {
  readonly decisions: number;
  readonly same: number;
  readonly changes: readonly ReplayChange[];
}

/** What another policy would have answered to the decisions since a moment, and how those ended. */
export function replayView(knowledge: Knowledge, policy: Policy, inventory: Inventory, sinceMs: number): ReplayView {
  const past = [...knowledge.decisions.values()].flatMap(({ plan, verdict }) =>
    verdict === null || plan.atMs < sinceMs ? [] : [{ plan, verdict }],
  );
  const changed = replayPolicy(past, policy, inventory).filter(({ was, now }) => was !== now);
  const changes = changed.map((row) => ({ ...row, ended: endOf(knowledge, row.decisionId) }));
  return escapeDeep<ReplayView>({ decisions: past.length, same: past.length - changes.length, changes });
}

function endOf(knowledge: Knowledge, id: DecisionId): DecisionState | null {
  const decision = knowledge.decisions.get(id);
  return decision === undefined ? null : decisionState(decision);
}
