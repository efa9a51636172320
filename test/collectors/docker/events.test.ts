import { expect, test } from 'vitest';
import { type EngineEvent, toClusterEvent } from '../../../collectors/docker/events.ts';

const ours = 'homeostat.cluster=orders';
const event = (over: Partial<EngineEvent> & { attributes?: Record<string, string> }): EngineEvent => ({
  Type: 'container',
  Action: 'die',
  timeNano: 1_795_220_927_899_000_000,
  ...over,
  Actor: { ID: 'abc', Attributes: over.attributes ?? { 'homeostat.cluster': 'orders', name: 'worker-3' } },
});

test('names the instance after its container and keeps the exit code', () => {
  const died = event({ attributes: { 'homeostat.cluster': 'orders', name: 'worker-3', exitCode: '137' } });
  expect(toClusterEvent(died, ours, undefined)).toMatchObject({
    name: 'instance.died',
    entity: { kind: 'instance', id: 'worker-3' },
    observedAtMs: 1_795_220_927_899,
    attributes: { exitCode: 137 },
  });
});

test('reads the verdict of a health check out of the action', () => {
  const told = toClusterEvent(event({ Action: 'health_status: unhealthy' }), ours, undefined);
  expect(told).toMatchObject({ name: 'instance.health-changed', attributes: { healthy: false } });
});

test('passes over the containers of another cluster', () => {
  const foreign = event({ attributes: { 'homeostat.cluster': 'other', name: 'worker-3' } });
  expect(toClusterEvent(foreign, ours, undefined)).toBeNull();
});

test('tells a network event only of a container that is known', () => {
  const cut = event({ Type: 'network', Action: 'disconnect', attributes: { container: 'abc', name: 'orders' } });
  expect(toClusterEvent(cut, ours, undefined)).toBeNull();
  expect(toClusterEvent(cut, ours, 'worker-3')).toMatchObject({
    name: 'network.disconnected',
    entity: { id: 'worker-3' },
    attributes: { network: 'orders' },
  });
});

test('has no event for a removal, which shows in the inventory', () => {
  expect(toClusterEvent(event({ Action: 'destroy' }), ours, undefined)).toBeNull();
});
