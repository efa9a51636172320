import { expect, test } from 'vitest';
import { decideVerdict, ruleDecision } from '../../../agent/guard/decide.ts';
import type { Approval } from '../../../model/approval.ts';
import { act, approval as approvedByMaria, inputFor, noonMs, past, policyWith } from './fixture.ts';

/* What a verdict says, word for word: people, screens and the journal go by it. */

const asking = policyWith({}, 'replace:rules:\n  - { id: k, effect: ask, actions: ["*"], why: because }');
const by = (id: string, agoMs = 0) =>
  ({ person: { id, via: 'cli' }, answer: 'approve', atMs: noonMs - agoMs, reason: null }) as const;

const approval = (more: Partial<Approval> = {}) => approvedByMaria({ answers: [by('unix:maria')], ...more });

/** Another target than that of the plan, so that no cooldown stands in the way. */
const worker6 = { kind: 'instance', id: 'worker-6' } as const;

const judged = (given: Parameters<typeof inputFor>[0]) => decideVerdict(inputFor(given));
const checkOf = (given: Parameters<typeof inputFor>[0], name: string) =>
  judged(given).checks.find((check) => check.name === name);

test.each<[Partial<Approval>, string, string]>([
  [{ state: 'withdrawn', why: 'the plan changed' }, 'APPROVAL_CLOSED', 'withdrawn: the plan changed'],
  [{ state: 'rejected', why: null }, 'APPROVAL_CLOSED', 'rejected'],
  [{ state: 'revoked', why: 'not now' }, 'APPROVAL_CLOSED', 'revoked: not now'],
  [{ state: 'expired' }, 'APPROVAL_EXPIRED', 'nobody answered in time'],
])('a closed question denies and says how it was closed: %o', (more, code, why) => {
  expect(checkOf({ policy: asking, approval: approval(more) }, 'approval')).toMatchObject({
    effect: 'deny',
    code,
    why,
  });
});

test('a question that is still open adds nothing', () => {
  const names = judged({ policy: asking, approval: approval({ state: 'requested' }) }).checks.map(({ name }) => name);
  expect(names).toEqual(judged({ policy: asking }).checks.map(({ name }) => name));
});

test('an approval names everybody who gave it', () => {
  const answers = [by('unix:maria'), by('unix:ivo')];
  expect(checkOf({ policy: asking, approval: approval({ answers }) }, 'approval')?.why).toBe(
    'approved by unix:maria, unix:ivo',
  );
});

test('where nobody could answer, it says why', () => {
  const nobody = { ...asking, approval: { ...asking.approval, from: [] } };
  expect(checkOf({ policy: nobody }, 'approval')).toMatchObject({
    code: 'GUARD_NOBODY_TO_ASK',
    why: 'the policy names nobody who may answer',
  });
  expect(checkOf({ policy: asking, facts: { someoneCanAnswer: false } }, 'approval')).toMatchObject({
    code: 'GUARD_NOBODY_TO_ASK',
    why: 'no face is attached to answer on',
  });
});

test('only what this plan itself has done, and not undone, keeps its approval from lapsing', () => {
  const lapsed = approval({ answers: [by('unix:maria', 3_600_000)] });
  const effectWith = (more: Parameters<typeof past>[0]) =>
    judged({
      policy: asking,
      approval: lapsed,
      facts: { history: [past({ outcome: null, target: worker6, ...more })] },
    }).effect;
  expect(effectWith({ decisionId: 'D-1' })).toBe('auto');
  expect(effectWith({ decisionId: 'D-2' })).toBe('ask');
  expect(effectWith({ decisionId: 'D-1', purpose: 'undo' })).toBe('ask');
});

test('what other plans have ended does not spend it, nor does an undo of its own', () => {
  const effectWith = (more: Parameters<typeof past>[0]) => {
    const history = [past({ target: worker6, outcome: 'succeeded', ...more })];
    return judged({ policy: asking, approval: approval(), facts: { history } }).effect;
  };
  expect(effectWith({ decisionId: 'D-2' })).toBe('auto');
  expect(effectWith({ decisionId: 'D-1', purpose: 'undo' })).toBe('auto');
  expect(effectWith({ decisionId: 'D-1' })).toBe('ask');
});

test('an action of the wrong shape is judged no further', () => {
  const verdict = judged({ actions: [act('instance.restart', 'worker-1', { graceMs: 'long' })] });
  expect(verdict).toMatchObject({ effect: 'deny', rule: 'parameters' });
  expect(verdict.checks.map(({ name }) => name)).toEqual(['stop', 'parameters']);
});

test('a denial names the limit before the rule, and carries no question', () => {
  const policy = policyWith(
    { keepHealthy: '{ worker: "100%" }' },
    'replace:rules:\n  - { id: never, effect: deny, actions: ["*"], why: no }',
  );
  const verdict = judged({ policy });
  expect(verdict).toMatchObject({ effect: 'deny', rule: 'limits.keepHealthy', approval: null });
  expect(verdict.checks.filter(({ effect }) => effect === 'deny').length).toBeGreaterThan(1);
});

test('only a question says who may answer it', () => {
  expect(judged({ policy: asking }).approval).toMatchObject({ from: ['oncall'], need: 1 });
  expect(judged({}).approval).toBeNull();
  expect(judged({ facts: { stop: 'x' } }).approval).toBeNull();
});

test('an undo is not observed: it says nothing of what it would be', () => {
  const steps = [
    { id: 's1', action: act('instance.start', 'worker-1'), timeoutMs: 1, predict: null, undoReason: null },
  ].map((step) => ({ ...step, undo: act('instance.stop', 'worker-1') }));
  expect(judged({ purpose: 'undo', mode: 'observe', plan: { steps } })).toMatchObject({
    effect: 'auto',
    wouldEffect: null,
  });
});

test('a guard that fails says so, and denies', () => {
  const input = inputFor();
  const failing = (error: unknown) => {
    const facts = { ...input.facts };
    Object.defineProperty(facts, 'inventory', {
      get() {
        throw error;
      },
    });
    return decideVerdict({ ...input, facts });
  };
  const why = 'the guard failed: out of order';
  const check = { name: 'guard', ok: false, effect: 'deny', why, code: 'GUARD_ERROR', retryAfterMs: null };
  expect(failing(new Error('out of order'))).toEqual({
    type: 'verdict',
    decisionId: 'D-1',
    incidentId: 'INC-1',
    atMs: noonMs,
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
  });
  expect(failing('out of order').why).toBe(why);
});

test('the rules alone answer without limits, and deny where there is nothing to judge', () => {
  expect(ruleDecision(inputFor({ facts: { stop: 'x' } }))).toBe('auto');
  expect(ruleDecision(inputFor({ policy: asking }))).toBe('ask');
  expect(ruleDecision(inputFor({ actions: [] }))).toBe('deny');
});

test('a verdict is a record of its own type, about its decision, at its time', () => {
  expect(judged({})).toMatchObject({
    type: 'verdict',
    decisionId: 'D-1',
    incidentId: 'INC-1',
    atMs: noonMs,
    mode: 'autonomous',
  });
});
