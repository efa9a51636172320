import type { Approval } from '../../model/approval.ts';
import { type ApprovalNeed, type Check, type Effect, effects, type Verdict } from '../../model/verdict.ts';
import { coversNeed, strictestNeed } from './approval-need.ts';
import { passed, refused } from './check.ts';
import { wouldBeAutoIf } from './counterfactuals.ts';
import { type GuardInput, type Judged, prepare, type Supposed, withActions } from './judgement.ts';
import {
  checkDataAge,
  checkFixable,
  checkFreshFacts,
  checkInventory,
  checkLease,
  checkOneInFlight,
  checkPaused,
  checkStop,
  checkStorm,
} from './limits/brakes.ts';
import { checkBudgetPerCluster, checkBudgetPerTarget, checkCooldown, checkHoldDown } from './limits/pace.ts';
import { checkHolds, checkPersonChange } from './limits/people.ts';
import { checkQuorum } from './limits/quorum.ts';
import { checkCapacityAtOnce, checkFailureDomain, checkKeepHealthy, checkTargetsAtOnce } from './limits/reach.ts';
import {
  checkFootprint,
  checkParameters,
  checkSupported,
  checkTargetsKnown,
  checkTargetsNamed,
} from './limits/targets.ts';
import {
  checkBreaker,
  checkErrorBudget,
  checkMode,
  checkOrigin,
  checkRehearsal,
  checkWindows,
  lowerMode,
} from './limits/trust.ts';
import { judgeByRules, type RulesSay } from './rules.ts';

export type { GuardInput } from './judgement.ts';

type Limit = (judged: Judged) => Check;

/** Hold for everything that the agent does, undo included. In the order in which a verdict names its reason. */
const always: readonly Limit[] = [
  checkStop,
  checkLease,
  checkTargetsNamed,
  checkParameters,
  checkSupported,
  checkInventory,
  checkTargetsKnown,
  checkFreshFacts,
  checkDataAge,
  checkStorm,
  checkQuorum,
  checkKeepHealthy,
  checkCapacityAtOnce,
  checkFailureDomain,
  checkTargetsAtOnce,
  checkHolds,
  checkPersonChange,
];

/** Hold for new changes only: an undo takes back what was already judged. */
const applyOnly: readonly Limit[] = [
  checkPaused,
  checkFootprint,
  checkOneInFlight,
  checkBudgetPerTarget,
  checkBudgetPerCluster,
  checkCooldown,
  checkHoldDown,
  checkErrorBudget,
  checkFixable,
  checkBreaker,
  checkOrigin,
  checkRehearsal,
];

/**
 * Decides whether a plan may run now. Pure: no I/O, no clock, no LLM.
 * The strictest answer wins (deny > ask > auto), whatever the order of rules and limits; no matching rule means deny. An
 * approval satisfies an ask, never a deny. A fault in here is a deny.
 * @returns verdict naming the rule or limit that decided, with every check and its numbers
 */
export function decideVerdict(input: GuardInput): Verdict {
  try {
    const factual: Supposed = { ...input, suppose: null };
    const decided = decide(factual);
    return { ...decided, wouldBeAutoIf: decided.effect === 'auto' ? [] : wouldBeAutoIf(factual, decided, decide) };
  } catch (error) {
    // The one place that catches everything: a guard that fails must not let anything pass.
    return faultVerdict(input, error);
  }
}

/** The decision without its counterfactuals, on facts and on what they suppose. */
function decide(input: Supposed): Verdict {
  const judged = prepare(input);
  const shape = checkParameters(judged);
  // The other checks read the catalogue by the action's name; they have nothing to say about what is not in it.
  if (!shape.ok) return verdictOf(judged, [checkStop(judged), shape], null);
  const limits = always.map((limit) => limit(judged));
  if (judged.purpose === 'undo') return verdictOf(judged, [...limits, ...denialsByRules(judged)], null);
  const said = judgeByRules(judged);
  const rest = [...applyOnly.map((limit) => limit(judged)), ...checkWindows(judged)];
  const settled = settleAsk(judged, [...limits, ...rest, ...said.checks], said);
  return verdictOf(judged, settled, needOf(judged, said));
}

/** What the rules alone say about a plan, limits and people aside: what a benchmark of policies compares. */
export function ruleDecision(input: GuardInput): Effect {
  return strictest(judgeByRules(withActions({ ...input, suppose: null })).checks);
}

/** An undo needs no rule that allows it, but a rule that forbids the act forbids it here too. */
function denialsByRules(judged: Judged): Check[] {
  return judgeByRules(judged).checks.filter((check) => check.code === 'GUARD_RULE_DENY');
}

/** Adds the mode's answer, and what people said where the checks ask for it. */
function settleAsk(judged: Judged, checks: readonly Check[], said: RulesSay): Check[] {
  const all = [...checks, checkMode(judged)];
  const { approval, facts, suppose } = judged;
  // A person's no stands, whatever the rules would let pass by now.
  const isRefused = approval?.state === 'rejected' || approval?.state === 'revoked';
  if (!isRefused && !all.some((check) => check.effect === 'ask')) return all;
  if (suppose?.approved) return [...all, passed('approval', 'supposed')];
  const need = needOf(judged, said);
  const answer = approval === null ? null : checkApproval(approval, need, judged);
  if (answer !== null) return [...all, answer];
  if (facts.someoneCanAnswer && need.from.length > 0) return all;
  const why = need.from.length === 0 ? 'the policy names nobody who may answer' : 'no face is attached to answer on';
  return [...all, refused('approval', 'deny', 'GUARD_NOBODY_TO_ASK', why)];
}

function needOf({ policy }: Judged, { matched }: RulesSay): ApprovalNeed {
  return strictestNeed(
    policy.approval,
    matched.map((rule) => rule.approval).filter((need) => need !== null),
  );
}

/** What a question that was put to people amounts to now; null while it is still open or is for another plan. */
function checkApproval(approval: Approval, need: ApprovalNeed, { plan, facts, policy, nowMs }: Judged): Check | null {
  if (approval.id !== plan.decisionId || approval.planHash !== plan.planHash) return null;
  switch (approval.state) {
    case 'requested':
    case 'superseded':
      return null;
    case 'rejected':
    case 'revoked':
    case 'withdrawn':
      return refused(
        'approval',
        'deny',
        'APPROVAL_CLOSED',
        `${approval.state}${approval.why ? `: ${approval.why}` : ''}`,
      );
    case 'expired':
      return refused('approval', 'deny', 'APPROVAL_EXPIRED', 'nobody answered in time');
    case 'approved': {
      const own = facts.history.filter((past) => past.decisionId === plan.decisionId && past.purpose === 'apply');
      if (own.some((past) => past.outcome !== null)) return null;
      return coversNeed(approval, need, policy, own.length > 0 ? null : nowMs)
        ? passed('approval', spokenAnswers(approval))
        : null;
    }
    default:
      return approval.state satisfies never;
  }
}

function spokenAnswers(approval: Approval): string {
  return `approved by ${approval.answers.map((answer) => answer.person.id).join(', ')}`;
}

function verdictOf(judged: Judged, checks: readonly Check[], need: ApprovalNeed | null): Verdict {
  const { plan, policy, nowMs } = judged;
  const mode = lowerMode(judged.mode, policy.mode);
  const isApproved = checks.some((check) => check.name === 'approval' && check.ok);
  const counted = isApproved ? checks.filter((check) => check.effect !== 'ask') : checks;
  const effect = strictest(counted);
  const deciding = decidingCheck(counted, effect);
  const observed = mode === 'observe' && judged.purpose === 'apply';
  return {
    type: 'verdict',
    decisionId: plan.decisionId,
    incidentId: plan.incidentId,
    atMs: nowMs,
    effect,
    wouldEffect: observed ? strictest(counted.filter((check) => check.name !== 'mode')) : null,
    rule: deciding.name.replace(/^rule\./, ''),
    why: deciding.why,
    checks,
    wouldBeAutoIf: [],
    approval: effect === 'ask' ? need : null,
    retryAfterMs: retryAfter(counted, effect),
    mode,
    policyHash: policy.hash,
  };
}

/** The strictest effect of a list of checks; nothing said at all is a deny. */
function strictest(checks: readonly Check[]): Effect {
  for (const effect of effects) {
    for (const check of checks) if (check.effect === effect) return effect;
  }
  return 'deny';
}

/** The check that a verdict names: for auto a rule that let it pass, otherwise the first that answered so. */
function decidingCheck(checks: readonly Check[], effect: Effect): Check {
  const answering = checks.filter((check) => check.effect === effect);
  const rule = answering.find((check) => check.name.startsWith('rule.'));
  // Where nothing answered so there is no check, and what goes on from here is a fault of the guard: a deny.
  return (effect === 'deny' ? undefined : rule) ?? answering[0]!;
}

/** Where waiting alone would lift every denial: until the last of them is lifted, in ms. */
function retryAfter(checks: readonly Check[], effect: Effect): number | null {
  if (effect !== 'deny') return null;
  const waits = checks.filter((check) => check.effect === 'deny').map((check) => check.retryAfterMs);
  return waits.every((wait) => wait !== null) ? Math.max(...waits) : null;
}

function faultVerdict(input: GuardInput, error: unknown): Verdict {
  const why = `the guard failed: ${error instanceof Error ? error.message : String(error)}`;
  const check = refused('guard', 'deny', 'GUARD_ERROR', why);
  return {
    type: 'verdict',
    decisionId: input.plan.decisionId,
    incidentId: input.plan.incidentId,
    atMs: input.nowMs,
    effect: 'deny',
    wouldEffect: null,
    rule: 'guard',
    why,
    checks: [check],
    wouldBeAutoIf: [],
    approval: null,
    retryAfterMs: null,
    mode: 'observe',
    policyHash: input.policy.hash,
  };
}
