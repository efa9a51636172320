import { expect, test } from 'vitest';
import { findEntities, impactView } from '../../../agent/views/impact.ts';
import { inventory } from './records.ts';

test('one broker less keeps the quorum, and everything behind it is weakened only', () => {
  const view = impactView(inventory, { kind: 'instance', id: 'broker-1' });
  expect(view).toMatchObject({
    instances: ['broker-1'],
    workloads: [{ id: 'broker', healthyBefore: 3, healthyAfter: 2, desired: 3 }],
    replicaGroups: [{ id: 'orders', onlineAfter: 2, quorum: 2, keepsQuorum: true, losesLeader: true }],
    dependents: [],
    weakened: ['queue/orders', 'workload/gateway', 'workload/worker'],
  });
});

test('a node with two of three brokers takes the quorum, the queue and its users down', () => {
  const view = impactView(inventory, { kind: 'node', id: 'node-1' });
  expect(view.replicaGroups).toMatchObject([{ id: 'orders', onlineAfter: 1, keepsQuorum: false }]);
  expect(view.dependents).toEqual(['queue/orders', 'workload/gateway', 'workload/worker']);
});

test('counts what is already down as no further loss', () => {
  const down = {
    ...inventory,
    instances: inventory.instances.map((item) =>
      item.id === 'worker-1' ? { ...item, state: 'stopped' as const } : item,
    ),
  };
  expect(impactView(down, { kind: 'instance', id: 'worker-1' }).workloads).toMatchObject([
    { id: 'worker', losesInstances: 1, healthyBefore: 1, healthyAfter: 1 },
  ]);
});

test('a queue takes no instance with it, but what uses it', () => {
  const view = impactView(inventory, { kind: 'queue', id: 'orders' });
  expect(view.instances).toEqual([]);
  expect(view.dependents).toEqual(['workload/gateway', 'workload/worker']);
});

test('follows a circle of edges to its end', () => {
  const circle = [
    {
      kind: 'depends-on' as const,
      from: { kind: 'workload' as const, id: 'a' },
      to: { kind: 'workload' as const, id: 'b' },
    },
    {
      kind: 'depends-on' as const,
      from: { kind: 'workload' as const, id: 'b' },
      to: { kind: 'workload' as const, id: 'a' },
    },
  ];
  expect(impactView({ ...inventory, edges: circle }, { kind: 'workload', id: 'a' }).dependents).toEqual(['workload/b']);
});

test('finds an entity by id or key, and says when an id is ambiguous', () => {
  expect(findEntities(inventory, 'worker-1')).toEqual([{ kind: 'instance', id: 'worker-1' }]);
  expect(findEntities(inventory, 'orders').map(({ kind }) => kind)).toEqual(['replica-group', 'queue']);
  expect(findEntities(inventory, 'queue/orders')).toHaveLength(1);
  expect(findEntities(inventory, 'nothing')).toEqual([]);
});
