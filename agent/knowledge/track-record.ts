import type { Action } from '../../model/action.ts';
import type { Rehearsal } from '../../model/plan.ts';
import type { PastAction } from '../guard/facts.ts';
import { isBad } from '../guard/track-record.ts';
import { type Decision, type Knowledge, rememberedMs } from './knowledge.ts';

/** Share of paired samples from which on doing nothing counts as recovery by itself. */
const recoversAloneShare = 0.5;

interface Derived {
  readonly changes: number;
  readonly past: readonly PastAction[];
  readonly refusals: readonly PastAction[];
}

/** What was derived last, for each agent's knowledge: a judgement without news in between costs nothing. */
const derived = new WeakMap<Knowledge, Derived>();

/**
 * What the agent and people have done, oldest first: the input of budgets, cooldowns, breakers and earned autonomy. Of
 * what is long past only what ended badly is left: it counts until a person resets the record.
 * Refused calls changed nothing and are left out; an unknown one counts as done.
 */
export function pastActions(knowledge: Knowledge, nowMs: number): readonly PastAction[] {
  const { past } = derivedFrom(knowledge);
  const sinceMs = nowMs - rememberedMs;
  return past[0] === undefined || past[0].atMs >= sinceMs
    ? past
    : past.filter((one) => one.atMs >= sinceMs || isBad(one));
}

/** What the engine refused, oldest first. */
export function pastRefusals(knowledge: Knowledge, nowMs: number): readonly PastAction[] {
  return derivedFrom(knowledge).refusals.filter((one) => one.atMs >= nowMs - rememberedMs);
}

function derivedFrom(knowledge: Knowledge): Derived {
  const known = derived.get(knowledge);
  if (known?.changes === knowledge.changes) return known;
  const made = derive(knowledge);
  derived.set(knowledge, made);
  return made;
}

function derive(knowledge: Knowledge): Derived {
  const past = [...actionsOfPeople(knowledge)];
  const refusals: PastAction[] = [];
  for (const decision of knowledge.decisions.values()) {
    for (const action of decision.actions.values())
      (action.state === 'refused' ? refusals : past).push(pastOf(decision, action));
  }
  const inOrder = (a: PastAction, b: PastAction) => a.atMs - b.atMs;
  return { changes: knowledge.changes, past: past.sort(inOrder), refusals: refusals.sort(inOrder) };
}

function pastOf({ id, plan, verdict, outcome, intendedAtMs, relapsed }: Decision, action: Action): PastAction {
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
    ineffective: relapsed,
  };
}

/** An outcome earns something only where rehearsal said that doing nothing would not have recovered. */
function neededHelp(rehearsal: Rehearsal): boolean {
  return rehearsal.status === 'rehearsed' && rehearsal.recoversAlone < recoversAloneShare;
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
