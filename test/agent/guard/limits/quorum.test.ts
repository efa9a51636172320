import { expect, test } from 'vitest';
import type { Inventory } from '../../../../model/inventory.ts';
import { act, answer, cluster, planFor, step } from '../fixture.ts';

const restart = (...ids: string[]) => ids.map((id) => act('instance.restart', id));

function group(offline: readonly string[], more: Partial<Inventory['replicaGroups'][number]> = {}): Inventory {
  const [orders] = cluster().replicaGroups;
  const members = orders!.members.map((one) =>
    offline.includes(one.instanceId) ? { ...one, online: false, inSync: false } : one,
  );
  return cluster({ replicaGroups: [{ ...orders!, members, ...more }] });
}

test('one of three members may go, the second may not', () => {
  expect(answer({ actions: restart('broker-1') })).toBe('auto any');
  expect(answer({ actions: restart('broker-1', 'broker-2') })).toBe('deny limits.keepQuorum');
});

test('with one member down no healthy one may go, and the one that is down may be restarted', () => {
  const facts = { inventory: group(['broker-3']) };
  expect(answer({ actions: restart('broker-1'), facts })).toBe('deny limits.keepQuorum');
  expect(answer({ actions: restart('broker-3'), facts })).toBe('auto any');
});

test('a group that lost its quorum may still be mended', () => {
  const facts = { inventory: group(['broker-2', 'broker-3']) };
  expect(answer({ actions: restart('broker-2'), facts })).toBe('auto any');
  expect(answer({ actions: restart('broker-1'), facts })).toBe('deny limits.keepQuorum');
});

test('the minimum in sync binds where it is above the quorum', () => {
  expect(answer({ actions: restart('broker-1'), facts: { inventory: group([], { minInSync: 2 }) } })).toBe('auto any');
  expect(answer({ actions: restart('broker-1'), facts: { inventory: group([], { minInSync: 3 }) } })).toBe(
    'deny limits.keepQuorum',
  );
});

test('a member that is online but out of sync does not count', () => {
  const members = cluster().replicaGroups[0]!.members.map((one) => ({ ...one, inSync: one.instanceId !== 'broker-3' }));
  const facts = { inventory: group([], { members }) };
  expect(answer({ actions: restart('broker-1'), facts })).toBe('deny limits.keepQuorum');
});

test('an unhealthy member that is still in sync counts as lost', () => {
  const facts = { inventory: group(['broker-3']), unhealthyInstances: new Set(['broker-1']) };
  expect(answer({ actions: restart('broker-1'), facts })).toBe('deny limits.keepQuorum');
});

test('node actions and scale-ins cost their members too', () => {
  const facts = { inventory: group(['broker-3']) };
  for (const name of ['node.drain', 'node.reboot', 'node.park'] as const) {
    expect(answer({ actions: [act(name, 'node-1')], facts })).toBe('deny limits.keepQuorum');
    expect(answer({ actions: [act(name, 'node-4')], facts })).toBe('auto any');
  }
  expect(answer({ actions: [act('workload.scale', 'broker', { to: 2 })] })).toBe('auto any');
  expect(answer({ actions: [act('workload.scale', 'broker', { to: 1 })] })).toBe('deny limits.keepQuorum');
  expect(answer({ actions: [act('workload.rollback', 'broker', { toVersion: 'v0' })] })).toBe('deny limits.keepQuorum');
});

test('members that a plan in flight takes are gone already', () => {
  const other = planFor(restart('broker-3'), cluster(), { decisionId: 'D-2' });
  const steps = [step(act('instance.start', 'broker-1'), { undo: act('instance.stop', 'broker-1') })];
  const undo = (inFlight: (typeof other)[]) => answer({ purpose: 'undo', plan: { steps }, facts: { inFlight } });
  expect(undo([])).toMatch(/^auto/);
  expect(undo([other])).toBe('deny limits.keepQuorum');
});

test('a leader moves only to a member that is online and in sync', () => {
  const move = (to: string | null, offline: string[] = []) => {
    const actions = [act('replica.transfer-leader', 'orders', { from: 'broker-1', to })];
    return answer({ actions, facts: { inventory: group(offline) } });
  };
  expect(move('broker-2')).toBe('auto any');
  expect(move(null)).toBe('auto any');
  expect(move('broker-2', ['broker-2'])).toBe('deny limits.keepQuorum');
  expect(move('worker-1')).toBe('deny limits.keepQuorum');
  expect(move(null, ['broker-2', 'broker-3'])).toBe('deny limits.keepQuorum');
});
