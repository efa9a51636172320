import { expect, test } from 'vitest';
import { act, answer, cluster, planFor, policyWith, step } from '../fixture.ts';

const restarts = (...ids: string[]) => ids.map((id) => act('instance.restart', id));

test('as many targets at once as the policy says, and no more', () => {
  const policy = policyWith({ targetsAtOnce: '2' });
  expect(answer({ policy, actions: restarts('worker-1') })).toBe('auto any');
  expect(answer({ policy, actions: restarts('worker-1', 'worker-2') })).toBe('auto any');
  expect(answer({ policy, actions: restarts('worker-1', 'worker-2', 'worker-3') })).toBe('deny limits.targetsAtOnce');
});

test('judging one step does not hide the targets of the others', () => {
  const policy = policyWith({ targetsAtOnce: '2' });
  const actions = restarts('worker-1', 'worker-2', 'worker-3');
  expect(answer({ policy, actions, stepIds: ['s1'] })).toBe('deny limits.targetsAtOnce');
});

test('two actions on one node are one target', () => {
  const policy = policyWith({ targetsAtOnce: '1' });
  expect(answer({ policy, actions: [act('node.cordon', 'node-1'), act('node.uncordon', 'node-1')] })).toBe('auto any');
});

test('the share of a workload taken at once is bounded', () => {
  const policy = policyWith({ capacityAtOnce: '50%' });
  expect(answer({ policy, actions: restarts('worker-1', 'worker-2', 'worker-3') })).toBe('auto any');
  const four = restarts('worker-1', 'worker-2', 'worker-3', 'worker-4');
  expect(answer({ policy, actions: four })).toBe('deny limits.capacityAtOnce');
  expect(answer({ policy, actions: four, facts: { unhealthyInstances: new Set(['worker-4']) } })).toBe('auto any');
});

test('enough healthy members remain: the last one that may go is the boundary', () => {
  const policy = policyWith({ keepHealthy: '{ worker: "60%" }' }); // 3.6 of 6: four must stay
  expect(answer({ policy, actions: restarts('worker-1', 'worker-2') })).toBe('auto any');
  expect(answer({ policy, actions: restarts('worker-1', 'worker-2', 'worker-3') })).toBe('deny limits.keepHealthy');
  const facts = { unhealthyInstances: new Set(['worker-6']) };
  expect(answer({ policy, actions: restarts('worker-1'), facts })).toBe('auto any');
  expect(answer({ policy, actions: restarts('worker-1', 'worker-2'), facts })).toBe('deny limits.keepHealthy');
});

test('a count of members works as well as a share', () => {
  const policy = policyWith({ keepHealthy: '{ worker: 5 }' });
  expect(answer({ policy, actions: restarts('worker-1') })).toBe('auto any');
  expect(answer({ policy, actions: restarts('worker-1', 'worker-2') })).toBe('deny limits.keepHealthy');
});

test('what is down already costs nothing, even below the minimum', () => {
  const policy = policyWith({ keepHealthy: '{ worker: "100%" }' });
  const unhealthyInstances = new Set(['worker-1', 'worker-2', 'worker-3', 'worker-4']);
  expect(answer({ policy, actions: restarts('worker-1'), facts: { unhealthyInstances } })).toBe('auto any');
  expect(answer({ policy, actions: restarts('worker-5'), facts: { unhealthyInstances } })).toBe(
    'deny limits.keepHealthy',
  );
});

test('starting what runs takes nothing', () => {
  const policy = policyWith({ keepHealthy: '{ worker: "100%" }' });
  expect(answer({ policy, actions: [act('instance.start', 'worker-1')] })).toBe('auto any');
});

test('a scale-in takes healthy members, a scale-out none', () => {
  const policy = policyWith({ keepHealthy: '{ worker: "60%" }' });
  const to = (count: number) => answer({ policy, actions: [act('workload.scale', 'worker', { to: count })] });
  expect(to(12)).toBe('auto any');
  expect(to(4)).toBe('auto any');
  expect(to(3)).toBe('deny limits.keepHealthy');
  expect(to(0)).toBe('deny limits.keepHealthy');
});

test('a role that the policy does not name keeps half of its members', () => {
  const policy = policyWith({ keepHealthy: '{}' });
  expect(answer({ policy, actions: restarts('worker-1', 'worker-2', 'worker-3') })).toBe('auto any');
  expect(answer({ policy, actions: restarts('worker-1', 'worker-2', 'worker-3', 'worker-4') })).toMatch(/^deny/);
  expect(answer({ policy, actions: restarts('gateway-1') })).toBe('deny limits.keepHealthy');
});

test('healthy members are taken from one zone at a time', () => {
  const policy = policyWith({ oneFailureDomainAtATime: 'true' });
  expect(answer({ policy, actions: restarts('worker-1', 'worker-4') })).toBe('auto any'); // both in zone-a
  expect(answer({ policy, actions: restarts('worker-1', 'worker-2') })).toBe('deny limits.oneFailureDomainAtATime');
  const unhealthyInstances = new Set(['worker-2']);
  expect(answer({ policy, actions: restarts('worker-1', 'worker-2'), facts: { unhealthyInstances } })).toBe('auto any');
});

test('plans in flight use up capacity and their zone, even for an undo', () => {
  const other = planFor(restarts('worker-5', 'worker-6'), cluster(), { decisionId: 'D-2' });
  const stop = act('instance.stop', 'worker-1');
  const undone = step(act('instance.start', 'worker-1'), { undo: stop });
  const undo = { purpose: 'undo', plan: { steps: [undone] }, facts: { inFlight: [other] } } as const;
  expect(answer({ ...undo, policy: policyWith({ keepHealthy: '{ worker: 3 }' }) })).toMatch(/^auto/);
  expect(answer({ ...undo, policy: policyWith({ keepHealthy: '{ worker: 4 }' }) })).toBe('deny limits.keepHealthy');
  expect(answer({ ...undo, policy: policyWith({ oneFailureDomainAtATime: 'true' }) })).toBe(
    'deny limits.oneFailureDomainAtATime',
  );
  expect(answer({ ...undo, policy: policyWith({ capacityAtOnce: '49%' }) })).toBe('deny limits.capacityAtOnce');
  expect(answer({ ...undo, policy: policyWith({ targetsAtOnce: '2' }) })).toBe('deny limits.targetsAtOnce');
});
