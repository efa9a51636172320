import { expect, test } from 'vitest';
import { spokenMs, spokenShare } from '../../../agent/guard/check.ts';
import { footprintOf, generationOf } from '../../../agent/guard/footprint.ts';
import { invalidAction } from '../../../agent/guard/parameters.ts';
import { roleOf, targetClassOf } from '../../../agent/guard/roles-of-targets.ts';
import { readRuleFacts } from '../../../agent/guard/rule-facts.ts';
import { consumersOf, takenBy } from '../../../agent/guard/taken.ts';
import { noRecord } from '../../../agent/guard/track-record.ts';
import { type ActionName, type ActionSpec, actionCatalogue } from '../../../model/actions.ts';
import { type EntityKind, type EntityRef, entityKinds } from '../../../model/entity.ts';
import type { Inventory } from '../../../model/inventory.ts';
import { act, cluster, facts, instance, planFor } from './fixture.ts';

const targets: Readonly<Record<EntityKind, string>> = {
  cluster: 'test',
  site: 'site-1',
  zone: 'zone-a',
  node: 'node-1',
  instance: 'worker-1',
  workload: 'worker',
  'replica-group': 'orders',
  queue: 'orders',
  job: 'job-1',
};

const actionNames = Object.keys(actionCatalogue) as ActionName[];
const nothing = {
  instanceIds: [],
  oneByOne: false,
  startedIds: [],
  anyOf: null,
  nodeIds: [],
  workloadIds: [],
  groupIds: [],
};
const workers = ['worker-1', 'worker-2', 'worker-3', 'worker-4', 'worker-5', 'worker-6'];

const taken: Readonly<Partial<Record<ActionName, object>>> = {
  'instance.restart': { instanceIds: ['worker-1'] },
  'instance.stop': { instanceIds: ['worker-1'] },
  'instance.reconnect-network': { instanceIds: ['worker-1'] },
  'instance.start': { startedIds: ['worker-1'] },
  'workload.scale': { workloadIds: ['worker'], anyOf: { workloadId: 'worker', count: 4 } },
  'workload.set-resources': { workloadIds: ['worker'], instanceIds: workers },
  'workload.rollback': { workloadIds: ['worker'], instanceIds: workers, oneByOne: true },
  'node.drain': { nodeIds: ['node-1'], instanceIds: ['worker-1', 'broker-1'] },
  'node.reboot': { nodeIds: ['node-1'], instanceIds: ['worker-1', 'broker-1'] },
  'node.park': { nodeIds: ['node-1'], instanceIds: ['worker-1', 'broker-1'] },
  'node.cordon': { nodeIds: ['node-1'] },
  'node.uncordon': { nodeIds: ['node-1'] },
  'node.unpark': { nodeIds: ['node-1'] },
  'storage.reclaim': { nodeIds: ['node-1'] },
  'replica.transfer-leader': { groupIds: ['orders'] },
  'replica.rebalance': { groupIds: ['orders'] },
  'queue.pause-consumer': { workloadIds: ['worker'] },
  'queue.resume-consumer': { workloadIds: ['worker'] },
  'queue.quarantine-message': { workloadIds: ['worker'] },
  'job.restart': { workloadIds: ['worker'] },
  'job.stop': { workloadIds: ['worker'] },
  'traffic.shed': { workloadIds: ['worker'] },
};

test.each(actionNames)('%s takes what it takes, and nothing else', (name) => {
  const params = name === 'workload.scale' ? { to: 2 } : {};
  const id = targets[actionCatalogue[name].targetKind];
  expect(takenBy(act(name, id, params), cluster())).toEqual({ ...nothing, ...taken[name] });
});

test.each(actionNames)('%s of what is not there takes no instance', (name) => {
  const { instanceIds, anyOf } = takenBy(act(name, 'nobody', { to: 0 }), cluster());
  expect(anyOf).toBeNull();
  expect(instanceIds).toEqual(
    ['instance.restart', 'instance.stop', 'instance.reconnect-network'].includes(name) ? ['nobody'] : [],
  );
});

test('a scale-in is counted from what is there or from what is wanted, whichever is more', () => {
  const scaled = (to: number, desired: number) => {
    const { workloads } = cluster();
    const inventory = cluster({ workloads: workloads.map((one) => (one.id === 'worker' ? { ...one, desired } : one)) });
    return takenBy(act('workload.scale', 'worker', { to }), inventory).anyOf?.count ?? 0;
  };
  expect([scaled(6, 6), scaled(5, 6), scaled(7, 6), scaled(5, 9), scaled(5, 3)]).toEqual([0, 1, 0, 4, 1]);
  // Instances of a workload that nothing declares.
  const strays = cluster({
    instances: [instance('stray-1', 'stray', 'node-1'), instance('stray-2', 'stray', 'node-2')],
  });
  expect(takenBy(act('workload.scale', 'stray', { to: 1 }), strays).anyOf).toEqual({ workloadId: 'stray', count: 1 });
});

test('consumers of a queue are the workloads that consume from this very queue', () => {
  const edge = (kind: 'consumes-from' | 'produces-to', from: EntityRef, to: EntityRef) => ({ kind, from, to });
  const inventory = cluster({
    edges: [
      edge('consumes-from', { kind: 'workload', id: 'a' }, { kind: 'queue', id: 'orders' }),
      edge('produces-to', { kind: 'workload', id: 'b' }, { kind: 'queue', id: 'orders' }),
      edge('consumes-from', { kind: 'workload', id: 'c' }, { kind: 'queue', id: 'events' }),
      edge('consumes-from', { kind: 'workload', id: 'd' }, { kind: 'workload', id: 'orders' }),
      edge('consumes-from', { kind: 'job', id: 'e' }, { kind: 'queue', id: 'orders' }),
    ],
  });
  expect(consumersOf('orders', inventory)).toEqual(['a']);
});

test('every kind of target has its generation, its role and its class; what is not there is gone', () => {
  const there = entityKinds.map((kind) => [kind, generationOf({ kind, id: targets[kind] }, cluster())]);
  expect(Object.fromEntries(there)).toEqual({
    cluster: 'there',
    site: 'there',
    zone: 'there',
    node: 'zone-a',
    instance: '1',
    workload: '6@v1',
    'replica-group': 'broker-1',
    queue: 'open',
    job: '1',
  });
  const gone = entityKinds.map((kind) => generationOf({ kind, id: 'nobody' }, cluster()));
  expect(gone.filter((text) => text === 'gone')).toHaveLength(6);
  const roles = entityKinds.map((kind) => roleOf({ kind, id: targets[kind] }, cluster()));
  expect(roles.filter((role) => role !== null).toSorted()).toEqual(['broker', 'worker', 'worker', 'worker']);
  expect(entityKinds.map((kind) => roleOf({ kind, id: 'nobody' }, cluster()))).toEqual(entityKinds.map(() => null));
  expect(entityKinds.map((kind) => targetClassOf({ kind, id: 'nobody' }, cluster()))).toEqual(entityKinds);
});

test('a generation tells a cordon, a pause, a lost leader and a workload without a version', () => {
  const other: Inventory = {
    ...cluster(),
    nodes: cluster().nodes.map((node) => ({ ...node, cordoned: true })),
    queues: [{ id: 'orders', kind: 'stream', consumerPaused: true }],
    replicaGroups: cluster().replicaGroups.map((group) => ({ ...group, leaderId: null })),
    workloads: cluster().workloads.map((one) => ({ ...one, version: null })),
  };
  const texts = (['node', 'queue', 'replica-group', 'workload'] as const).map((kind) =>
    generationOf({ kind, id: targets[kind] }, other),
  );
  expect(texts).toEqual(['zone-a cordoned', 'paused', 'no leader', '6']);
});

test.each(entityKinds)('a plan for a %s binds to the members behind it', (kind) => {
  const bound = footprintOf(
    [{ name: 'instance.restart', target: { kind, id: targets[kind] } } as ActionSpec],
    cluster(),
  );
  const brokers = ['broker-1', 'broker-2', 'broker-3'];
  const members: Partial<Record<EntityKind, readonly string[]>> = {
    instance: workers,
    workload: workers,
    queue: workers,
    job: workers,
    node: [...brokers, ...workers],
    'replica-group': brokers,
  };
  expect(bound.members).toEqual(members[kind] ?? []);
  const nobody = footprintOf([{ name: 'instance.restart', target: { kind, id: 'nobody' } } as ActionSpec], cluster());
  expect(nobody.members).toEqual([]);
});

const unknown = { role: '', workload: '', node: '', zone: '', site: '', state: '', healthy: true, labels: {} };
const onNode1 = { node: 'node-1', zone: 'zone-a', site: 'site-1' };
const ofWorkers = { workload: 'worker', role: 'worker' };

const targetFacts: Readonly<Partial<Record<EntityKind, object>>> = {
  instance: { ...onNode1, ...ofWorkers, state: 'running', healthy: false, labels: { team: 'a' } },
  node: { ...onNode1, state: 'ready', labels: { rack: '1' } },
  workload: { ...ofWorkers, labels: { tier: '1' } },
  'replica-group': { workload: 'broker', role: 'broker', labels: { tier: '1' } },
  job: { ...ofWorkers, state: 'running', labels: { tier: '1' } },
};

test.each(entityKinds)('what a condition may know of a %s', (kind) => {
  const base = cluster();
  const inventory = {
    ...base,
    instances: base.instances.map((one) => ({ ...one, labels: { team: 'a' } })),
    nodes: base.nodes.map((one) => ({ ...one, labels: { rack: '1' } })),
    workloads: base.workloads.map((one) => ({ ...one, labels: { tier: '1' } })),
  };
  const seen = facts({ inventory, unhealthyInstances: new Set(['worker-1']) });
  const read = (id: string) => {
    const action = { name: 'instance.restart', target: { kind, id }, params: {} } as unknown as ActionSpec;
    return readRuleFacts(action, planFor([act('instance.restart', 'worker-1')]), seen, () => noRecord).target;
  };
  expect(read(targets[kind])).toEqual({ ...unknown, ...targetFacts[kind], kind, id: targets[kind] });
  expect(read('nobody')).toEqual({
    ...unknown,
    kind,
    id: 'nobody',
    ...(kind === 'workload' ? { workload: 'nobody' } : {}),
  });
});

test('a node that is not ready is not healthy, and an instance of nothing known keeps the name of its workload', () => {
  const base = cluster();
  const inventory = cluster({
    nodes: base.nodes.map((node) => ({ ...node, state: 'unreachable' as never })),
    instances: [instance('stray-1', 'gone', 'nowhere')],
    replicaGroups: [{ id: 'empty', members: [], leaderId: null, quorum: 1, minInSync: 1 }],
  });
  const read = (target: EntityRef) =>
    readRuleFacts(
      { name: 'instance.restart', target } as ActionSpec,
      planFor([], inventory),
      facts({ inventory }),
      () => noRecord,
    ).target;
  expect(read({ kind: 'node', id: 'node-1' })).toMatchObject({ healthy: false, state: 'unreachable' });
  const stray = { workload: 'gone', role: '', node: 'nowhere', zone: '', site: '', healthy: true };
  expect(read({ kind: 'instance', id: 'stray-1' })).toMatchObject(stray);
  expect(read({ kind: 'replica-group', id: 'empty' })).toEqual({ ...unknown, kind: 'replica-group', id: 'empty' });
});

test('what a condition may know besides its target', () => {
  const scale = act('workload.scale', 'worker', { to: 2 });
  const plan = planFor([scale, act('instance.restart', 'worker-1'), act('instance.restart', 'worker-1')]);
  const slos = [0.4, 0.9].map((budgetRatio) => ({ sloId: 's', value: 1, good: true, badMs: 0, budgetRatio }));
  const record = { succeeded: 3, failed: 1, lowerBound: 0.3, demoted: true };
  let asked = 0;
  const read = (action: ActionSpec, more: Parameters<typeof facts>[0] = {}) =>
    readRuleFacts(action, plan, facts(more), () => {
      asked += 1;
      return record;
    });
  const known = read(scale, { slos, unhealthyInstances: new Set(['worker-1', 'worker-2']), dataAgeMs: 7 });
  expect(known.action).toEqual({
    name: 'workload.scale',
    risk: actionCatalogue['workload.scale'].risk,
    reversible: true,
  });
  expect(known.plan).toEqual({ playbook: 'restart-dead-instance', origin: 'rules', targets: 2, to: 2, change: 4 });
  expect(known.diagnosis).toEqual({ cause: 'instance-crash', confidence: 0.9, signals: 2 });
  expect([known.data, known.cluster, known.errorBudget]).toEqual([
    { ageMs: 7 },
    { id: 'test', unhealthyRatio: 0.2 },
    { ratio: 0.4 },
  ]);
  expect(known.rehearsal).toEqual({ status: 'none', recoversAlone: Number.NaN });
  expect([known.record, known.record]).toEqual([record, record]);
  expect(asked).toBe(1);
  expect(known.drill).toEqual({ ageMs: Number.POSITIVE_INFINITY });
  expect(read(scale, { drillAgeMs: new Map([['restart-dead-instance', 5]]) }).drill).toEqual({ ageMs: 5 });
  expect(read(act('instance.restart', 'worker-1')).plan).toMatchObject({ to: Number.NaN, change: Number.NaN });
  expect(read(act('workload.scale', 'nobody', { to: 2 })).plan).toMatchObject({ to: 2, change: Number.NaN });
  expect(read(scale, { inventory: cluster({ instances: [] }) }).cluster.unhealthyRatio).toBe(1);
  expect(read(scale).errorBudget).toEqual({ ratio: 1 });
});

test('durations and shares are spoken in the largest unit that leaves a whole number', () => {
  const said = [0, 999, 1_000, 1_449, 59_999, 60_000, 90_000, 3_540_000, 3_600_000, 5_400_000, 86_400_000, Number.NaN];
  expect(said.map(spokenMs)).toEqual([
    '0 ms',
    '999 ms',
    '1 s',
    '1.4 s',
    '60 s',
    '1 min',
    '90 s',
    '59 min',
    '1 h',
    '90 min',
    '24 h',
    'for ever',
  ]);
  expect([0, 0.3333, 0.5, 1].map(spokenShare)).toEqual(['0 %', '33.3 %', '50 %', '100 %']);
});

const accepted: readonly (readonly [ActionName, object])[] = [
  ['instance.restart', { graceMs: 0 }],
  ['instance.stop', { graceMs: 3_600_000 }],
  ['workload.scale', { to: 0 }],
  ['workload.scale', { to: 10_000 }],
  ['workload.set-resources', { cpuCores: 1_024, memoryBytes: null }],
  ['workload.set-resources', { cpuCores: null, memoryBytes: 4 * 1024 ** 2 }],
  ['workload.set-resources', { cpuCores: null, memoryBytes: 64 * 1024 ** 4 }],
  ['workload.rollback', { toVersion: 'v'.repeat(253) }],
  ['replica.transfer-leader', { from: 'a', to: null }],
  ['queue.quarantine-message', { messageId: 'm' }],
  ['storage.reclaim', { pathId: 'p' }],
  ['traffic.shed', { ratio: 0 }],
  ['traffic.shed', { ratio: 1 }],
  ['person.page', { severity: 1, summary: 's' }],
  ['person.page', { severity: 4, summary: 's'.repeat(500) }],
  ...(['instance.start', 'instance.reconnect-network', 'node.cordon', 'node.uncordon', 'node.park'] as const).map(
    (name) => [name, {}] as const,
  ),
  ...(['node.unpark', 'replica.rebalance', 'queue.pause-consumer', 'queue.resume-consumer'] as const).map(
    (name) => [name, {}] as const,
  ),
  ...(['job.restart', 'job.stop'] as const).map((name) => [name, {}] as const),
  ...(['node.drain', 'node.reboot'] as const).map((name) => [name, { graceMs: 1 }] as const),
];

test('parameters are accepted up to their bounds, and every action of the catalogue is', () => {
  for (const [name, params] of accepted) expect([name, invalidAction(act(name, 'x', params))]).toEqual([name, null]);
  expect(new Set(accepted.map(([name]) => name))).toEqual(new Set(actionNames));
});

test.each<[ActionName, object, string]>([
  ['instance.restart', { graceMs: -1 }, 'instance.restart graceMs: Too small: expected number to be >=0'],
  ['node.drain', { graceMs: 3_600_001 }, 'node.drain graceMs: Too big: expected number to be <=3600000'],
  ['node.reboot', { graceMs: 1.5 }, 'node.reboot graceMs: Invalid input: expected int, received number'],
  ['workload.scale', { to: 10_001 }, 'workload.scale to: Too big: expected number to be <=10000'],
  ['workload.scale', { to: -1 }, 'workload.scale to: Too small: expected number to be >=0'],
  ['workload.set-resources', { cpuCores: null, memoryBytes: null }, 'workload.set-resources: changes nothing'],
  [
    'workload.set-resources',
    { cpuCores: 0, memoryBytes: null },
    'workload.set-resources cpuCores: Too small: expected number to be >0',
  ],
  [
    'workload.set-resources',
    { cpuCores: 1_025, memoryBytes: null },
    'workload.set-resources cpuCores: Too big: expected number to be <=1024',
  ],
  [
    'workload.set-resources',
    { cpuCores: null, memoryBytes: 4 * 1024 ** 2 - 1 },
    'workload.set-resources memoryBytes: Too small: expected number to be >=4194304',
  ],
  [
    'workload.set-resources',
    { cpuCores: null, memoryBytes: 64 * 1024 ** 4 + 1 },
    'workload.set-resources memoryBytes: Too big: expected number to be <=70368744177664',
  ],
  [
    'workload.rollback',
    { toVersion: '' },
    'workload.rollback toVersion: Too small: expected string to have >=1 characters',
  ],
  [
    'workload.rollback',
    { toVersion: 'v'.repeat(254) },
    'workload.rollback toVersion: Too big: expected string to have <=253 characters',
  ],
  [
    'replica.transfer-leader',
    { from: null, to: null },
    'replica.transfer-leader from: Invalid input: expected string, received null',
  ],
  ['traffic.shed', { ratio: 1.01 }, 'traffic.shed ratio: Too big: expected number to be <=1'],
  ['traffic.shed', { ratio: -0.01 }, 'traffic.shed ratio: Too small: expected number to be >=0'],
  ['person.page', { severity: 0, summary: 's' }, 'person.page severity: Too small: expected number to be >=1'],
  ['person.page', { severity: 5, summary: 's' }, 'person.page severity: Too big: expected number to be <=4'],
  [
    'person.page',
    { severity: 1, summary: '' },
    'person.page summary: Too small: expected string to have >=1 characters',
  ],
  [
    'person.page',
    { severity: 1, summary: 's'.repeat(501) },
    'person.page summary: Too big: expected string to have <=500 characters',
  ],
  ['job.stop', { force: true }, 'job.stop: Unrecognized key: "force"'],
])('%s with %o is refused and named', (name, params, why) => {
  expect(invalidAction(act(name, 'x', params))).toBe(why);
});

test('an action outside of the catalogue, and a target of the wrong kind or without a name, are refused and named', () => {
  const stranger = { name: 'shell.exec', target: { kind: 'instance', id: 'x' }, params: {} } as unknown as ActionSpec;
  expect(invalidAction(stranger)).toBe('shell.exec is not in the catalogue');
  const restart = act('instance.restart', 'x');
  const aimed = (target: object) => invalidAction({ ...restart, target } as ActionSpec);
  expect(aimed({ kind: 'node', id: 'x' })).toBe('instance.restart takes a instance, not a node');
  expect(aimed({ kind: 'instance', id: '' })).toMatch(/^target: Too small/);
  expect(aimed({ kind: 'ship', id: 'x' })).toMatch(/^target: Invalid option/);
  expect(aimed({ kind: 'instance', id: 'x', also: 1 })).toMatch(/^target: Unrecognized key/);
});
