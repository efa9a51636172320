import { expect, test } from 'vitest';
import { blastRadiusOf } from '../../../agent/guard/blast-radius.ts';
import { type ActionName, actionCatalogue } from '../../../model/actions.ts';
import { act, cluster } from './fixture.ts';

const calm = { inventory: cluster(), unhealthyInstances: new Set<string>() };

const targets: Readonly<Record<string, string>> = {
  instance: 'worker-1',
  workload: 'worker',
  node: 'node-1',
  'replica-group': 'orders',
  queue: 'orders',
  job: 'job-1',
  cluster: 'test',
};

/** Instances that one action takes from the healthy cluster, and the workloads that it touches. */
const expected: Readonly<Record<ActionName, readonly [healthy: number, workloads: string]>> = {
  'instance.restart': [1, 'worker'],
  'instance.stop': [1, 'worker'],
  'instance.start': [0, 'worker'],
  'instance.reconnect-network': [1, 'worker'],
  'workload.scale': [0, 'worker'],
  'workload.set-resources': [6, 'worker'],
  'workload.rollback': [6, 'worker'],
  'node.cordon': [0, ''],
  'node.uncordon': [0, ''],
  'node.drain': [2, 'broker,worker'],
  'node.reboot': [2, 'broker,worker'],
  'node.park': [2, 'broker,worker'],
  'node.unpark': [0, ''],
  'replica.transfer-leader': [0, ''],
  'replica.rebalance': [0, ''],
  'queue.pause-consumer': [0, 'worker'],
  'queue.resume-consumer': [0, 'worker'],
  'queue.quarantine-message': [0, 'worker'],
  'job.restart': [0, 'worker'],
  'job.stop': [0, 'worker'],
  'storage.reclaim': [0, ''],
  'traffic.shed': [0, 'worker'],
  'person.page': [0, ''],
};

test.each(Object.keys(actionCatalogue) as ActionName[])('%s', (name) => {
  const radius = blastRadiusOf([act(name, targets[actionCatalogue[name].targetKind]!)], calm);
  const [healthy, workloads] = expected[name];
  expect(radius.healthyInstances).toHaveLength(healthy);
  expect(radius.workloads.join()).toBe(workloads);
});

test('an instance that is down is touched and costs nothing', () => {
  const radius = blastRadiusOf([act('instance.restart', 'worker-1')], {
    ...calm,
    unhealthyInstances: new Set(['worker-1']),
  });
  expect(radius).toMatchObject({ instances: ['worker-1'], healthyInstances: [], capacityRatio: 0 });
});

test('the share is that of the workload hit hardest, and zones and groups are named', () => {
  const radius = blastRadiusOf([act('node.drain', 'node-1')], calm);
  expect(radius.capacityRatio).toBeCloseTo(1 / 3);
  expect(radius).toMatchObject({ zones: ['zone-a'], replicaGroups: ['orders'], instances: ['broker-1', 'worker-1'] });
});

test('a scale-in takes the difference, healthy members first', () => {
  const unhealthyInstances = new Set(['worker-1', 'worker-2']);
  const scaledTo = (to: number) =>
    blastRadiusOf([act('workload.scale', 'worker', { to })], { ...calm, unhealthyInstances });
  expect(scaledTo(6).instances).toEqual([]);
  expect(scaledTo(3).healthyInstances).toEqual(['worker-3', 'worker-4', 'worker-5']);
  expect(scaledTo(0).healthyInstances).toHaveLength(4);
});

test('the same instance taken twice is counted once', () => {
  const radius = blastRadiusOf([act('node.drain', 'node-1'), act('instance.restart', 'worker-1')], calm);
  expect(radius.instances).toEqual(['broker-1', 'worker-1']);
});

test('what is replaced one by one is touched whole and takes the share of one member', () => {
  const rollback = act('workload.rollback', 'worker', { toVersion: 'v0' });
  const radius = blastRadiusOf([rollback], calm);
  expect(radius.instances).toHaveLength(6);
  expect(radius.capacityRatio).toBeCloseTo(1 / 6);
  const together = blastRadiusOf([rollback, act('instance.restart', 'worker-1')], calm);
  expect(together.capacityRatio).toBeCloseTo(2 / 6);
  const down = blastRadiusOf([rollback], { ...calm, unhealthyInstances: new Set(radius.instances) });
  expect(down).toMatchObject({ healthyInstances: [], capacityRatio: 0 });
});

test('an engine that chooses is assumed to choose other healthy members than those that go anyway', () => {
  const scaleIn = act('workload.scale', 'worker', { to: 5 });
  expect(blastRadiusOf([scaleIn, act('instance.restart', 'worker-1')], calm).healthyInstances).toHaveLength(2);
  const takenInFlight = new Set(['worker-1']);
  expect(blastRadiusOf([scaleIn], { ...calm, takenInFlight }).healthyInstances).toEqual(['worker-2']);
});
