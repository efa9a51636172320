import type { ContainerInspectInfo } from 'dockerode';
import { expect, test } from 'vitest';
import { cloneOf, nextName, whyNotCloned } from '../../../actuators/docker/clone.ts';

test.each([
  ['worker-6', ['worker-1', 'worker-6'], 'worker-7'],
  ['t1-worker-2', ['t1-worker-2', 't1-worker-9'], 't1-worker-10'],
  ['worker', ['worker'], 'worker-1'],
])('names the next one after %s', (template, taken, next) => {
  expect(nextName(template, new Set(taken))).toBe(next);
});

const template = {
  Name: '/worker-6',
  Config: {
    Image: 'worker:1',
    Hostname: 'worker-6',
    Env: ['NAME=worker-6', 'PEERS=worker-6,worker-5', 'TOKEN'],
    Cmd: ['run', '--name', 'worker-6'],
    Labels: { 'homeostat.workload': 'worker', 'homeostat.desired': '6', 'homeostat.address': '10.0.0.26' },
  },
  HostConfig: { NetworkMode: 'orders-net', Memory: 1e8 },
  Mounts: [],
} as unknown as ContainerInspectInfo;

const clone = cloneOf(template, { name: 'worker-7', actionId: 'D-9.1', desired: 7 });

test('puts the new name where the old one stands alone, and nowhere else', () => {
  expect(clone).toMatchObject({
    Hostname: 'worker-7',
    Env: ['NAME=worker-7', 'PEERS=worker-6,worker-5', 'TOKEN'],
    Cmd: ['run', '--name', 'worker-7'],
  });
});

test('stamps the action and the new count, and drops the address of the template', () => {
  expect(clone.Labels).toEqual({
    'homeostat.workload': 'worker',
    'homeostat.desired': '7',
    'homeostat.created-by-action': 'D-9.1',
  });
  expect(clone.NetworkingConfig).toEqual({ EndpointsConfig: { 'orders-net': {} } });
});

test('refuses what two containers cannot share', () => {
  expect(whyNotCloned(template)).toBeNull();
  const ports = { '80/tcp': [{ HostPort: '8080' }] };
  expect(whyNotCloned({ ...template, HostConfig: { PortBindings: ports } } as ContainerInspectInfo)).toMatch(/port/);
  const volume = { Type: 'volume', Name: 'orders-data', RW: true };
  expect(whyNotCloned({ ...template, Mounts: [volume] } as ContainerInspectInfo)).toMatch(/orders-data/);
});
