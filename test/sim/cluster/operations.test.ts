import { expect, test } from 'vitest';
import type { ActionSpec } from '../../../model/actions.ts';
import type { OperationResult } from '../../../sim/cluster/answers.ts';
import { isHealthy } from '../../../sim/cluster/instances.ts';
import type { World } from '../../../sim/world.ts';
import { runMinutes, worldOf } from '../world-of.ts';

/** Acts, lets three minutes pass and returns the engine's answer. */
function act(world: World, spec: ActionSpec): OperationResult | undefined {
  let answer: OperationResult | undefined;
  world.act({ name: 'test', isPerson: false, decisionId: null }, spec, (result) => {
    answer = result;
  });
  expect(answer).toBeUndefined();
  runMinutes(world, 3);
  return answer;
}

const instance = (id: string) => ({ kind: 'instance', id }) as const;
const node = (id: string) => ({ kind: 'node', id }) as const;
const workload = { kind: 'workload', id: 'worker' } as const;
const workers = (world: World) => [...world.state.instances.values()].filter((one) => one.workloadId === 'worker');

test('a restart brings a dead instance back under its old id and generation', () => {
  const world = worldOf({ faults: ['at: 30s, kind: instance-crash, target: worker-3'] });
  runMinutes(world, 1);
  expect(
    act(world, { name: 'instance.restart', target: instance('worker-3'), params: { graceMs: 5000 } })?.status,
  ).toBe('ok');
  const worker = world.state.instances.get('worker-3')!;
  expect(isHealthy(world.state, worker)).toBe(true);
  expect(worker).toMatchObject({ generation: 1, restarts: 1 });
  expect(worker.startedAtMs).toBeGreaterThan(world.startMs + 60_000);
});

test('a hung instance is killed only after the whole grace', () => {
  const world = worldOf({ faults: ['at: 30s, kind: instance-hang, target: worker-3'] });
  runMinutes(world, 1);
  const stopped = { name: 'instance.stop', target: instance('worker-3'), params: { graceMs: 20_000 } } as const;
  world.act({ name: 'test', isPerson: false, decisionId: null }, stopped, () => {});
  world.runUntilMs(world.clock.nowMs() + 19_000);
  expect(world.state.instances.get('worker-3')!.state).toBe('running');
  world.runUntilMs(world.clock.nowMs() + 2000);
  expect(world.state.instances.get('worker-3')).toMatchObject({ state: 'stopped', exitCode: 137 });
});

test('scaling up places new instances where there is room, and they take their share of the partitions', () => {
  const world = worldOf();
  expect(act(world, { name: 'workload.scale', target: workload, params: { to: 8 } })).toMatchObject({ status: 'ok' });
  expect(workers(world).map((one) => one.id)).toContain('worker-8');
  const owned = Map.groupBy(world.state.queues.get('orders')!.partitions.owner, (owner) => owner);
  expect([...owned.values()].map((list) => list.length)).toEqual(new Array(8).fill(3));
});

test('scaling is cut short where no node has room', () => {
  const world = worldOf();
  act(world, { name: 'workload.scale', target: workload, params: { to: 100 } });
  // Six nodes of four cores, four of which brokers and the gateway use.
  expect(workers(world)).toHaveLength(20);
  expect(world.state.workloads.get('worker')!.desired).toBe(20);
  expect(act(world, { name: 'workload.scale', target: workload, params: { to: 101 } })?.status).toBe('refused');
});

test('a drain moves every instance off the node, under a new generation', () => {
  const world = worldOf();
  expect(act(world, { name: 'node.drain', target: node('node-5'), params: { graceMs: 5000 } })?.status).toBe('ok');
  expect([...world.state.instances.values()].filter((one) => one.nodeId === 'node-5')).toEqual([]);
  const moved = world.state.instances.get('worker-2')!;
  expect(moved.generation).toBe(2);
  expect(isHealthy(world.state, moved)).toBe(true);
  expect(world.state.nodes.get('node-5')!.cordoned).toBe(true);
});

test('nothing is placed on a cordoned node', () => {
  const world = worldOf();
  for (const id of ['node-1', 'node-2', 'node-3', 'node-4', 'node-6'])
    act(world, { name: 'node.cordon', target: node(id), params: {} });
  act(world, { name: 'workload.scale', target: workload, params: { to: 8 } });
  expect(
    workers(world)
      .slice(6)
      .map((one) => one.nodeId),
  ).toEqual(['node-5', 'node-5']);
});

test('a node is parked only when it is empty, and then draws next to nothing', () => {
  const world = worldOf();
  expect(act(world, { name: 'node.park', target: node('node-5'), params: {} })?.status).toBe('refused');
  act(world, { name: 'node.drain', target: node('node-5'), params: { graceMs: 1000 } });
  expect(act(world, { name: 'node.park', target: node('node-5'), params: {} })?.status).toBe('ok');
  expect(world.state.nodes.get('node-5')!.powerW).toBeLessThan(10);
  expect(act(world, { name: 'node.unpark', target: node('node-5'), params: {} })?.status).toBe('ok');
  expect(world.state.nodes.get('node-5')!.powerW).toBeGreaterThan(50);
});

test('a reboot brings back what ran before', () => {
  const world = worldOf();
  runMinutes(world, 1);
  expect(act(world, { name: 'node.reboot', target: node('node-5'), params: { graceMs: 1000 } })?.status).toBe('ok');
  expect(isHealthy(world.state, world.state.instances.get('worker-2')!)).toBe(true);
});

test('a node that is cut off gives no answer, one that is down refuses', () => {
  const cut = worldOf({ faults: ['at: 30s, kind: partition, target: node-5, lasts: 30m'] });
  runMinutes(cut, 1);
  const restart = { name: 'instance.restart', target: instance('worker-2'), params: { graceMs: 1000 } } as const;
  expect(act(cut, restart)?.status).toBe('unknown');
  const down = worldOf({ faults: ['at: 30s, kind: node-crash, target: node-5'] });
  runMinutes(down, 1);
  expect(act(down, restart)?.status).toBe('refused');
});

test('limits below what an instance uses are refused', () => {
  const world = worldOf();
  const params = { cpuCores: null, memoryBytes: 100 * 1024 ** 2 };
  expect(act(world, { name: 'workload.set-resources', target: workload, params })?.status).toBe('refused');
});

test('shedding takes its share of the load at the gateway', () => {
  const world = worldOf();
  act(world, { name: 'traffic.shed', target: { kind: 'workload', id: 'gateway' }, params: { ratio: 0.25 } });
  const before = world.state.queues.get('orders')!.shed;
  runMinutes(world, 1);
  expect((world.state.queues.get('orders')!.shed - before) / (600 * 60)).toBeCloseTo(0.25, 1);
});

test('a job goes through its stages and survives the loss of an executor', () => {
  const world = worldOf({ preset: 'batch-small', faults: ['at: 11m, kind: instance-crash, target: executor-2'] });
  runMinutes(world, 45);
  expect(world.state.jobs.get('nightly')).toMatchObject({ state: 'succeeded', attempts: 1 });
});

test('a stopped job stays stopped until it is restarted from its last stage', () => {
  const world = worldOf({ preset: 'batch-small' });
  runMinutes(world, 20);
  const job = { kind: 'job', id: 'nightly' } as const;
  act(world, { name: 'job.stop', target: job, params: {} });
  const { stage } = world.state.jobs.get('nightly')!;
  runMinutes(world, 5);
  expect(world.state.jobs.get('nightly')).toMatchObject({ state: 'stopped', stage });
  act(world, { name: 'job.restart', target: job, params: {} });
  expect(world.state.jobs.get('nightly')).toMatchObject({ state: 'running', attempts: 2 });
});

test('a drain that finds no room for all says what it moved', () => {
  const world = worldOf();
  for (const id of ['node-1', 'node-2', 'node-3', 'node-4', 'node-6'])
    act(world, { name: 'node.cordon', target: node(id), params: {} });
  expect(act(world, { name: 'node.drain', target: node('node-5'), params: { graceMs: 1000 } })).toMatchObject({
    status: 'partial',
    detail: expect.stringContaining('no room'),
  });
});
