import { expect, test } from 'vitest';
import { footprintChanged, footprintOf } from '../../../agent/guard/footprint.ts';
import type { ActionSpec } from '../../../model/actions.ts';
import type { Inventory } from '../../../model/inventory.ts';
import { act, cluster, instance } from './fixture.ts';

function changed(action: ActionSpec, after: Partial<Inventory>): string | null {
  return footprintChanged(footprintOf([action], cluster()), cluster(after));
}

const base = cluster();
const group = base.replicaGroups[0]!;

test('binds to the generation of an instance and to its peers', () => {
  const footprint = footprintOf([act('instance.restart', 'broker-1')], base);
  expect(footprint.targets).toEqual({ 'instance/broker-1': '1' });
  expect(footprint.members).toEqual(['broker-1', 'broker-2', 'broker-3']);
});

test('samples and health do not move it', () => {
  const instances = base.instances.map((one) => ({ ...one, ready: false, state: 'unknown' as const, restarts: 9 }));
  expect(changed(act('instance.restart', 'worker-1'), { instances, version: 7 })).toBeNull();
});

test('a target that is gone, a new peer and another leader move it', () => {
  const without = base.instances.filter((one) => one.id !== 'worker-1');
  expect(changed(act('instance.restart', 'worker-1'), { instances: without })).toBe('instance/worker-1 was 1, is gone');
  const more = [...base.instances, { ...base.instances[0]!, id: 'worker-7' }];
  expect(changed(act('instance.restart', 'worker-1'), { instances: more })).toBe('members changed: +worker-7');
  const led = [{ ...group, leaderId: 'broker-2' }];
  expect(changed(act('replica.transfer-leader', 'orders'), { replicaGroups: led })).toBe(
    'replica-group/orders was broker-1, is broker-2',
  );
});

test('a workload binds to its desired count, a node to its place, a queue to its state, a job to its attempt', () => {
  const workloads = base.workloads.map((one) => ({ ...one, desired: one.desired + 1 }));
  expect(changed(act('workload.scale', 'worker'), { workloads })).toBe('workload/worker was 6@v1, is 7@v1');
  const nodes = base.nodes.map((one) => ({ ...one, cordoned: true }));
  expect(changed(act('node.drain', 'node-1'), { nodes })).toBe('node/node-1 was zone-a, is zone-a cordoned');
  const queues = base.queues.map((one) => ({ ...one, consumerPaused: true }));
  expect(changed(act('queue.pause-consumer', 'orders'), { queues })).toBe('queue/orders was open, is paused');
  const jobs = base.jobs.map((one) => ({ ...one, attempts: 2 }));
  expect(changed(act('job.restart', 'job-1'), { jobs })).toBe('job/job-1 was 1, is 2');
});

test('what has nothing to do with the plan does not move it', () => {
  const instances = base.instances.map((one) => (one.id === 'gateway-1' ? { ...one, generation: 5 } : one));
  expect(changed(act('instance.restart', 'worker-1'), { instances })).toBeNull();
});

test('what changed is told: the cluster, a target, and who came and went', () => {
  const base = cluster();
  const bound = footprintOf([act('instance.restart', 'worker-1')], base);
  const told = (inventory: Inventory, actedOn?: ReadonlySet<string>) => footprintChanged(bound, inventory, actedOn);
  expect(told(base)).toBeNull();
  expect(told({ ...base, clusterId: 'other' })).toBe('cluster is other, the plan is for test');
  const newer = base.instances.map((one) => (one.id === 'worker-1' ? { ...one, generation: 2 } : one));
  expect(told({ ...base, instances: newer })).toBe('instance/worker-1 was 1, is 2');
  expect(told({ ...base, instances: newer }, new Set(['instance/worker-1']))).toBeNull();
  expect(told({ ...base, instances: newer }, new Set(['instance/worker-2']))).toBe('instance/worker-1 was 1, is 2');
  const others = base.instances.filter(({ id }) => id !== 'worker-5' && id !== 'worker-6');
  const moved = [...others, instance('worker-7', 'worker', 'node-1'), instance('worker-8', 'worker', 'node-1')];
  expect(told({ ...base, instances: moved })).toBe('members changed: -worker-5 -worker-6 +worker-7 +worker-8');
  expect(told({ ...base, instances: [...others, ...moved.slice(-1)] })).toBe(
    'members changed: -worker-5 -worker-6 +worker-8',
  );
  expect(told({ ...base, instances: [...base.instances, ...moved.slice(-1)] })).toBe('members changed: +worker-8');
  expect(told({ ...base, instances: others })).toBe('members changed: -worker-5 -worker-6');
  expect(told({ ...base, instances: others }, new Set(['instance/worker-1']))).toBeNull();
});

test('a footprint is the same whatever the order of its steps, and reaches the peers in every group of a target', () => {
  const [one, two] = [act('instance.restart', 'worker-2'), act('instance.restart', 'broker-1')];
  const bound = footprintOf([one, two], cluster());
  expect(Object.keys(bound.targets)).toEqual(['instance/broker-1', 'instance/worker-2']);
  expect(Object.keys(footprintOf([two, one], cluster()).targets)).toEqual(['instance/broker-1', 'instance/worker-2']);
  const mixed = cluster({
    replicaGroups: [
      {
        id: 'mixed',
        members: ['worker-1', 'gateway-1'].map((instanceId) => ({ instanceId, online: true, inSync: true })),
        leaderId: null,
        quorum: 1,
        minInSync: 1,
      },
    ],
  });
  expect(footprintOf([act('instance.restart', 'worker-1')], mixed).members).toContain('gateway-1');
  expect(footprintOf([act('instance.restart', 'worker-2')], mixed).members).not.toContain('gateway-1');
});
