import { expect, test } from 'vitest';
import { simCollector } from '../../sim/adapters/collector.ts';
import { runMinutes, worldOf } from './world-of.ts';

const crash = ['at: 2m, kind: instance-crash, target: worker-3'];

function hashAfter(minutes: number, options: Parameters<typeof worldOf>[0]): string {
  const world = worldOf(options);
  runMinutes(world, minutes);
  return world.stateHash();
}

test('the same scenario and seed give the same state hash, another seed another', () => {
  const first = hashAfter(20, { seed: 5, faults: crash });
  expect(hashAfter(20, { seed: 5, faults: crash })).toBe(first);
  expect(hashAfter(20, { seed: 6, faults: crash })).not.toBe(first);
});

test('how the run is cut into pieces does not matter', () => {
  const pieces = worldOf({ seed: 5, faults: crash });
  for (let atMs = pieces.startMs; atMs <= pieces.startMs + 20 * 60_000; atMs += 777) pieces.runUntilMs(atMs);
  pieces.runUntilMs(pieces.startMs + 20 * 60_000);
  expect(pieces.stateHash()).toBe(hashAfter(20, { seed: 5, faults: crash }));
});

test('a fault does not reshuffle the load', () => {
  const arrived = (faults: string[]) => {
    const world = worldOf({ faults });
    runMinutes(world, 15);
    const queue = world.state.queues.get('orders')!;
    return queue.enqueued + queue.clientSide.size + queue.lost;
  };
  expect(arrived(['at: 2m, kind: slow-node, target: node-4'])).toBe(arrived([]));
});

test('who watches changes nothing, however many watch', () => {
  const watched = worldOf({ seed: 5, faults: crash });
  for (const name of ['one', 'two'])
    simCollector(watched, name).start(
      () => {},
      () => {},
    );
  runMinutes(watched, 20);
  expect(watched.stateHash()).toBe(hashAfter(20, { seed: 5, faults: crash }));
});

test('a quiet cluster meets its SLOs and draws power', () => {
  const world = worldOf();
  runMinutes(world, 60);
  expect(world.truth.sloMsLost).toBe(0);
  expect(world.truth.breaches).toEqual([]);
  // Six nodes between idle (80 W) and full (210 W).
  expect(world.truth.energyWh).toBeGreaterThan(480);
  expect(world.truth.energyWh).toBeLessThan(1260);
});

test('messages are neither made nor lost: all that came in is done or waits', () => {
  const world = worldOf({ load: '{ pattern: steady, peak: 1.6 }', faults: crash });
  runMinutes(world, 30);
  const queue = world.state.queues.get('orders')!;
  const waiting = queue.partitions.depth;
  expect(waiting).toBeGreaterThan(10_000);
  expect(queue.dequeued + waiting).toBe(queue.enqueued);
});

test('an action that takes a healthy member below the minimum is a breach with its author', () => {
  const world = worldOf();
  runMinutes(world, 1);
  const target = { kind: 'workload', id: 'worker' } as const;
  world.act(
    { name: 'sim', isPerson: false, decisionId: 'D-1' },
    { name: 'workload.scale', target, params: { to: 2 } },
    () => {},
  );
  world.act(
    { name: 'sim', isPerson: false, decisionId: 'D-2' },
    { name: 'instance.stop', target: { kind: 'instance', id: 'gateway-1' }, params: { graceMs: 1000 } },
    () => {},
  );
  runMinutes(world, 1);
  expect(world.truth.breaches).toMatchObject([{ what: 'minimum-capacity', entity: { id: 'gateway' }, action: 1 }]);
  expect(world.truth.actions[0]).toMatchObject({
    addresses: [],
    took: ['worker-3', 'worker-4', 'worker-5', 'worker-6'],
  });
});
