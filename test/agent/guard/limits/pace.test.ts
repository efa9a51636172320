import { expect, test } from 'vitest';
import { decideVerdict } from '../../../../agent/guard/decide.ts';
import { act, answer, cluster, inputFor, noonMs, past, planFor, policyWith } from '../fixture.ts';

const halfHourMs = 1_800_000;
const worker2 = { kind: 'instance', id: 'worker-2' } as const;

test('one change per target and window; the window is open again at its very end', () => {
  const policy = policyWith({ changeBudget: '{ perTarget: 1 per 30m, perCluster: 100 per 1h }' });
  const after = (agoMs: number) =>
    answer({ policy, plan: { cooldownMs: 0 }, facts: { history: [past({ atMs: noonMs - agoMs })] } });
  expect(after(halfHourMs)).toBe('auto any');
  expect(after(halfHourMs - 1)).toBe('deny limits.changeBudget.perTarget');
  expect(answer({ policy, facts: { history: [past({ target: worker2 })] } })).toBe('auto any');
});

test('says how long until the budget is free again', () => {
  const policy = policyWith({ changeBudget: '{ perTarget: 1 per 30m, perCluster: 100 per 1h }' });
  const history = [past({ atMs: noonMs - halfHourMs + 1_234 })];
  const verdict = decideVerdict(inputFor({ policy, plan: { cooldownMs: 0 }, facts: { history } }));
  expect(verdict.retryAfterMs).toBe(1_234);
});

test('the budget of the cluster counts actions of everybody', () => {
  const policy = policyWith({ changeBudget: '{ perTarget: 100 per 1h, perCluster: 3 per 1h }' });
  const changes = (count: number, by: 'agent' | 'person') =>
    Array.from({ length: count }, (_, index) =>
      past({ by, decisionId: by === 'agent' ? `D-${index + 50}` : null, target: { kind: 'node', id: 'node-3' } }),
    );
  expect(answer({ policy, facts: { history: changes(2, 'agent') } })).toBe('auto any');
  expect(answer({ policy, facts: { history: changes(3, 'agent') } })).toBe('deny limits.changeBudget.perCluster');
  expect(answer({ policy, facts: { history: changes(3, 'person') } })).toBe('deny limits.changeBudget.perCluster');
});

test('planned steps count, the plan’s own past does not count twice, and undo and pages not at all', () => {
  const policy = policyWith({ changeBudget: '{ perTarget: 100 per 1h, perCluster: 2 per 1h }' });
  const two = [act('instance.restart', 'worker-1'), act('instance.restart', 'worker-4')];
  expect(answer({ policy, actions: two })).toBe('auto any');
  expect(answer({ policy, actions: [...two, act('instance.restart', 'worker-5')] })).toMatch(/perCluster$/);
  expect(answer({ policy, actions: two, facts: { history: [past({ decisionId: 'D-1', outcome: null })] } })).toBe(
    'auto any',
  );
  expect(answer({ policy, actions: two, facts: { history: [past({ target: worker2, purpose: 'undo' })] } })).toBe(
    'auto any',
  );
  const page = past({ target: { kind: 'cluster', id: 'test' }, name: 'person.page' });
  expect(answer({ policy, actions: two, facts: { history: [page] } })).toBe('auto any');
});

test('steps in flight that are not yet in the history are counted', () => {
  const policy = policyWith({ changeBudget: '{ perTarget: 1 per 30m, perCluster: 100 per 1h }' });
  const other = planFor([act('instance.restart', 'worker-1')], cluster(), { decisionId: 'D-2' });
  const { checks } = decideVerdict(inputFor({ policy, facts: { inFlight: [other] } }));
  expect(checks.find((check) => check.name === 'limits.changeBudget.perTarget')?.ok).toBe(false);
});

test('a target rests for the cooldown, to the millisecond, whichever playbook acted', () => {
  const after = (agoMs: number, more = {}) =>
    answer({
      plan: { cooldownMs: 600_000 },
      facts: { history: [past({ atMs: noonMs - agoMs, playbook: 'other', ...more })] },
    });
  expect(after(600_000)).toBe('auto any');
  expect(after(599_999)).toBe('deny cooldown');
  expect(after(1, { target: worker2 })).toBe('auto any');
  expect(after(1, { purpose: 'undo' })).toBe('auto any');
  expect(after(1, { decisionId: 'D-1', outcome: null })).toBe('auto any');
});

test('what the engine has refused twice is not asked again by the same playbook before its cooldown is over', () => {
  const refusal = (agoMs: number, playbook: string) => past({ atMs: noonMs - agoMs, playbook, outcome: 'error' });
  const after = (agoMs: number, playbook: string, earlier: readonly number[] = [1_100_000]) =>
    answer({
      plan: { playbook: 'add-workers', cooldownMs: 600_000 },
      facts: { history: [], refusals: [...earlier, agoMs].map((ms) => refusal(ms, playbook)) },
    });
  expect(after(600_000, 'add-workers')).toBe('auto any');
  expect(after(599_999, 'add-workers')).toBe('deny cooldown');
  expect(after(1, 'add-workers', [])).toBe('auto any');
  expect(after(1, 'add-workers', [1_200_000])).toBe('auto any');
  expect(after(1, 'restart')).toBe('auto any');
});

test('a condition must have lasted for its hold-down', () => {
  const policy = policyWith({ holdDown: '{ instance-crash: 5s, broker: 30s }' });
  const lasted = (ms: number, id = 'worker-1') =>
    answer({ policy, actions: [act('instance.restart', id)], facts: { causeSinceMs: noonMs - ms } });
  expect(lasted(5_000)).toBe('auto any');
  expect(lasted(4_999)).toBe('deny limits.holdDown');
  expect(lasted(29_999, 'broker-1')).toBe('deny limits.holdDown');
  expect(lasted(30_000, 'broker-1')).toBe('auto any');
  expect(lasted(Number.NaN)).toBe('deny limits.holdDown');
});

test('hold-downs have defaults, and waiting is offered', () => {
  const policy = policyWith({ holdDown: '{}' });
  const cause = {
    kind: 'instance-hang',
    entity: { kind: 'instance', id: 'worker-1' },
    confidence: 1,
    signals: 2,
  } as const;
  const verdict = decideVerdict(inputFor({ policy, plan: { cause }, facts: { causeSinceMs: noonMs - 10_000 } }));
  expect(verdict).toMatchObject({ effect: 'deny', rule: 'limits.holdDown', retryAfterMs: 5_000 });
  expect(verdict.wouldBeAutoIf).toEqual(['5 s from now']);
});

test('an undo is exempt from budgets, cooldown, hold-down and windows', () => {
  const policy = policyWith(
    { changeBudget: '{ perTarget: 1 per 30m, perCluster: 1 per 1h }', holdDown: '{ instance-crash: 1h }' },
    'windows: { always: { cron: "0 0 * * *", lasts: 24h, effect: deny, why: test } }',
  );
  const action = act('instance.stop', 'worker-1');
  const undo = act('instance.start', 'worker-1');
  const plan = { steps: [{ id: 's1', action, timeoutMs: 1, predict: null, undo, undoReason: null }] };
  const facts = { history: [past({})], causeSinceMs: noonMs };
  expect(answer({ policy, actions: [action], plan, facts })).toMatch(/^deny/);
  expect(answer({ policy, actions: [action], plan, facts, purpose: 'undo' })).toMatch(/^auto/);
});

const scaled = (id: string) => act('workload.scale', id, { to: 7 });
const page = act('person.page', 'test', { severity: 2, summary: 's' });
const ofOther = { decisionId: 'D-2' } as const;
const why = (given: Parameters<typeof inputFor>[0], name: string) =>
  decideVerdict(inputFor(given)).checks.find((check) => check.name === name)?.why;

test.each<[string, Parameters<typeof past>[0][], string]>([
  ['none of them', [], '3 of 3 per 1 h'],
  ['the first, which then counts as what was done', [{}], '3 of 3 per 1 h'],
  ['another plan the same', [{ decisionId: 'D-9' }], '3 used and 1 planned of 3 per 1 h'],
  ['something else to the same target', [{ name: 'instance.stop' }], '3 used and 1 planned of 3 per 1 h'],
  ['the same to another target', [{ target: worker2 }], '3 used and 1 planned of 3 per 1 h'],
])('steps of a plan in flight count until they are actions; of two it did: %s', (_did, history, numbers) => {
  const policy = policyWith({ changeBudget: '{ perTarget: 9 per 30m, perCluster: 3 per 1h }' });
  const inFlight = [planFor([act('instance.restart', 'worker-1'), scaled('worker'), page], cluster(), ofOther)];
  const done = history.map((one) => past({ ...ofOther, outcome: null, ...one }));
  const given = { policy, actions: [act('instance.restart', 'worker-3'), page], facts: { inFlight, history: done } };
  expect(why(given, 'limits.changeBudget.perCluster')).toBe(numbers);
});

test('a plan in flight counts once per target', () => {
  const policy = policyWith({ changeBudget: '{ perTarget: 1 per 30m, perCluster: 9 per 1h }' });
  const inFlight = [planFor([act('instance.restart', 'worker-2')], cluster(), ofOther)];
  const named = (id: string) =>
    why({ policy, actions: [act('instance.restart', id)], facts: { inFlight } }, 'limits.changeBudget.perTarget');
  expect(named('worker-2')).toBe('instance/worker-2: 1 used and 1 planned of 1 per 30 min');
  expect(named('worker-1')).toBe('at most 1 per 30 min');
});

test('what people do at one moment counts once per target, at two moments twice', () => {
  const policy = policyWith({ changeBudget: '{ perTarget: 2 per 30m, perCluster: 9 per 1h }', personQuiet: '0s' });
  const byPerson = (...agoMs: number[]) =>
    why(
      { policy, facts: { history: agoMs.map((ms) => past({ by: 'person', decisionId: null, atMs: noonMs - ms })) } },
      'limits.changeBudget.perTarget',
    );
  expect(byPerson(7, 7)).toBe('at most 2 per 30 min');
  expect(byPerson(7, 8)).toBe('instance/worker-1: 2 used and 1 planned of 2 per 30 min');
});

test('pages are no changes: neither planned, nor in flight, nor past', () => {
  const policy = policyWith({ changeBudget: '{ perTarget: 1 per 30m, perCluster: 1 per 1h }' });
  const paged = past({ name: 'person.page', target: { kind: 'cluster', id: 'test' } });
  const inFlight = [planFor([page], cluster(), ofOther)];
  const said = decideVerdict(inputFor({ policy, actions: [page, page], facts: { history: [paged], inFlight } })).checks;
  expect(said.filter(({ name, ok }) => name.startsWith('limits.changeBudget') && !ok)).toEqual([]);
});
