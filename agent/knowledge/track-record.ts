import type { Action } from '../../model/action.ts';
import type { Rehearsal } from '../../model/plan.ts';
import type { PastAction } from '../guard/facts.ts';
import type { Decision, Knowledge } from './knowledge.ts';

/** An incident of the same cause and target that opens this soon after a success shows that the fix did not help, ms. */
const relapseMs = 30 * 60_000;

/** Share of paired samples from which on doing nothing counts as recovery by itself. */
const recoversAloneShare = 0.5;

/** How far back the guard's windows and records look, ms. Records of rules are counted over this time. */
const historyMs = 90 * 24 * 3_600_000;

/**
 * What the agent and people have done, oldest first: the input of budgets, cooldowns, breakers and earned autonomy.
 * Refused calls changed nothing and are left out; an unknown one counts as done.
 */
export function pastActions(knowledge: Knowledge, nowMs: number): readonly PastAction[] {
  const past: PastAction[] = [];
  for (const decision of knowledge.decisions.values()) {
    const ineffective = hasRelapsed(decision, knowledge);
    for (const action of decision.actions.values()) {
      if (action.state !== 'refused' && action.atMs >= nowMs - historyMs)
        past.push(pastOf(decision, action, ineffective));
    }
  }
  past.push(...actionsOfPeople(knowledge, nowMs));
  return past.sort((a, b) => a.atMs - b.atMs);
}

function pastOf(
  { id, plan, verdict, outcome, intendedAtMs }: Decision,
  action: Action,
  ineffective: boolean,
): PastAction {
  return {
    atMs: intendedAtMs.get(action.id) ?? action.atMs,
    by: 'agent',
    name: action.spec.name,
    target: action.spec.target,
    decisionId: id,
    incidentId: plan.incidentId,
    playbook: plan.playbook,
    cause: plan.cause.kind,
    rule: verdict?.rule ?? null,
    purpose: action.purpose,
    outcome: outcome?.result ?? null,
    counts: !recoversAlone(plan.rehearsal),
    ineffective,
  };
}

/** An outcome earns nothing where rehearsal said that doing nothing would have recovered just as well. */
function recoversAlone(rehearsal: Rehearsal): boolean {
  return rehearsal.status === 'rehearsed' && rehearsal.recoversAlone >= recoversAloneShare;
}

/** Whether a later decision had to answer the same cause on the same entity soon after this one had succeeded. */
function hasRelapsed({ id, plan, outcome }: Decision, { decisions }: Knowledge): boolean {
  if (outcome?.result !== 'succeeded') return false;
  const { kind, entity } = plan.cause;
  for (const { id: otherId, plan: other } of decisions.values()) {
    const sinceMs = other.atMs - outcome.atMs;
    if (otherId === id || sinceMs < 0 || sinceMs > relapseMs) continue;
    const { cause } = other;
    if (cause.kind === kind && cause.entity.kind === entity.kind && cause.entity.id === entity.id) return true;
  }
  return false;
}

function actionsOfPeople({ controls }: Knowledge, nowMs: number): readonly PastAction[] {
  return controls.flatMap(({ event, atMs, entity, decisionId, incidentId }) => {
    if (event !== 'person-change-seen' || entity === null || atMs < nowMs - historyMs) return [];
    return [
      {
        atMs,
        by: 'person' as const,
        name: null,
        target: entity,
        decisionId,
        incidentId,
        playbook: null,
        cause: null,
        rule: null,
        purpose: 'apply' as const,
        outcome: null,
        counts: false,
        ineffective: false,
      },
    ];
  });
}
