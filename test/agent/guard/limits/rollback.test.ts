import { expect, test } from 'vitest';
import type { Plan } from '../../../../model/plan.ts';
import { act, answer, type Case, cluster, facts, planFor, policyWith, step } from '../fixture.ts';

/*
 * A rollback replaces its members one by one and waits for each (docs/adr/0008): at any time it takes one member's worth
 * of capacity. Where it matters which member, and while it is in flight, it counts whole.
 */

const rollback = (workload = 'worker') => act('workload.rollback', workload, { toVersion: 'v0' });
const keep = (worker: string | number) => policyWith({ keepHealthy: `{ worker: ${worker}, broker: 0, gateway: 0 }` });
const down = (...ids: string[]) => ({ unhealthyInstances: new Set(ids) });

test('one healthy member is missing at any time: the last that may go is the boundary', () => {
  expect(answer({ policy: keep(4), actions: [rollback()] })).toBe('auto any');
  expect(answer({ policy: keep(5), actions: [rollback()] })).toBe('auto any');
  expect(answer({ policy: keep(6), actions: [rollback()] })).toBe('deny limits.keepHealthy');
});

test('it counts on top of what is down, and takes nothing where all are down', () => {
  const policy = keep(4);
  expect(answer({ policy, actions: [rollback()], facts: down('worker-1') })).toBe('auto any');
  expect(answer({ policy, actions: [rollback()], facts: down('worker-1', 'worker-2') })).toBe(
    'deny limits.keepHealthy',
  );
  const all = down(...Array.from({ length: 6 }, (_, index) => `worker-${index + 1}`));
  expect(answer({ policy: keep(6), actions: [rollback()], facts: all })).toBe('auto any');
});

test('a member that is not ready keeps nothing up, and the next one to go may serve', () => {
  const inventory = cluster();
  const instances = inventory.instances.map((one) => (one.id === 'worker-1' ? { ...one, ready: false } : one));
  const given = { actions: [rollback()], facts: { inventory: { ...inventory, instances } } };
  expect(answer({ ...given, policy: keep(4) })).toBe('auto any');
  expect(answer({ ...given, policy: keep(5) })).toBe('deny limits.keepHealthy');
});

test('the share of capacity is that of one member', () => {
  expect(answer({ policy: policyWith({ capacityAtOnce: '17%' }), actions: [rollback()] })).toBe('auto any');
  expect(answer({ policy: policyWith({ capacityAtOnce: '16%' }), actions: [rollback()] })).toBe(
    'deny limits.capacityAtOnce',
  );
});

test('what else the plan takes from the workload counts besides', () => {
  const withRestart = [rollback(), act('instance.restart', 'worker-1')];
  expect(answer({ policy: keep(4), actions: withRestart })).toBe('auto any');
  expect(answer({ policy: keep(5), actions: withRestart })).toBe('deny limits.keepHealthy');
  const withScaleIn = [rollback(), act('workload.scale', 'worker', { to: 5 })];
  expect(answer({ policy: keep(4), actions: withScaleIn })).toBe('auto any');
  expect(answer({ policy: keep(5), actions: withScaleIn })).toBe('deny limits.keepHealthy');
});

test('it goes through every zone where nothing else is taken meanwhile', () => {
  const policy = policyWith({ oneFailureDomainAtATime: 'true' });
  expect(answer({ policy, actions: [rollback()] })).toBe('auto any');
  expect(answer({ policy, actions: [rollback(), rollback('gateway')] })).toBe('deny limits.oneFailureDomainAtATime');
  expect(answer({ policy, actions: [rollback(), act('instance.restart', 'gateway-1')] })).toBe(
    'deny limits.oneFailureDomainAtATime',
  );
  const unhealthy = down('gateway-1');
  expect(answer({ policy, actions: [rollback(), act('instance.restart', 'gateway-1')], facts: unhealthy })).toBe(
    'deny limits.oneFailureDomainAtATime',
  );
});

test('a group counts all of its members: one that is ready may not be in sync yet', () => {
  expect(answer({ actions: [rollback('broker')] })).toBe('deny limits.keepQuorum');
  const [orders] = cluster().replicaGroups;
  const spread = {
    ...orders!,
    members: orders!.members.map((one, n) => (n === 0 ? one : { ...one, instanceId: `x-${n}` })),
  };
  const one = facts({ inventory: cluster({ replicaGroups: [spread] }) });
  expect(answer({ actions: [rollback('broker')], facts: one })).toBe('auto any');
});

test('a rollback in flight counts whole, for it may still take any of them', () => {
  const other = planFor([rollback()], cluster(), { decisionId: 'D-2' });
  expect(answer({ facts: { inFlight: [other] } })).toBe('deny inFlight');
  expect(undoWith(other, { policy: keep(0) })).toMatch(/^auto/);
  expect(undoWith(other, { policy: keep(1) })).toBe('deny limits.keepHealthy');
  expect(undoWith(other, { policy: policyWith({ oneFailureDomainAtATime: 'true' }) })).toBe(
    'deny limits.oneFailureDomainAtATime',
  );
});

test('undoing a rollback is a rollback: it passes the same limits, beside what is in flight', () => {
  const undone = step(rollback(), { undo: rollback() });
  const undo = (given: Case) => answer({ ...given, purpose: 'undo', plan: { steps: [undone] } });
  expect(undo({ policy: keep(5) })).toMatch(/^auto/);
  expect(undo({ policy: keep(6) })).toBe('deny limits.keepHealthy');
  const restart = planFor([act('instance.restart', 'worker-1')], cluster(), { decisionId: 'D-2' });
  const inFlight = { facts: { inFlight: [restart] } };
  expect(undo({ ...inFlight, policy: keep(4) })).toMatch(/^auto/);
  expect(undo({ ...inFlight, policy: keep(5) })).toBe('deny limits.keepHealthy');
  expect(undo({ ...inFlight, policy: policyWith({ capacityAtOnce: '33%' }) })).toBe('deny limits.capacityAtOnce');
  expect(undo({ ...inFlight, policy: policyWith({ oneFailureDomainAtATime: 'true' }) })).toBe(
    'deny limits.oneFailureDomainAtATime',
  );
});

test('it touches every member: a hold on one of them holds it back', () => {
  const entity = { kind: 'instance', id: 'worker-6' } as const;
  const holds = [{ entity, untilMs: Number.MAX_SAFE_INTEGER, why: 'mine', personId: 'unix:maria' }];
  expect(answer({ actions: [rollback()], facts: { holds } })).toBe('deny holds');
});

/** The answer to undoing a start of worker-1 while another plan is in flight. */
function undoWith(other: Plan, given: Case): string {
  const steps = [step(act('instance.start', 'worker-1'), { undo: act('instance.stop', 'worker-1') })];
  return answer({ ...given, purpose: 'undo', plan: { steps }, facts: { inFlight: [other] } });
}
