import { type Check, type Mode, modes, type Verdict } from '../../model/verdict.ts';
import { spokenMs, spokenShare } from './check.ts';
import { type Judged, prepare, type Supposed, type Supposition } from './judgement.ts';
import type { Rule } from './policy.ts';
import { targetClassOf } from './roles-of-targets.ts';
import { failingClauses } from './rules.ts';
import { recordKey, type TrackRecord, type TrackRecords } from './track-record.ts';

type Decide = (input: Supposed) => Verdict;

/** One change of the world under which the answer might be auto, in words, and the input with it made. */
interface Change {
  readonly label: string;
  /** Of the changes of one kind only one is made at a time: two modes exclude each other. */
  readonly kind: 'mode' | 'rule' | 'fact';
  readonly make: (input: Supposed) => Supposed;
}

/**
 * What would have to differ for the answer to be `auto`. Each candidate is made true and the same function decides
 * again; only what it then answers `auto` to is listed. Where no single change is enough, the fewest together are.
 */
export function wouldBeAutoIf(input: Supposed, verdict: Verdict, decide: Decide): string[] {
  const changes = changesFor(input, verdict);
  // A denial that nothing here can lift, such as a broken quorum, makes every attempt futile.
  if (changes === null) return [];
  const isAuto = (some: readonly Change[]) =>
    decide(some.reduce((changed, change) => change.make(changed), input)).effect === 'auto';
  const enough = combinations(changes).find(isAuto);
  if (enough === undefined) return [];
  const single = changes.filter((change) => isAuto([change]));
  const lowestMode = single.find((change) => change.kind === 'mode');
  if (single.length > 0) {
    return single.filter((change) => change.kind !== 'mode' || change === lowestMode).map((change) => change.label);
  }
  const needed = enough.reduce<readonly Change[]>((kept, change) => {
    const without = kept.filter((one) => one !== change);
    return isAuto(without) ? without : kept;
  }, enough);
  return [needed.map((change) => change.label).join(' and ')];
}

/** All changes of facts, with one mode and one rule of those on offer. */
function combinations(changes: readonly Change[]): Change[][] {
  const optionsOf = (kind: Change['kind']) => {
    const options = changes.filter((change) => change.kind === kind);
    return options.length > 0 ? options.map((option) => [option]) : [[]];
  };
  const facts = changes.filter((change) => change.kind === 'fact');
  return optionsOf('rule').flatMap((rule) => optionsOf('mode').map((mode) => [...facts, ...rule, ...mode]));
}

/** Candidates for every check that failed, each once; null where a denial has none. */
function changesFor(input: Supposed, verdict: Verdict): Change[] | null {
  const byLabel = new Map<string, Change>();
  for (const check of verdict.checks) {
    if (check.ok) continue;
    const changes = changesForCheck(check, input, verdict);
    if (changes.length === 0) return null;
    for (const change of changes) byLabel.set(change.label, change);
  }
  return [...byLabel.values()];
}

function changesForCheck(check: Check, input: Supposed, verdict: Verdict): Change[] {
  const waited = check.retryAfterMs === null ? [] : [waitingFor(check.retryAfterMs)];
  const asked = check.effect === 'ask' ? [approved(verdict)] : [];
  return [...changesOfFacts(check, input), ...waited, ...asked];
}

function changesOfFacts(check: Check, input: Supposed): Change[] {
  const { facts, policy, nowMs } = input;
  const withFacts = (label: string, some: Partial<Supposed['facts']>): Change[] => [
    { label, kind: 'fact', make: (given) => ({ ...given, facts: { ...given.facts, ...some } }) },
  ];
  switch (check.code) {
    case 'GUARD_MODE':
      return raisedModes(input);
    case 'GUARD_NO_RULE':
      return supposedClauses(prepare(input));
    case 'GUARD_STOP':
      return withFacts('STOP were released', { stop: null });
    case 'GUARD_PAUSED':
      return withFacts('the agent were resumed', { paused: null });
    case 'GUARD_LEASE':
      return withFacts('this agent held the lease', { lease: { epoch: 0, expiresAtMs: nowMs + 1 } });
    case 'GUARD_HELD':
      return withFacts('the hold were released', { holds: [] });
    case 'GUARD_IN_FLIGHT':
      return withFacts('no other plan were in flight', { inFlight: [] });
    case 'GUARD_FACTS_NOT_FRESH':
      return withFacts('the facts were read anew', { freshlyRead: true });
    case 'GUARD_DATA_STALE':
      return withFacts(`data.ageMs <= ${policy.limits.dataAge.max}`, { dataAgeMs: policy.limits.dataAge.max });
    case 'GUARD_NOT_FIXABLE':
    case 'GUARD_STORM':
      return withFacts('fewer instances were unhealthy', { unhealthyInstances: new Set() });
    case 'GUARD_ERROR_BUDGET': {
      const under = policy.limits.errorBudget?.under ?? 0;
      const slos = facts.slos.map((slo) => ({ ...slo, budgetRatio: Math.max(slo.budgetRatio, under) }));
      return withFacts(`at least ${spokenShare(under)} of the error budget were left`, { slos });
    }
    case 'GUARD_BREAKER': {
      const resets = new Map(
        prepare(input).actions.map(({ target }) => [`${target.kind}/${target.id}` as const, nowMs]),
      );
      return withFacts('a person reset the breaker', { openBreakers: new Map(), breakerResetsAtMs: resets });
    }
    case 'GUARD_EARNED':
      return [earnedRecord(check)];
    case 'GUARD_NOBODY_TO_ASK':
      return withFacts('somebody could answer', { someoneCanAnswer: true });
    default:
      return [];
  }
}

function waitingFor(waitMs: number): Change {
  return {
    label: `${spokenMs(waitMs)} from now`,
    kind: 'fact',
    make: (given) => {
      const { facts } = given;
      // The lease goes on being renewed while the agent waits, and facts are read again.
      const lease = facts.lease === null ? null : { ...facts.lease, expiresAtMs: facts.lease.expiresAtMs + waitMs };
      return { ...given, nowMs: given.nowMs + waitMs, facts: { ...facts, lease } };
    },
  };
}

function approved(verdict: Verdict): Change {
  const need = verdict.approval;
  const people = need === null ? 'a person approved' : `${need.need} of ${need.from.join(', ')} approved`;
  return suppose(people, 'fact', { approved: true, clauses: [] });
}

function suppose(label: string, kind: Change['kind'], more: Supposition): Change {
  return {
    label,
    kind,
    make: (given) => {
      const before = given.suppose ?? { approved: false, clauses: [] };
      const clauses = [...before.clauses, ...more.clauses];
      return { ...given, suppose: { approved: before.approved || more.approved, clauses } };
    },
  };
}

/** For every rule that names an action and does not match it: its failing clauses, as if they held. */
function supposedClauses(judged: Judged): Change[] {
  return judged.actions
    .flatMap((action) => failingClauses(action, judged))
    .filter(({ rule }) => rule.effect !== 'deny')
    .sort(
      (a, b) =>
        effectRank(a.rule) - effectRank(b.rule) || a.texts.length - b.texts.length || (a.rule.id < b.rule.id ? -1 : 1),
    )
    .map(({ rule, texts }) => {
      const clauses = texts.map((text) => ({ rule: rule.id, text }));
      return suppose(texts.join(' && '), 'rule', { approved: false, clauses });
    });
}

function effectRank({ effect }: Rule): number {
  return effect === 'auto' ? 0 : 1;
}

/** The lowest mode first: nobody should read `autonomous` where `guarded` is enough. */
function raisedModes(input: Supposed): Change[] {
  const higher: Mode[] = modes.filter((mode) => mode === 'guarded' || mode === 'autonomous');
  const above = higher.filter(
    (mode) => modes.indexOf(mode) > modes.indexOf(input.mode) || input.policy.mode !== input.mode,
  );
  return above.map((mode) => ({
    label: `mode: ${mode}`,
    kind: 'mode',
    make: (given) => ({ ...given, mode, policy: { ...given.policy, mode } }),
  }));
}

const wellEarned: TrackRecord = { succeeded: Number.MAX_SAFE_INTEGER, failed: 0, lowerBound: 1, demoted: false };

function earnedRecord(check: Check): Change {
  const rule = check.name.slice('earned.'.length);
  return {
    label: `the record of ${rule} were good enough (${check.why})`,
    kind: 'fact',
    make: (given) => {
      const records = new Map(given.effectiveRecord ?? []);
      for (const key of recordKeys(given, rule)) records.set(key, wellEarned);
      return { ...given, effectiveRecord: records satisfies TrackRecords };
    },
  };
}

function recordKeys(given: Supposed, rule: string): string[] {
  const judged = prepare(given);
  return judged.actions.map((action) =>
    recordKey(rule, given.plan.playbook, targetClassOf(action.target, given.facts.inventory)),
  );
}
