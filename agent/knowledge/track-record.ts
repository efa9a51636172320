import type { Action } from '../../model/action.ts';
import { entityKey } from '../../model/entity.ts';
import type { Plan, Rehearsal } from '../../model/plan.ts';
import type { PastAction } from '../guard/facts.ts';
import { type Decision, type Knowledge, rememberedMs } from './knowledge.ts';

/** An incident of the same cause and target that opens this soon after a success shows that the fix did not help, ms. */
const relapseMs = 30 * 60_000;

/** Share of paired samples from which on doing nothing counts as recovery by itself. */
const recoversAloneShare = 0.5;

/** What was derived last, for each agent's knowledge: a judgement without news in between costs nothing. */
const derived = new WeakMap<Knowledge, { readonly changes: number; readonly past: readonly PastAction[] }>();

/**
 * What the agent and people have done, oldest first: the input of budgets, cooldowns, breakers and earned autonomy.
 * Refused calls changed nothing and are left out; an unknown one counts as done.
 */
export function pastActions(knowledge: Knowledge, nowMs: number): readonly PastAction[] {
  const known = derived.get(knowledge);
  const past = known?.changes === knowledge.changes ? known.past : derive(knowledge);
  if (past !== known?.past) derived.set(knowledge, { changes: knowledge.changes, past });
  const sinceMs = nowMs - rememberedMs;
  return past[0] === undefined || past[0].atMs >= sinceMs ? past : past.filter(({ atMs }) => atMs >= sinceMs);
}

function derive(knowledge: Knowledge): readonly PastAction[] {
  const past = [...actionsOfPeople(knowledge)];
  const plannedAtMs = timesPlanned(knowledge);
  for (const decision of knowledge.decisions.values()) {
    if (decision.actions.size === 0) continue;
    const ineffective = hasRelapsed(decision, plannedAtMs);
    for (const action of decision.actions.values()) {
      if (action.state !== 'refused') past.push(pastOf(decision, action, ineffective));
    }
  }
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
    counts: neededHelp(plan.rehearsal),
    ineffective,
  };
}

/** An outcome earns something only where rehearsal said that doing nothing would not have recovered. */
function neededHelp(rehearsal: Rehearsal): boolean {
  return rehearsal.status === 'rehearsed' && rehearsal.recoversAlone < recoversAloneShare;
}

/** When plans were made, by what they answer. */
function timesPlanned({ decisions }: Knowledge): ReadonlyMap<string, readonly number[]> {
  const times = new Map<string, number[]>();
  for (const { plan } of decisions.values()) {
    const key = causeKey(plan);
    const known = times.get(key);
    if (known === undefined) times.set(key, [plan.atMs]);
    else known.push(plan.atMs);
  }
  return times;
}

/** Whether a later plan had to answer the same cause on the same entity soon after this one had succeeded. */
function hasRelapsed({ plan, outcome }: Decision, plannedAtMs: ReadonlyMap<string, readonly number[]>): boolean {
  if (outcome?.result !== 'succeeded') return false;
  const later = plannedAtMs.get(causeKey(plan)) ?? [];
  return later.some((atMs) => atMs > outcome.atMs && atMs - outcome.atMs <= relapseMs);
}

function causeKey({ cause }: Plan): string {
  return `${cause.kind} ${entityKey(cause.entity)}`;
}

function actionsOfPeople({ controls }: Knowledge): readonly PastAction[] {
  return controls.flatMap(({ event, atMs, entity, decisionId, incidentId }) => {
    if (event !== 'person-change-seen' || entity === null) return [];
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
