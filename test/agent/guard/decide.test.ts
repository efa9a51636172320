import { expect, test } from 'vitest';
import { decideVerdict } from '../../../agent/guard/decide.ts';
import type { Approval } from '../../../model/approval.ts';
import { act, answer, approval, inputFor, noonMs, past, policyWith } from './fixture.ts';

const rules = (text: string) => policyWith({}, `replace:rules:\n${text}`);
const rule = (id: string, effect: string, more = '') =>
  `  - { id: ${id}, effect: ${effect}, actions: [instance.restart], why: because of ${id}${more} }\n`;

test('an action that no rule names is denied', () => {
  expect(answer({ policy: policyWith({}, 'replace:rules: []') })).toBe('deny default');
  expect(answer({ policy: rules(rule('a', 'auto')), actions: [act('instance.start', 'worker-1')] })).toBe(
    'deny default',
  );
});

test('the strictest of the matching rules decides, in any order', () => {
  const [deny, ask, auto] = [rule('d', 'deny'), rule('k', 'ask'), rule('o', 'auto')];
  for (const text of [deny + ask + auto, auto + ask + deny, ask + deny + auto]) {
    expect(answer({ policy: rules(text) })).toBe('deny d');
  }
  for (const text of [ask + auto, auto + ask]) expect(answer({ policy: rules(text) })).toBe('ask k');
  expect(answer({ policy: rules(auto) })).toBe('auto o');
});

test('every action of a plan needs a rule', () => {
  const policy = rules(rule('a', 'auto'));
  const actions = [act('instance.restart', 'worker-1'), act('node.cordon', 'node-1')];
  expect(answer({ policy, actions })).toBe('deny default');
});

test('a verdict names its rule, its reason, its policy and its checks', () => {
  const policy = rules(rule('a', 'auto'));
  const verdict = decideVerdict(inputFor({ policy }));
  expect(verdict).toMatchObject({ rule: 'a', why: 'because of a', policyHash: policy.hash, mode: 'autonomous' });
  expect(verdict.checks.map((check) => check.name)).toEqual(
    expect.arrayContaining(['stop', 'lease', 'limits.keepQuorum', 'limits.storm', 'rule.a', 'mode']),
  );
});

test('an exception inside is a deny', () => {
  const input = inputFor();
  const broken = { ...input, facts: { ...input.facts, inventory: null as never } };
  expect(decideVerdict(broken)).toMatchObject({ effect: 'deny', rule: 'guard' });
  expect(decideVerdict(broken).checks[0]?.code).toBe('GUARD_ERROR');
});

test('an undo needs no rule that allows it, but a rule that denies it holds', () => {
  const action = act('instance.stop', 'worker-1');
  const undo = act('instance.start', 'worker-1');
  const plan = { steps: [{ id: 's1', action, timeoutMs: 1, predict: null, undo, undoReason: null }] };
  const given = { actions: [action], plan, purpose: 'undo' } as const;
  expect(answer({ ...given, policy: rules(rule('a', 'auto')) })).toMatch(/^auto/);
  const never = '  - { id: never, effect: deny, actions: [instance.start], why: no }\n';
  expect(answer({ ...given, policy: rules(never) })).toBe('deny never');
  expect(answer({ ...given, facts: { stop: 'x' } })).toBe('deny stop');
  expect(answer({ ...given, facts: { lease: null } })).toBe('deny lease');
  expect(answer({ ...given, plan: {} })).toBe('deny targets');
});

const asking = rules(rule('k', 'ask'));

test('an approval satisfies an ask and never a deny', () => {
  expect(answer({ policy: asking })).toBe('ask k');
  expect(answer({ policy: asking, approval: approval() })).toMatch(/^auto/);
  expect(answer({ policy: asking, approval: approval(), facts: { stop: 'x' } })).toBe('deny stop');
  expect(answer({ policy: rules(rule('d', 'deny')), approval: approval() })).toBe('deny d');
  expect(answer({ policy: policyWith({}, 'replace:rules: []'), approval: approval() })).toBe('deny default');
});

test.each<[string, Partial<Approval>]>([
  ['for another plan', { planHash: 'hash-2' }],
  ['for another decision', { id: 'D-2' }],
  ['that is still open', { state: 'requested' }],
  ['that nobody gave', { answers: [] }],
  [
    'by somebody outside the group',
    { answers: [{ ...approval().answers[0]!, person: { id: 'unix:eve', via: 'cli' } }] },
  ],
  ['by a display name', { answers: [{ ...approval().answers[0]!, person: { id: 'maria', via: 'cli' } }] }],
  ['by whoever asked', { requestedBy: { id: 'unix:maria', via: 'cli' } }],
])('an approval %s does not', (_name, more) => {
  expect(answer({ policy: asking, approval: approval(more) })).toBe('ask k');
});

test('an unused approval lapses', () => {
  const given = (agoMs: number) => approval({ answers: [{ ...approval().answers[0]!, atMs: noonMs - agoMs }] });
  expect(answer({ policy: asking, approval: given(599_999) })).toMatch(/^auto/);
  expect(answer({ policy: asking, approval: given(600_000) })).toBe('ask k');
});

test('a plan that has begun keeps its approval, and one that has ended has spent it', () => {
  const old = approval({ answers: [{ ...approval().answers[0]!, atMs: noonMs - 3_600_000 }] });
  const own = (outcome: 'succeeded' | null) => ({ history: [past({ decisionId: 'D-1', outcome })] });
  expect(answer({ policy: asking, approval: old, facts: own(null) })).toMatch(/^auto/);
  expect(answer({ policy: asking, approval: approval(), facts: own('succeeded') })).toBe('ask k');
});

test('a no stands even where the rules would let it pass by now', () => {
  for (const state of ['rejected', 'revoked'] as const) {
    expect(answer({ approval: approval({ state }) })).toBe('deny approval');
  }
  expect(answer({ policy: asking, approval: approval({ state: 'expired' }) })).toBe('deny approval');
  expect(answer({ policy: asking, approval: approval({ state: 'withdrawn' }) })).toBe('deny approval');
});

test('a policy that now wants more people is not satisfied by an earlier approval', () => {
  const two = rules(rule('k', 'ask', ', approval: { from: [oncall, platform], need: 2, oneFromEach: true }'));
  expect(answer({ policy: two, approval: approval() })).toBe('ask k');
  const lena = { person: { id: 'unix:lena', via: 'cli' }, answer: 'approve', atMs: noonMs, reason: null } as const;
  const ivo = { ...lena, person: { id: 'unix:ivo', via: 'cli' } } as const;
  const [maria] = approval().answers;
  expect(answer({ policy: two, approval: approval({ answers: [maria!, lena] }) })).toMatch(/^auto/);
  expect(answer({ policy: two, approval: approval({ answers: [maria!, ivo] }) })).toBe('ask k');
  expect(answer({ policy: two, approval: approval({ answers: [maria!, maria!] }) })).toBe('ask k');
});

test('waiting is offered only where it alone would help', () => {
  const history = [past({ atMs: noonMs - 1_000 })];
  const verdict = (facts: object) => decideVerdict(inputFor({ facts }));
  expect(verdict({ history }).retryAfterMs).toBe(599_000);
  expect(verdict({ history, stop: 'x' }).retryAfterMs).toBeNull();
  expect(
    decideVerdict(
      inputFor({ nowMs: noonMs + 599_000, facts: { history, lease: { epoch: 1, expiresAtMs: noonMs * 2 } } }),
    ).effect,
  ).toBe('auto');
});

test('says what would make it auto, alone or together', () => {
  const would = (given: Parameters<typeof inputFor>[0]) => decideVerdict(inputFor(given)).wouldBeAutoIf;
  expect(would({})).toEqual([]);
  expect(would({ mode: 'observe' })).toEqual(['mode: guarded']);
  expect(would({ facts: { stop: 'x', paused: 'y' } })).toEqual(['STOP were released and the agent were resumed']);
  expect(would({ policy: asking })).toEqual(['1 of oncall approved']);
  expect(would({ policy: rules(rule('d', 'deny')) })).toEqual([]);
  const sure = rules(rule('s', 'auto', ', when: diagnosis.confidence > 0.95 && target.role == "worker"'));
  expect(would({ policy: sure })).toEqual(['diagnosis.confidence > 0.95']);
});
