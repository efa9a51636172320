import { actionCatalogue } from '../../../model/actions.ts';
import { entityKey } from '../../../model/entity.ts';
import { type Check, type Mode, modes } from '../../../model/verdict.ts';
import { passed, refused, spokenMs, spokenShare, unlessItCalls } from '../check.ts';
import type { PastAction } from '../facts.ts';
import type { Judged } from '../judgement.ts';
import { isWorseThanNothing } from '../rehearsed.ts';

/** The lower of two ceilings. */
export function lowerMode(a: Mode, b: Mode): Mode {
  return modes.indexOf(a) <= modes.indexOf(b) ? a : b;
}

/** Whether the mode lets the agent act alone. `observe` acts never; what it would have said is judged one mode up. */
export function checkMode({ plan, policy, mode }: Judged): Check {
  const ceiling = lowerMode(mode, policy.mode);
  switch (ceiling) {
    case 'observe':
      return refused('mode', 'deny', 'GUARD_MODE', 'observe: nothing is done');
    case 'propose':
      return refused('mode', 'ask', 'GUARD_MODE', 'propose: a person approves every act');
    case 'guarded': {
      const final = plan.steps.find(({ action, undo }) => !isReversible(action.name, undo === null));
      if (final === undefined) return passed('mode', 'guarded: every step can be undone or needs no undo');
      return refused('mode', 'ask', 'GUARD_MODE', `guarded: ${final.action.name} cannot be undone`);
    }
    case 'autonomous':
      return passed('mode', 'autonomous');
    default:
      return ceiling satisfies never;
  }
}

function isReversible(name: keyof typeof actionCatalogue, hasNoUndo: boolean): boolean {
  if (!Object.hasOwn(actionCatalogue, name)) return false;
  const { inverse, reversible } = actionCatalogue[name];
  // An action that has an inverse is reversible only with that inverse stored.
  return reversible && !(inverse !== null && hasNoUndo);
}

/** A plan that a language model preferred asks a person, unless the policy lets a model choose that playbook. */
export function checkOrigin({ plan, policy }: Judged): Check {
  if (plan.origin !== 'model') return passed('origin', `from ${plan.origin}`);
  if (policy.modelMayChoose.has(plan.playbook)) return passed('origin', `a model may choose ${plan.playbook}`);
  return refused('origin', 'ask', 'GUARD_RULE_ASK', `a model chose ${plan.playbook}; the policy does not let it`);
}

/** A plan that the twin expects to be worse than doing nothing asks a person. */
export function checkRehearsal({ plan }: Judged): Check {
  const { rehearsal } = plan;
  if (rehearsal.status !== 'rehearsed') return passed('rehearsal', rehearsal.status);
  const numbers = `${spokenMs(rehearsal.withPlan[1])} of SLO lost with the plan, ${spokenMs(rehearsal.doNothing[1])} doing nothing`;
  if (!isWorseThanNothing(rehearsal)) return passed('rehearsal', numbers);
  return refused('rehearsal', 'ask', 'GUARD_REHEARSAL', numbers);
}

/** Windows of the policy that are open now; the strictest decides. */
export function checkWindows({ policy, nowMs }: Judged): Check[] {
  const open = policy.windows.flatMap((window) => {
    const span = window.spanAt(nowMs);
    if (span === null) return [];
    const leftMs = span.toMs - nowMs;
    const why = `${window.why}; ends in ${spokenMs(leftMs)}`;
    return [refused(`windows.${window.id}`, window.effect, 'GUARD_WINDOW', why, leftMs)];
  });
  return open.length > 0 ? open : [passed('windows', 'none is open')];
}

/** Restraint while the error budget of one SLO is nearly spent. An SLO that nobody measures counts as spent. */
export function checkErrorBudget(judged: Judged): Check {
  const { policy, facts } = judged;
  const limit = policy.limits.errorBudget;
  if (limit === undefined) return passed('limits.errorBudget', 'no limit');
  const status = facts.slos.find((slo) => slo.sloId === limit.slo);
  const left = status?.budgetRatio ?? Number.NaN;
  const numbers = `${limit.slo}: ${status === undefined ? 'unknown' : spokenShare(left)} of its error budget left, at least ${spokenShare(limit.under)}`;
  if (left >= limit.under) return passed('limits.errorBudget', numbers);
  return unlessItCalls(judged, refused('limits.errorBudget', limit.effect, 'GUARD_ERROR_BUDGET', numbers));
}

/**
 * Opens where the same fix for the same cause keeps failing on a target, or succeeds without helping. Once open it
 * stays open until a person resets it, even after its window.
 */
export function checkBreaker({ plan, facts, policy, actions, nowMs }: Judged): Check {
  const { failed, ineffective, within, effect } = policy.limits.breaker;
  for (const key of new Set(actions.map(({ target }) => entityKey(target)))) {
    const latched = facts.openBreakers?.get(key);
    if (latched !== undefined) return refused('limits.breaker', effect, 'GUARD_BREAKER', `open on ${key}: ${latched}`);
    const sinceMs = Math.max(nowMs - within, facts.breakerResetsAtMs?.get(key) ?? Number.NEGATIVE_INFINITY);
    const past = facts.history.filter(
      (one) =>
        one.by === 'agent' &&
        one.purpose === 'apply' &&
        one.atMs > sinceMs &&
        one.decisionId !== plan.decisionId &&
        one.cause === plan.cause.kind &&
        entityKey(one.target) === key,
    );
    const failures = countDecisions(past, (one) => one.outcome === 'failed' || one.outcome === 'error');
    const useless = countDecisions(past, (one) => one.ineffective);
    if (failures < failed && useless < ineffective) continue;
    const numbers = `${key}: ${failures} failed of ${failed}, ${useless} without effect of ${ineffective}`;
    return refused('limits.breaker', effect, 'GUARD_BREAKER', numbers);
  }
  return passed('limits.breaker', 'closed');
}

function countDecisions(past: readonly PastAction[], matches: (one: PastAction) => boolean): number {
  return new Set(past.filter(matches).map((one) => one.decisionId ?? `${one.atMs}`)).size;
}
