import type { ActionName } from '../../model/actions.ts';
import { actionCatalogue } from '../../model/actions.ts';
import type { DecisionId } from '../../model/entity.ts';
import type { Inventory } from '../../model/inventory.ts';
import type { Plan } from '../../model/plan.ts';
import { type Check, type Effect, effects, type Verdict } from '../../model/verdict.ts';
import { decideVerdict } from './decide.ts';
import type { ClusterFacts, PastAction } from './facts.ts';
import { footprintOf } from './footprint.ts';
import type { Policy } from './policy.ts';

/** One decision of the past, as the journal kept it. */
export interface PastDecision {
  readonly plan: Plan;
  readonly verdict: Verdict;
}

/** What a policy would have said about a decision of the past. */
export interface Replayed {
  readonly decisionId: DecisionId;
  readonly atMs: number;
  readonly summary: string;
  readonly was: Effect;
  readonly now: Effect;
  readonly rule: string;
  readonly why: string;
}

/** Checks that speak of the moment and not of the policy: what they said then is what they would have said. */
const ofTheMoment = new Set([
  'stop',
  'paused',
  'lease',
  'inFlight',
  'freshFacts',
  'inventory',
  'holds',
  'personChange',
]);

/**
 * Judges past decisions, oldest first, by another policy: which would have acted, asked or been denied.
 * The journal keeps plans, verdicts and their numbers, not the whole cluster of the time; so targets are looked up in the
 * inventory given (a target that is gone is denied), budgets and cooldowns count what this policy itself would have let
 * act, and the brakes that the first verdict recorded are kept.
 */
export function replayPolicy(decisions: readonly PastDecision[], policy: Policy, inventory: Inventory): Replayed[] {
  const history: PastAction[] = [];
  return decisions.map((past) => {
    const replayed = replayOne(past, policy, inventory, history);
    if (replayed.now === 'auto') history.push(...actionsOf(past.plan, past.verdict.atMs, replayed.rule));
    return replayed;
  });
}

function replayOne(
  { plan, verdict }: PastDecision,
  policy: Policy,
  inventory: Inventory,
  history: PastAction[],
): Replayed {
  const actions = plan.steps.map((step) => step.action);
  const bound = { ...plan, footprint: footprintOf(actions, inventory) };
  const facts = factsThen(plan, verdict, policy, inventory, history);
  const judged = decideVerdict({
    plan: bound,
    purpose: 'apply',
    facts,
    policy,
    mode: policy.mode,
    nowMs: verdict.atMs,
    approval: null,
  });
  const brake = strictestBrake(verdict.checks);
  const stricter = brake !== null && effects.indexOf(brake.effect) < effects.indexOf(judged.effect) ? brake : null;
  return {
    decisionId: plan.decisionId,
    atMs: verdict.atMs,
    summary: plan.summary,
    was: verdict.effect,
    now: stricter?.effect ?? judged.effect,
    rule: stricter?.name ?? judged.rule,
    why: stricter?.why ?? judged.why,
  };
}

function strictestBrake(checks: readonly Check[]): Check | null {
  const failing = checks.filter((check) => !check.ok && ofTheMoment.has(check.name));
  return failing.find((check) => check.effect === 'deny') ?? failing[0] ?? null;
}

function factsThen(
  plan: Plan,
  verdict: Verdict,
  policy: Policy,
  inventory: Inventory,
  history: readonly PastAction[],
): ClusterFacts {
  const { healthyInstances, instances } = plan.blastRadius;
  const slo = policy.limits.errorBudget?.slo;
  return {
    inventory,
    freshlyRead: true,
    dataAgeMs: 0,
    // What the plan itself counted as down when it was made.
    unhealthyInstances: new Set(instances.filter((id) => !healthyInstances.includes(id))),
    baselineInstances: inventory.instances.length,
    holds: [],
    inFlight: [],
    history,
    slos: slo === undefined ? [] : [{ sloId: slo, value: null, good: null, badMs: 0, budgetRatio: 1 }],
    paused: null,
    stop: null,
    lease: { epoch: 0, expiresAtMs: verdict.atMs + 1 },
    causeSinceMs: plan.atMs - 86_400_000,
    someoneCanAnswer: true,
    supportedActions: new Set(Object.keys(actionCatalogue) as ActionName[]),
  };
}

function actionsOf(plan: Plan, atMs: number, rule: string): PastAction[] {
  return plan.steps.map(({ action }) => ({
    atMs,
    by: 'agent',
    name: action.name,
    target: action.target,
    decisionId: plan.decisionId,
    incidentId: plan.incidentId,
    playbook: plan.playbook,
    cause: plan.cause.kind,
    rule,
    purpose: 'apply',
    outcome: 'succeeded',
    counts: true,
    ineffective: false,
  }));
}
