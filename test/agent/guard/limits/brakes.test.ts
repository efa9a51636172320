import { expect, test } from 'vitest';
import { decideVerdict } from '../../../../agent/guard/decide.ts';
import { act, answer, cluster, codeOf, facts, inputFor, noonMs, planFor, policyWith } from '../fixture.ts';

test('STOP denies, and no STOP does not', () => {
  expect(answer()).toBe('auto any');
  expect(answer({ facts: { stop: 'engaged by hand' } })).toBe('deny stop');
  expect(codeOf({ facts: { stop: 'engaged by hand' } })).toBe('GUARD_STOP');
  expect(answer({ facts: { stop: '' } })).toBe('deny stop');
});

test('a pause denies new plans and lets an undo go on', () => {
  const action = act('instance.stop', 'worker-1');
  const undo = act('instance.start', 'worker-1');
  const plan = { steps: [{ id: 's1', action, timeoutMs: 1, predict: null, undo, undoReason: null }] };
  expect(answer({ facts: { paused: 'look' } })).toBe('deny paused');
  expect(answer({ actions: [action], plan, purpose: 'undo', facts: { paused: 'look' } })).toMatch(/^auto/);
});

test('the lease must be held, up to the last millisecond', () => {
  const lease = (leftMs: number) => ({ facts: { lease: { epoch: 1, expiresAtMs: noonMs + leftMs } } });
  expect(answer(lease(1))).toBe('auto any');
  expect(answer(lease(0))).toBe('deny lease');
  expect(answer({ facts: { lease: null } })).toBe('deny lease');
  expect(answer(lease(Number.NaN))).toBe('deny lease');
});

test('one plan is in flight at a time', () => {
  const other = planFor([act('node.cordon', 'node-1')], cluster(), { decisionId: 'D-2' });
  expect(answer({ facts: { inFlight: [] } })).toBe('auto any');
  expect(answer({ facts: { inFlight: [other] } })).toBe('deny inFlight');
});

test('facts must have been read for this decision', () => {
  expect(answer({ facts: { freshlyRead: true } })).toBe('auto any');
  expect(answer({ facts: { freshlyRead: false } })).toBe('deny freshFacts');
});

test('data may be as old as the policy says and not a millisecond older', () => {
  const policy = policyWith({ dataAge: '{ max: 60s }' });
  expect(answer({ policy, facts: { dataAgeMs: 59_999 } })).toBe('auto any');
  expect(answer({ policy, facts: { dataAgeMs: 60_000 } })).toBe('auto any');
  expect(answer({ policy, facts: { dataAgeMs: 60_001 } })).toBe('deny limits.dataAge');
  expect(answer({ policy, facts: { dataAgeMs: Number.NaN } })).toBe('deny limits.dataAge');
  const asking = policyWith({ dataAge: '{ max: 60s, effect: ask }' });
  expect(answer({ policy: asking, facts: { dataAgeMs: 60_001 } })).toBe('ask limits.dataAge');
});

test('an empty or collapsed inventory is never acted on', () => {
  const empty = cluster({ instances: [] });
  expect(answer({ facts: { inventory: empty, baselineInstances: 0 } })).toBe('deny inventory');
  expect(answer({ facts: { baselineInstances: 10 } })).toBe('auto any');
  expect(answer({ facts: { baselineInstances: 20 } })).toBe('auto any');
  expect(answer({ facts: { baselineInstances: 21 } })).toBe('deny inventory');
});

test('a storm needs more than the share, enough entities and two workloads', () => {
  const policy = policyWith({ storm: '{ unhealthyOver: "40%", atLeast: 3 }' });
  const down = (...ids: string[]) => answer({ policy, facts: { unhealthyInstances: new Set(ids) } });
  expect(down('worker-1', 'worker-2', 'worker-3', 'gateway-1')).toBe('auto any'); // exactly 40 %
  expect(down('worker-1', 'worker-2', 'worker-3', 'worker-4', 'gateway-1')).toBe('deny limits.storm');
  expect(down('worker-1', 'worker-2', 'worker-3', 'worker-4', 'worker-5', 'worker-6')).toBe('auto any'); // one workload
  const small = policyWith({ storm: '{ unhealthyOver: "10%", atLeast: 3 }' });
  const few = (...ids: string[]) => answer({ policy: small, facts: { unhealthyInstances: new Set(ids) } });
  expect(few('worker-2', 'gateway-1')).toBe('auto any');
  expect(few('worker-2', 'worker-3', 'gateway-1')).toBe('deny limits.storm');
});

test('a storm does not count names that the inventory does not know', () => {
  const policy = policyWith({ storm: '{ unhealthyOver: "20%", atLeast: 3 }' });
  const unhealthyInstances = new Set(['ghost-1', 'ghost-2', 'ghost-3', 'worker-2']);
  expect(answer({ policy, facts: facts({ unhealthyInstances }) })).toBe('auto any');
});

test('a workload of which too much is unhealthy is not mended instance by instance', () => {
  const policy = policyWith({ fixable: '{ unhealthyOver: "50%", atLeast: 3 }' });
  const down = (...ids: string[]) => answer({ policy, facts: { unhealthyInstances: new Set(ids) } });
  expect(down('worker-1', 'worker-2', 'worker-3')).toBe('auto any'); // exactly half of six
  expect(down('worker-1', 'worker-2', 'worker-3', 'worker-4')).toBe('ask limits.fixable');
  expect(
    codeOf({ policy, facts: { unhealthyInstances: new Set(['worker-1', 'worker-2', 'worker-3', 'worker-4']) } }),
  ).toBe('GUARD_NOT_FIXABLE');
  expect(down('worker-1', 'gateway-1', 'broker-1', 'broker-2')).toBe('auto any'); // other workloads
  const few = policyWith({ fixable: '{ unhealthyOver: "10%", atLeast: 3, effect: deny }' });
  const small = (...ids: string[]) => answer({ policy: few, facts: { unhealthyInstances: new Set(ids) } });
  expect(small('worker-1', 'worker-2')).toBe('auto any');
  expect(small('worker-1', 'worker-2', 'worker-3')).toBe('deny limits.fixable');
});

test('a person is called however doubtful the view and however bad the day; whoever also changes something waits', () => {
  const page = act('person.page', 'test', { severity: 2, summary: 'look' });
  const restart = act('instance.restart', 'worker-1');
  const empty = cluster({ instances: [] });
  const red = new Set(['worker-1', 'worker-2', 'worker-3', 'worker-4', 'gateway-1']);
  const stormy = policyWith({ storm: '{ unhealthyOver: "40%", atLeast: 3 }' });
  const poor = policyWith({ errorBudget: '{ slo: orders, under: "25%" }' });
  const doubts = [
    { name: 'inventory', given: { facts: { inventory: empty, baselineInstances: 10 } } },
    { name: 'limits.dataAge', given: { facts: { dataAgeMs: 7_200_000 } } },
    { name: 'limits.storm', given: { policy: stormy, facts: { unhealthyInstances: red } } },
    { name: 'limits.errorBudget', given: { policy: poor, facts: { slos: [] } } },
  ];
  for (const { name, given } of doubts) {
    const called = decideVerdict(inputFor({ ...given, actions: [page] })).checks.find((check) => check.name === name);
    expect(called).toMatchObject({ ok: true, why: expect.stringMatching(/; calling a person changes nothing$/) });
    for (const actions of [[restart], [page, restart]]) {
      const waits = decideVerdict(inputFor({ ...given, actions })).checks.find((check) => check.name === name);
      expect(waits?.ok).toBe(false);
    }
  }
});

test('a doubt still holds back an undo, which is never a call', () => {
  const action = act('person.page', 'test', { severity: 2, summary: 'look' });
  const plan = { steps: [{ id: 's1', action, timeoutMs: 1, predict: null, undo: null, undoReason: 'a page' }] };
  expect(answer({ actions: [action], plan, purpose: 'undo', facts: { dataAgeMs: 7_200_000 } })).toMatch(/^deny/);
});

test('STOP and a lost lease keep a call back as well', () => {
  const actions = [act('person.page', 'test', { severity: 2, summary: 'look' })];
  expect(answer({ actions, facts: { stop: 'engaged by hand' } })).toBe('deny stop');
  expect(answer({ actions, facts: { lease: null } })).toBe('deny lease');
});
