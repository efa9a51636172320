import type { ActionSpec } from '../../../model/actions.ts';
import { entityKey } from '../../../model/entity.ts';
import type { CauseKind } from '../../../model/incident.ts';
import type { WorkloadRole } from '../../../model/inventory.ts';
import type { Plan } from '../../../model/plan.ts';
import type { Check } from '../../../model/verdict.ts';
import { passed, refused, spokenMs } from '../check.ts';
import type { PastAction } from '../facts.ts';
import type { Judged } from '../judgement.ts';
import { roleOf } from '../roles-of-targets.ts';

interface Rate {
  readonly count: number;
  readonly windowMs: number;
}

/** Changes to each target: one plan counts once per target, however many steps it has there; people's acts count too. */
export function checkBudgetPerTarget(judged: Judged): Check {
  const name = 'limits.changeBudget.perTarget';
  const { perTarget } = judged.policy.limits.changeBudget;
  const keys = new Set(judged.plan.steps.filter(isChange).map((step) => entityKey(step.action.target)));
  for (const key of keys) {
    const past = changesBefore(judged, perTarget).filter((change) => entityKey(change.target) === key);
    const times = [...new Map(past.map((change) => [change.decisionId ?? `${change.atMs}`, change.atMs])).values()];
    const inFlight = inFlightSteps(judged).filter(({ action }) => entityKey(action.target) === key).length > 0 ? 1 : 0;
    const refusal = overBudget(times, inFlight, 1, perTarget, judged.nowMs);
    if (refusal !== null) {
      return refused(name, 'deny', 'GUARD_CHANGE_BUDGET', `${key}: ${refusal.numbers}`, refusal.retryAfterMs);
    }
  }
  return passed(name, `at most ${perTarget.count} per ${spokenMs(perTarget.windowMs)}`);
}

/** Changes to the whole cluster, counted as actions. */
export function checkBudgetPerCluster(judged: Judged): Check {
  const name = 'limits.changeBudget.perCluster';
  const { perCluster } = judged.policy.limits.changeBudget;
  const times = changesBefore(judged, perCluster).map((past) => past.atMs);
  const planned = judged.plan.steps.filter(isChange).length;
  const inFlight = inFlightSteps(judged).length;
  const refusal = overBudget(times, inFlight, planned, perCluster, judged.nowMs);
  if (refusal !== null) return refused(name, 'deny', 'GUARD_CHANGE_BUDGET', refusal.numbers, refusal.retryAfterMs);
  return passed(
    name,
    `${times.length + inFlight + planned} of ${perCluster.count} per ${spokenMs(perCluster.windowMs)}`,
  );
}

function isChange(step: { readonly action: ActionSpec }): boolean {
  return step.action.name !== 'person.page';
}

/** Changes by anybody within the window, other than this plan's own steps, which are counted as planned. */
function changesBefore({ facts, plan, nowMs }: Judged, rate: Rate): PastAction[] {
  return facts.history.filter(
    (past) =>
      past.purpose === 'apply' &&
      past.name !== 'person.page' &&
      past.atMs > nowMs - rate.windowMs &&
      past.decisionId !== plan.decisionId,
  );
}

/** Steps of plans in flight that have not become an action yet. */
function inFlightSteps({ facts }: Judged): { readonly action: ActionSpec; readonly plan: Plan }[] {
  const steps = facts.inFlight.flatMap((plan) => plan.steps.map(({ action }) => ({ action, plan })));
  return steps
    .filter(isChange)
    .filter(
      ({ action, plan }) =>
        !facts.history.some(
          (past) =>
            past.decisionId === plan.decisionId &&
            past.name === action.name &&
            entityKey(past.target) === entityKey(action.target),
        ),
    );
}

function overBudget(times: readonly number[], inFlight: number, planned: number, rate: Rate, nowMs: number) {
  const used = times.length + inFlight;
  const excess = used + planned - rate.count;
  if (excess <= 0) return null;
  const numbers = `${used} used and ${planned} planned of ${rate.count} per ${spokenMs(rate.windowMs)}`;
  // Waiting helps once as many of the oldest changes as are in excess have left the window.
  const leaves = [...times].sort((a, b) => a - b)[excess - 1];
  return { numbers, retryAfterMs: leaves === undefined ? null : leaves + rate.windowMs - nowMs };
}

/** A call may also count as refused because it never arrived; twice says that the engine does not want it. */
const refusalsUntilRest = 2;

/**
 * Rest of each target since the agent's last action on it, by any playbook; and since the engine refused for the second
 * time within it what this playbook wanted, for it would hear the same again.
 */
export function checkCooldown({ plan, facts, actions, nowMs }: Judged): Check {
  const keys = new Set(actions.map(({ target }) => entityKey(target)));
  const refusals = (facts.refusals ?? []).filter(
    ({ playbook, target, atMs }) =>
      playbook === plan.playbook && keys.has(entityKey(target)) && nowMs - atMs < 2 * plan.cooldownMs,
  );
  for (const past of [...facts.history, ...(refusals.length < refusalsUntilRest ? [] : refusals)]) {
    const isOther = past.by === 'agent' && past.purpose === 'apply' && past.decisionId !== plan.decisionId;
    const elapsedMs = nowMs - past.atMs;
    if (!isOther || elapsedMs >= plan.cooldownMs || !keys.has(entityKey(past.target))) continue;
    const why = `${past.target.id}: ${spokenMs(elapsedMs)} since the last action of ${spokenMs(plan.cooldownMs)}`;
    return refused('cooldown', 'deny', 'GUARD_COOLDOWN', why, plan.cooldownMs - elapsedMs);
  }
  return passed('cooldown', `${spokenMs(plan.cooldownMs)} per target`);
}

/** Shortest time for which a condition must have lasted: a blip heals itself. A policy may change each. */
const holdDownMsDefault: Readonly<Partial<Record<CauseKind | WorkloadRole, number>>> = {
  'instance-crash': 5_000,
  'instance-hang': 15_000,
  'node-crash': 20_000,
  'slow-node': 60_000,
  'cooling-failure': 60_000,
  partition: 20_000,
  'partition-one-way': 20_000,
  broker: 30_000,
};

/** The longest hold-down of the cause and of the roles that the plan touches. */
export function checkHoldDown({ plan, facts, actions, policy, nowMs }: Judged): Check {
  const holdDownMs = { ...holdDownMsDefault, ...policy.limits.holdDown };
  const roles = actions.map(({ target }) => roleOf(target, facts.inventory)).filter((role) => role !== null);
  const requiredMs = Math.max(...[plan.cause.kind, ...roles].map((key) => holdDownMs[key] ?? 0));
  const lastedMs = nowMs - facts.causeSinceMs;
  const numbers = `lasted ${spokenMs(lastedMs)} of at least ${spokenMs(requiredMs)}`;
  if (lastedMs >= requiredMs) return passed('limits.holdDown', numbers);
  // A cause whose onset is unknown is not one that waiting would settle.
  const retryAfterMs = Number.isFinite(lastedMs) ? requiredMs - lastedMs : null;
  return refused('limits.holdDown', 'deny', 'GUARD_HOLD_DOWN', numbers, retryAfterMs);
}
