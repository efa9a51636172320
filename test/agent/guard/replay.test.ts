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

const limited = (key: string, text: string) => policyWith({ [key]: text });
const nowOf = (past: readonly PastDecision[], policy: ReturnType<typeof policyWith>) =>
  replayPolicy(past, policy, cluster()).map(({ now, rule }) => `${now} ${rule}`);

/** A decision whose verdict said these checks, failed, and nothing else. */
function brakedBy(...brakes: readonly [name: string, effect: 'ask' | 'deny'][]): PastDecision {
  const past = decision(1);
  const checks = brakes.map(([name, effect]) => ({
    name,
    ok: false,
    effect,
    why: `${name} then`,
    code: null,
    retryAfterMs: null,
  }));
  return { ...past, verdict: { ...past.verdict, checks: [...past.verdict.checks.slice(0, 1), ...checks] } };
}

test('of the brakes of the time the strictest counts, and of other checks none', () => {
  expect(nowOf([brakedBy(['holds', 'ask'], ['paused', 'deny'])], policyWith())).toEqual(['deny paused']);
  expect(nowOf([brakedBy(['holds', 'ask'], ['lease', 'ask'])], policyWith())).toEqual(['ask holds']);
  expect(nowOf([brakedBy(['limits.storm', 'deny'], ['mode', 'ask'])], policyWith())).toEqual(['auto any']);
});

test('a policy that is as strict as a brake of the time, or stricter, speaks itself', () => {
  const asking = policyWith({}, 'replace:rules: [{ id: k, effect: ask, actions: ["*"], why: careful }]');
  expect(nowOf([brakedBy(['holds', 'ask'])], asking)).toEqual(['ask k']);
  expect(nowOf([brakedBy(['holds', 'ask'])], policyWith({}, 'replace:rules: []'))).toEqual(['deny default']);
});

test('what the plan counted as down then costs no capacity', () => {
  const tight = limited('keepHealthy', '{ worker: 6 }');
  const down = decision(1);
  const past = { ...down, plan: { ...down.plan, blastRadius: { ...down.plan.blastRadius, healthyInstances: [] } } };
  expect(nowOf([past], tight)).toEqual(['auto any']);
  expect(nowOf([decision(1)], tight)).toEqual(['deny limits.keepHealthy']);
});

test('error budgets of the time are not known and bind nothing', () => {
  expect(nowOf([decision(1)], limited('errorBudget', '{ slo: s, under: "50%" }'))).toEqual(['auto any']);
});

test('only what would have acted is counted: as a success of the agent that may earn', () => {
  const once = limited('changeBudget', '{ perTarget: 1 per 30m, perCluster: 9 per 1h }');
  const held = brakedBy(['holds', 'deny']);
  expect(nowOf([held, decision(2), decision(3)], once)).toEqual([
    'deny holds',
    'auto any',
    'deny limits.changeBudget.perTarget',
  ]);
  const firstTwo = policyWith(
    {},
    `replace:rules:
  - { id: open, effect: auto, actions: [instance.restart], when: 'record.succeeded < 2.0', why: the first two }
`,
  );
  expect(nowOf([decision(1), decision(2), decision(3)], firstTwo)).toEqual(['auto open', 'auto open', 'deny default']);
  const resting = [1, 2].map((n) => ({ ...decision(n), plan: { ...decision(n).plan, cooldownMs: 60_000 } }));
  expect(nowOf(resting, policyWith())).toEqual(['auto any', 'deny cooldown']);
  const free = policyWith({ personQuiet: '1h', breaker: '{ failed: 1, ineffective: 1 }' });
  expect(nowOf([decision(1), decision(2), decision(3)], free)).toEqual(['auto any', 'auto any', 'auto any']);
});
