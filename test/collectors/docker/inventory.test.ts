import type { ContainerInspectInfo } from 'dockerode';
import { expect, test } from 'vitest';
import { generationOf, toInstance } from '../../../collectors/docker/container.ts';
import { containerHistory } from '../../../collectors/docker/history.ts';
import { toInventory } from '../../../collectors/docker/inventory.ts';

interface Shape {
  name?: string;
  id?: string;
  created?: string;
  status?: string;
  health?: string;
  startedAt?: string;
  memory?: number;
  networks?: Record<string, object>;
  labels?: Record<string, string>;
}

function container(shape: Shape = {}): ContainerInspectInfo {
  const { name = 'worker-1', status = 'running', health } = shape;
  return {
    Id: shape.id ?? name,
    Name: `/${name}`,
    Created: shape.created ?? '2026-01-05T08:00:00Z',
    RestartCount: 0,
    State: {
      Status: status,
      Running: status === 'running' || status === 'paused',
      Paused: status === 'paused',
      OOMKilled: false,
      ExitCode: 137,
      StartedAt: shape.startedAt ?? '2026-01-05T08:00:01Z',
      Health: health === undefined ? undefined : { Status: health },
    },
    HostConfig: { Memory: shape.memory ?? 0, NetworkMode: 'orders-net' },
    Config: { Image: 'i:1', Labels: { 'homeostat.workload': 'worker', ...shape.labels } },
    NetworkSettings: { Networks: shape.networks ?? { 'orders-net': { IPAddress: '10.0.0.5' } } },
  } as unknown as ContainerInspectInfo;
}

const fresh = { restarts: 0, ranOutOfMemory: false };
const info = { name: 'host-1', cpuCores: 2, memoryBytes: 1e9, labels: {} };
const inventoryOf = (...containers: ContainerInspectInfo[]) => toInventory({ info, containers }, containerHistory());

test('keeps the generation over a restart and moves it with the limits and with every new container', () => {
  const before = generationOf(container());
  expect(generationOf(container({ startedAt: '2026-01-05T09:00:00Z', status: 'exited' }))).toBe(before);
  expect(generationOf(container({ memory: 1e8 }))).not.toBe(before);
  expect(generationOf(container({ id: 'other' }))).not.toBe(before);
  expect(generationOf(container({ id: 'other', created: '2026-01-05T08:00:02Z' }))).toBeGreaterThan(before);
});

test.each([
  ['running', undefined, 'running', null],
  ['running', 'healthy', 'running', true],
  ['running', 'unhealthy', 'running', false],
  ['running', 'starting', 'starting', false],
  ['paused', 'healthy', 'paused', true],
  ['exited', 'unhealthy', 'stopped', false],
  ['something-new', undefined, 'unknown', null],
] as const)('shows a container that is %s (%s) as %s, ready %s', (status, health, state, ready) => {
  const shown = toInstance(container({ status, ...(health === undefined ? {} : { health }) }), 'host-1', fresh);
  expect(shown).toMatchObject({ state, ready });
});

test('misses the network that the container was created with', () => {
  expect(toInstance(container(), 'n', fresh).networkAttached).toBe(true);
  expect(toInstance(container({ networks: {} }), 'n', fresh).networkAttached).toBe(false);
});

test('counts as killed for memory only a run that has ended', () => {
  const ran = { restarts: 0, ranOutOfMemory: true };
  expect(toInstance(container({ status: 'exited' }), 'n', ran)).toMatchObject({ killedForMemory: true, exitCode: 137 });
  expect(toInstance(container(), 'n', ran)).toMatchObject({ killedForMemory: false, exitCode: null });
});

test('wants as many instances as exist, or as the newest container says', () => {
  const said = container({ name: 'worker-2', labels: { 'homeostat.desired': '6' } });
  expect(inventoryOf(container(), container({ name: 'worker-2' })).workloads?.[0]?.desired).toBe(2);
  expect(inventoryOf(container(), said).workloads?.[0]?.desired).toBe(6);
});

test('draws the edges to queues once per workload', () => {
  const labels = { 'homeostat.consumes-from': 'orders' };
  const edges = inventoryOf(container({ labels }), container({ name: 'worker-2', labels })).edges ?? [];
  expect(edges.filter(({ kind }) => kind === 'consumes-from')).toEqual([
    { kind: 'consumes-from', from: { kind: 'workload', id: 'worker' }, to: { kind: 'queue', id: 'orders' } },
  ]);
});

test('counts starts that it saw beyond the first, and forgets lack of memory at the next start', () => {
  const history = containerHistory();
  history.see(container());
  history.note({ Type: 'container', Action: 'oom', Actor: { ID: 'worker-1' }, timeNano: 1 });
  expect(history.see(container({ status: 'exited' }))).toEqual({ restarts: 0, ranOutOfMemory: true });
  expect(history.see(container({ startedAt: '2026-01-05T09:00:00Z' }))).toEqual({ restarts: 1, ranOutOfMemory: false });
});

test('takes the network events of a stop and a start for a part of them', () => {
  const history = containerHistory();
  const note = (Type: string, Action: string) => {
    const Actor = Type === 'network' ? { ID: 'net', Attributes: { container: 'worker-1' } } : { ID: 'worker-1' };
    return history.note({ Type, Action, Actor, timeNano: 1 });
  };
  history.see(container());
  expect(note('network', 'disconnect')).toBe('told');
  note('container', 'die');
  expect(note('network', 'disconnect')).toBe('implied');
  expect(note('network', 'connect')).toBe('implied');
  note('container', 'start');
  expect(note('network', 'disconnect')).toBe('told');
});
