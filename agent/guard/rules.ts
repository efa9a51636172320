import type { ActionSpec } from '../../model/actions.ts';
import type { Check } from '../../model/verdict.ts';
import { passed, refused, spokenShare } from './check.ts';
import type { ClusterFacts } from './facts.ts';
import type { RuleInput } from './judgement.ts';
import type { Rule } from './policy.ts';
import { targetClassOf } from './roles-of-targets.ts';
import { type RuleFacts, readRuleFacts } from './rule-facts.ts';
import { foldTrackRecord, noRecord, recordKey, type TrackRecord } from './track-record.ts';

/** What the rules say about a plan: the checks, and the rules that matched some action of it. */
export interface RulesSay {
  readonly checks: readonly Check[];
  readonly matched: readonly Rule[];
}

/** Holds every action against every rule that names it. An action that no rule matches is denied. */
export function judgeByRules(judged: RuleInput): RulesSay {
  const checks: Check[] = [];
  const matched: Rule[] = [];
  for (const action of judged.actions) {
    const rules = matchRules(action, judged);
    if (rules.length === 0) checks.push(noRule(action));
    for (const rule of rules) {
      if (!matched.includes(rule)) {
        matched.push(rule);
        checks.push(ruleCheck(rule));
      }
      const earned = checkEarned(rule, action, judged);
      if (earned !== null && !checks.some((check) => isSame(check, earned))) checks.push(earned);
    }
  }
  return { checks, matched };
}

function isSame(one: Check, other: Check): boolean {
  return one.name === other.name && one.why === other.why;
}

/** What a rule says never changes, and is made once. */
const checkOfRule = new WeakMap<Rule, Check>();

function noRule(action: ActionSpec): Check {
  return refused('default', 'deny', 'GUARD_NO_RULE', `no rule lets ${action.name} on ${action.target.id} pass`);
}

function ruleCheck(rule: Rule): Check {
  const known = checkOfRule.get(rule);
  if (known !== undefined) return known;
  const check = freshCheck(rule);
  checkOfRule.set(rule, check);
  return check;
}

function freshCheck(rule: Rule): Check {
  const name = `rule.${rule.id}`;
  if (rule.effect === 'auto') return passed(name, rule.why);
  return refused(name, rule.effect, rule.effect === 'deny' ? 'GUARD_RULE_DENY' : 'GUARD_RULE_ASK', rule.why);
}

/** Rules that name the action and whose every clause holds. */
function matchRules(action: ActionSpec, judged: RuleInput): Rule[] {
  const candidates = judged.policy.rulesByAction.get(action.name) ?? [];
  if (candidates.length === 0) return [];
  const facts = ruleFactsFor(action, judged);
  const { suppose } = judged;
  if (suppose === null) return matchingRules(candidates, facts);
  const isSupposed = (rule: Rule, text: string) =>
    suppose.clauses.some((one) => one.rule === rule.id && one.text === text);
  return candidates.filter((rule) => rule.clauses.every((one) => isSupposed(rule, one.text) || one.holds(facts)));
}

/** The hot loop of the policy: rules are few, clauses are closures. */
function matchingRules(rules: readonly Rule[], facts: RuleFacts): Rule[] {
  const matched: Rule[] = [];
  for (const rule of rules) {
    let holds = true;
    for (const clause of rule.clauses) {
      if (clause.holds(facts)) continue;
      holds = false;
      break;
    }
    if (holds) matched.push(rule);
  }
  return matched;
}

/** Variables of conditions for one action of the judged plan. */
function ruleFactsFor(action: ActionSpec, judged: RuleInput): RuleFacts {
  return readRuleFacts(action, judged.plan, judged.facts, () => recordFor(anyRule, action, judged));
}

/** In place of a rule's id: the record of a playbook on a class of targets, whichever rule let it act. */
const anyRule = '*';

function recordFor(ruleId: string, action: ActionSpec, judged: RuleInput): TrackRecord {
  const { plan, facts, effectiveRecord } = judged;
  const targetClass = targetClassOf(action.target, facts.inventory);
  if (effectiveRecord !== undefined) {
    return effectiveRecord.get(recordKey(ruleId, plan.playbook, targetClass)) ?? noRecord;
  }
  const past = facts.history.filter(
    (one) =>
      (ruleId === anyRule || one.rule === ruleId) &&
      one.playbook === plan.playbook &&
      one.atMs >= resetAtMs(one.rule, facts) &&
      targetClassOf(one.target, facts.inventory) === targetClass,
  );
  return foldTrackRecord(past, Number.NEGATIVE_INFINITY);
}

function resetAtMs(ruleId: string | null, { recordResetsAtMs }: ClusterFacts): number {
  return recordResetsAtMs?.get(ruleId ?? '') ?? Number.NEGATIVE_INFINITY;
}

/** An auto rule with `earned` answers ask until its own record clears both bars, and again after one failure. */
function checkEarned(rule: Rule, action: ActionSpec, judged: RuleInput): Check | null {
  if (rule.earned === null) return null;
  const { succeededMin, lowerBound } = rule.earned;
  const record = recordFor(rule.id, action, judged);
  const name = `earned.${rule.id}`;
  const numbers = `${record.succeeded} succeeded of at least ${succeededMin}, lower bound ${spokenShare(record.lowerBound)} of at least ${spokenShare(lowerBound)}`;
  if (record.demoted) {
    const why = `${numbers}; demoted by a failure until a person resets the record`;
    return refused(name, 'ask', 'GUARD_EARNED', why);
  }
  const isEarned = record.succeeded >= succeededMin && record.lowerBound >= lowerBound;
  return isEarned ? passed(name, numbers) : refused(name, 'ask', 'GUARD_EARNED', numbers);
}

/** Clauses that do not hold of rules that name the action, for explanations. */
export function failingClauses(action: ActionSpec, judged: RuleInput): { rule: Rule; texts: string[] }[] {
  const facts = ruleFactsFor(action, judged);
  return (judged.policy.rulesByAction.get(action.name) ?? []).flatMap((rule) => {
    const texts = rule.clauses.filter((clause) => !clause.holds(facts)).map((clause) => clause.text);
    return texts.length === 0 ? [] : [{ rule, texts }];
  });
}
