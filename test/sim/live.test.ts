import { expect, test } from 'vitest';
import type { Observation } from '../../model/observation.ts';
import { Kernel } from '../../sim/kernel/kernel.ts';
import { calmDay, liveSimulator } from '../../sim/live.ts';
import { scenarioOf } from './world-of.ts';

/** A clock that the test turns; it stands for the wall's. */
const wallStartMs = Date.UTC(2030, 5, 1, 12, 0, 0, 123);

function live(faults: readonly string[] = []) {
  const wall = new Kernel(wallStartMs);
  const scenario = faults.length === 0 ? calmDay('stream-small') : scenarioOf({ faults });
  const simulator = liveSimulator({ scenario, seed: 1, clock: wall, timer: wall });
  const seen: Observation[] = [];
  for (const collector of simulator.collectors)
    collector.start(
      (batch) => seen.push(...batch),
      () => {},
    );
  return { wall, simulator, seen };
}

test('runs at the pace of the clock, and measures in its time', () => {
  const { wall, seen } = live();
  wall.runUntilMs(wallStartMs + 60_000);
  const newestMs = Math.max(...seen.map(({ observedAtMs }) => observedAtMs));
  expect(newestMs).toBeLessThanOrEqual(wallStartMs + 60_000);
  expect(newestMs).toBeGreaterThan(wallStartMs + 55_000);
  expect(Math.min(...seen.map(({ observedAtMs }) => observedAtMs))).toBeGreaterThanOrEqual(wallStartMs);
});

test('a fault comes at its time after the start, and an action mends it', () => {
  const { wall, simulator, seen } = live(['at: 1m, kind: instance-crash, target: worker-3']);
  const stateOf = (id: string) => {
    const picture = seen.findLast((one) => one.kind === 'inventory');
    return picture?.kind === 'inventory' ? picture.part.instances?.find((one) => one.id === id)?.state : undefined;
  };
  wall.runUntilMs(wallStartMs + 50_000);
  expect(stateOf('worker-3')).toBe('running');
  wall.runUntilMs(wallStartMs + 70_000);
  expect(stateOf('worker-3')).not.toBe('running');
  const answers: string[] = [];
  const spec = {
    name: 'instance.restart',
    target: { kind: 'instance', id: 'worker-3' },
    params: { graceMs: 1_000 },
  } as const;
  const call = { actionId: 'D-1.1' as const, spec, epoch: 1, generation: null, timeoutMs: 10_000 };
  simulator.actuators[0]!.apply(call, ({ status }) => answers.push(status));
  expect(answers).toEqual([]);
  wall.runUntilMs(wallStartMs + 90_000);
  expect(answers).toEqual(['ok']);
  expect(stateOf('worker-3')).toBe('running');
});

test('pages nobody: that is for the notifiers', () => {
  const { simulator } = live();
  expect(simulator.actuators.flatMap((actuator) => [...actuator.actions])).not.toContain('person.page');
});

test('stopped, it leaves nothing waiting', () => {
  const { wall, simulator, seen } = live();
  simulator.stop();
  const before = seen.length;
  wall.runUntilMs(wallStartMs + 60_000);
  expect(seen.length).toBe(before);
});
