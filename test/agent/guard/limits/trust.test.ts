import { expect, test } from 'vitest';
import { decideVerdict } from '../../../../agent/guard/decide.ts';
import { recordKey } from '../../../../agent/guard/track-record.ts';
import type { Rehearsal } from '../../../../model/plan.ts';
import { act, answer, codeOf, inputFor, noonMs, past, policyWith, step } from '../fixture.ts';

const slos = (budgetRatio: number) => [{ sloId: 'orders', value: 1, good: true, badMs: 0, budgetRatio }];

test('observe does nothing and says what it would have done', () => {
  expect(answer({ mode: 'observe' })).toBe('deny mode');
  expect(decideVerdict(inputFor({ mode: 'observe' })).wouldEffect).toBe('auto');
  expect(decideVerdict(inputFor({ mode: 'observe', facts: { stop: 'x' } })).wouldEffect).toBe('deny');
  expect(decideVerdict(inputFor({ mode: 'propose' })).wouldEffect).toBeNull();
});

test('propose asks for everything', () => {
  expect(answer({ mode: 'propose' })).toBe('ask mode');
});

test('the policy’s own mode is a ceiling that the mode in force cannot lift', () => {
  const policy = { ...policyWith(), mode: 'propose' } as const;
  expect(answer({ policy, mode: 'autonomous' })).toBe('ask mode');
});

test('guarded acts alone only on what can be undone or needs no undo', () => {
  expect(answer({ mode: 'guarded' })).toBe('auto any');
  expect(answer({ mode: 'guarded', actions: [act('node.reboot', 'node-4')] })).toBe('ask mode');
  const stop = act('instance.stop', 'worker-1');
  const undo = act('instance.start', 'worker-1');
  expect(answer({ mode: 'guarded', actions: [stop], plan: { steps: [step(stop, { undo })] } })).toBe('auto any');
  expect(answer({ mode: 'guarded', actions: [stop] })).toBe('ask mode');
  expect(answer({ mode: 'autonomous', actions: [stop] })).toBe('auto any');
});

test('a plan that a model preferred asks, unless the policy lets it choose', () => {
  expect(answer({ plan: { origin: 'model' } })).toBe('ask origin');
  const policy = policyWith({}, 'modelMayChoose: [restart-dead-instance]');
  expect(answer({ policy, plan: { origin: 'model' } })).toBe('auto any');
  expect(answer({ policy, plan: { origin: 'model', playbook: 'other' } })).toBe('ask origin');
});

test('a plan that the twin expects to be worse than nothing by a step of its time asks', () => {
  const rehearsed = (spared: number): Rehearsal => ({
    status: 'rehearsed',
    doNothing: [0, 20_000, 90_000],
    withPlan: [0, 30_000, 90_000],
    spared: [-60_000, spared, 60_000],
    recoversAlone: 0,
    horizonMs: 600_000,
    checkpoints: [],
    assumptions: [],
  });
  const given = (rehearsal: Rehearsal) => ({ plan: { rehearsal } });
  expect(answer(given(rehearsed(10_000)))).toBe('auto any');
  expect(answer(given(rehearsed(-9_999)))).toBe('auto any');
  expect(answer(given(rehearsed(-10_000)))).toBe('ask rehearsal');
  expect(codeOf(given(rehearsed(-10_001)))).toBe('GUARD_REHEARSAL');
  expect(answer(given({ status: 'cannot-rehearse', why: 'test' }))).toBe('auto any');
  const why = decideVerdict(inputFor(given(rehearsed(-10_000)))).why;
  expect(why).toBe('30 s of SLO lost with the plan, 20 s doing nothing');
});

test('a window binds from its first millisecond to the one before its end', () => {
  const policy = policyWith({}, 'windows: { freeze: { cron: "0 12 * * *", lasts: 1h, effect: deny, why: test } }');
  const at = (ms: number) =>
    answer({ policy, nowMs: noonMs + ms, facts: { lease: { epoch: 1, expiresAtMs: noonMs + 1e9 } } });
  expect(at(-1)).toBe('auto any');
  expect(at(0)).toBe('deny windows.freeze');
  expect(at(3_599_999)).toBe('deny windows.freeze');
  expect(at(3_600_000)).toBe('auto any');
});

test('of two open windows the strictest decides', () => {
  const policy = policyWith(
    {},
    'windows: { a: { cron: "0 0 * * *", lasts: 24h, effect: ask, why: t }, b: { cron: "0 0 * * *", lasts: 24h, effect: deny, why: t } }',
  );
  expect(answer({ policy })).toBe('deny windows.b');
});

test('an error budget below the bar asks; an SLO that nobody measures counts as spent', () => {
  const policy = policyWith({ errorBudget: '{ slo: orders, under: "25%" }' });
  expect(answer({ policy, facts: { slos: slos(0.26) } })).toBe('auto any');
  expect(answer({ policy, facts: { slos: slos(0.25) } })).toBe('auto any');
  expect(answer({ policy, facts: { slos: slos(0.249) } })).toBe('ask limits.errorBudget');
  const others = [{ ...slos(1)[0]!, sloId: 'others' }, ...slos(0.249)];
  expect(answer({ policy, facts: { slos: others } })).toBe('ask limits.errorBudget');
  expect(answer({ policy, facts: { slos: [] } })).toBe('ask limits.errorBudget');
});

const failures = (count: number, more = {}) =>
  Array.from({ length: count }, (_, index) =>
    past({ decisionId: `D-${100 + index}`, atMs: noonMs - 3_600_000 - index, outcome: 'failed', ...more }),
  );

test('the breaker opens at the number of failures that the policy says, for the same target and cause', () => {
  const open = (history: ReturnType<typeof failures>) => answer({ facts: { history } });
  expect(open(failures(1))).toBe('auto any');
  expect(open(failures(2))).toBe('ask limits.breaker');
  expect(open(failures(2, { outcome: 'error' }))).toBe('ask limits.breaker');
  expect(open(failures(2, { outcome: 'inconclusive' }))).toBe('auto any');
  expect(open(failures(2, { cause: 'memory-leak' }))).toBe('auto any');
  expect(open(failures(2, { target: { kind: 'instance', id: 'worker-2' } }))).toBe('auto any');
  expect(open(failures(2, { decisionId: 'D-100' }))).toBe('auto any'); // one decision, counted once
});

test('fixes that succeed without helping open it too', () => {
  const useless = (count: number) => failures(count, { outcome: 'succeeded', ineffective: true });
  expect(answer({ facts: { history: useless(1) } })).toBe('auto any');
  expect(answer({ facts: { history: useless(2) } })).toBe('ask limits.breaker');
});

test('failures older than the breaker’s window do not open it', () => {
  const dayMs = 86_400_000;
  expect(answer({ facts: { history: failures(2, { atMs: noonMs - dayMs + 1 }) } })).toBe('ask limits.breaker');
  expect(answer({ facts: { history: failures(2, { atMs: noonMs - dayMs }) } })).toBe('auto any');
});

test('an open breaker stays open until a person resets it', () => {
  const openBreakers = new Map([['instance/worker-1', 'twice without effect']] as const);
  expect(answer({ facts: { openBreakers } })).toBe('ask limits.breaker');
  const breakerResetsAtMs = new Map([['instance/worker-1', noonMs - 1]] as const);
  expect(answer({ facts: { history: failures(5), breakerResetsAtMs } })).toBe('auto any');
});

const earnedPolicy = policyWith(
  {},
  'replace:rules:\n  - { id: any, effect: auto, actions: ["*"], why: test, earned: { succeededMin: 5, lowerBound: 0.55 } }',
);
const key = recordKey('any', 'restart-dead-instance', 'worker');
const record = (more = {}) => new Map([[key, { succeeded: 5, failed: 0, lowerBound: 0.55, demoted: false, ...more }]]);

test('autonomy is earned: both bars count, and a failure takes it away', () => {
  const earned = (more = {}) => answer({ policy: earnedPolicy, effectiveRecord: record(more) });
  expect(earned()).toBe('auto any');
  expect(earned({ succeeded: 4 })).toBe('ask earned.any');
  expect(earned({ lowerBound: 0.549 })).toBe('ask earned.any');
  expect(earned({ demoted: true })).toBe('ask earned.any');
  expect(answer({ policy: earnedPolicy, effectiveRecord: new Map() })).toBe('ask earned.any');
});

test('the record is folded from the history where none is given', () => {
  const successes = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      past({ decisionId: `D-${500 + index}`, atMs: noonMs - 7_200_000 - index }),
    );
  const withHistory = (history: ReturnType<typeof past>[]) => answer({ policy: earnedPolicy, facts: { history } });
  expect(withHistory(successes(5))).toBe('auto any');
  expect(withHistory(successes(4))).toBe('ask earned.any');
  expect(
    withHistory([...successes(50), past({ decisionId: 'D-9', outcome: 'failed', atMs: noonMs - 7_200_000 })]),
  ).toBe('ask earned.any');
  expect(withHistory(successes(5).map((one) => ({ ...one, counts: false })))).toBe('ask earned.any');
  expect(withHistory(successes(5).map((one) => ({ ...one, rule: 'other' })))).toBe('ask earned.any');
});

test('a failure counts until a person resets the record of the rule, and of no other', () => {
  const failedAtMs = noonMs - 7_200_000;
  const later = Array.from({ length: 5 }, (_, index) =>
    past({ decisionId: `D-${500 + index}`, atMs: failedAtMs + 1_000 + index }),
  );
  const history = [past({ decisionId: 'D-9', outcome: 'failed', atMs: failedAtMs }), ...later];
  const reset = (rule: string, atMs: number) =>
    answer({ policy: earnedPolicy, facts: { history, recordResetsAtMs: new Map([[rule, atMs]]) } });
  expect(reset('any', failedAtMs + 1)).toBe('auto any');
  expect(reset('any', failedAtMs)).toBe('ask earned.any');
  expect(reset('other', failedAtMs + 1)).toBe('ask earned.any');
  expect(reset('any', failedAtMs + 1_001)).toBe('ask earned.any');
});

test('an ask that nobody could answer is a deny', () => {
  expect(answer({ mode: 'propose', facts: { someoneCanAnswer: true } })).toBe('ask mode');
  expect(answer({ mode: 'propose', facts: { someoneCanAnswer: false } })).toBe('deny approval');
  const nobody = policyWith({}, '');
  expect(answer({ mode: 'propose', policy: { ...nobody, approval: { ...nobody.approval, from: [] } } })).toBe(
    'deny approval',
  );
});
