import { expect, test } from 'vitest';
import { decideVerdict } from '../../../agent/guard/decide.ts';
import { type PastDecision, replayPolicy } from '../../../agent/guard/replay.ts';
import { act, cluster, inputFor, noonMs, policyWith } from './fixture.ts';

function decision(n: number, more: Parameters<typeof inputFor>[0] = {}): PastDecision {
  const input = inputFor({ nowMs: noonMs + n, ...more, plan: { decisionId: `D-${n}`, cooldownMs: 0 } });
  return { plan: input.plan, verdict: decideVerdict(input) };
}

test('says what another policy would have said', () => {
  const asking = policyWith({}, 'replace:rules: [{ id: k, effect: ask, actions: ["*"], why: careful }]');
  expect(replayPolicy([decision(1)], asking, cluster())).toMatchObject([
    { decisionId: 'D-1', was: 'auto', now: 'ask', rule: 'k', why: 'careful' },
  ]);
});

test('counts budgets by what this policy itself would have let act', () => {
  const once = policyWith({ changeBudget: '{ perTarget: 1 per 30m, perCluster: 9 per 1h }' });
  const replayed = replayPolicy([decision(1), decision(2), decision(3)], once, cluster());
  expect(replayed.map((one) => one.now)).toEqual(['auto', 'deny', 'deny']);
  const never = policyWith({}, 'replace:rules: []');
  expect(replayPolicy([decision(1), decision(2)], never, cluster()).map((one) => one.rule)).toEqual([
    'default',
    'default',
  ]);
});

test('keeps the brakes of the time, and denies what is gone', () => {
  const stopped = decision(1, { facts: { stop: 'drill' } });
  expect(replayPolicy([stopped], policyWith(), cluster())).toMatchObject([{ was: 'deny', now: 'deny', rule: 'stop' }]);
  const gone = decision(2, { actions: [act('instance.restart', 'worker-6')] });
  const without = cluster({ instances: cluster().instances.filter((one) => one.id !== 'worker-6') });
  expect(replayPolicy([gone], policyWith(), without)).toMatchObject([{ now: 'deny', rule: 'knownTargets' }]);
});
