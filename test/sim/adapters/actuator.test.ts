import { expect, test } from 'vitest';
import type { ActionAnswer, ActionCall } from '../../../agent/ports.ts';
import type { ActionSpec } from '../../../model/actions.ts';
import { simActuator } from '../../../sim/adapters/actuator.ts';
import type { World } from '../../../sim/world.ts';
import { runMinutes, worldOf } from '../world-of.ts';

const restart: ActionSpec = {
  name: 'instance.restart',
  target: { kind: 'instance', id: 'worker-3' },
  params: { graceMs: 5000 },
};

const callOf = (options: Partial<ActionCall> = {}): ActionCall => ({
  actionId: 'D-7.1',
  spec: restart,
  epoch: 3,
  generation: '1',
  timeoutMs: 60_000,
  ...options,
});

function apply(world: World, call: ActionCall, name = 'sim'): ActionAnswer[] {
  const answers: ActionAnswer[] = [];
  simActuator(world, name).apply(call, (answer) => answers.push(answer));
  expect(answers).toEqual([]);
  runMinutes(world, 2);
  return answers;
}

test('answers once, later, and notes who acted for which decision', () => {
  const world = worldOf({ faults: ['at: 1s, kind: instance-crash, target: worker-3'] });
  runMinutes(world, 1);
  expect(apply(world, callOf())).toEqual([{ status: 'ok', detail: 'restarted' }]);
  expect(world.truth.actions).toMatchObject([
    { by: 'sim', byPerson: false, decisionId: 'D-7', addresses: ['F-1'], took: [], status: 'ok' },
  ]);
});

test('refuses an epoch lower than one that has acted, and changes nothing', () => {
  const world = worldOf();
  apply(world, callOf({ epoch: 5 }), 'new-holder');
  const { restarts } = world.state.instances.get('worker-3')!;
  expect(apply(world, callOf({ actionId: 'D-8.1', epoch: 4 }), 'old-holder')).toMatchObject([{ status: 'refused' }]);
  expect(world.state.instances.get('worker-3')!.restarts).toBe(restarts);
});

test('refuses another generation than the caller saw', () => {
  expect(apply(worldOf(), callOf({ generation: '2' }))).toMatchObject([{ status: 'refused' }]);
});

test('says unknown when the engine is slower than the caller is patient, and reads back later', () => {
  const world = worldOf();
  runMinutes(world, 1);
  const intendedAtMs = world.clock.nowMs();
  expect(apply(world, callOf({ timeoutMs: 1000 }))).toMatchObject([{ status: 'unknown' }]);
  const answers: ActionAnswer[] = [];
  simActuator(world).readBack(callOf(), intendedAtMs, (answer) => answers.push(answer));
  runMinutes(world, 1);
  expect(answers).toMatchObject([{ status: 'ok' }]);
});

test('reads back that nothing happened', () => {
  const world = worldOf();
  runMinutes(world, 1);
  const answers: ActionAnswer[] = [];
  simActuator(world).readBack(callOf(), world.clock.nowMs(), (answer) => answers.push(answer));
  runMinutes(world, 1);
  expect(answers).toMatchObject([{ status: 'refused' }]);
});

test('an action that no live fault calls for is noted as such', () => {
  const world = worldOf();
  runMinutes(world, 1);
  apply(world, callOf());
  expect(world.truth.actions).toMatchObject([{ addresses: [], took: ['worker-3'] }]);
});

test('a call that is repeated under the same id has one effect', () => {
  const world = worldOf();
  runMinutes(world, 1);
  apply(world, callOf());
  apply(world, callOf());
  expect(world.state.instances.get('worker-3')!.restarts).toBe(1);
});

test('reads a rollback back by its members: under way, whole, in part, and not at all', () => {
  const world = worldOf();
  runMinutes(world, 1);
  const spec: ActionSpec = {
    name: 'workload.rollback',
    target: { kind: 'workload', id: 'worker' },
    params: { toVersion: 'v0' },
  };
  const call = callOf({ actionId: 'D-9.1', spec, generation: null, timeoutMs: 5_000 });
  const statusOf = (asked: ActionCall) => {
    const answers: ActionAnswer[] = [];
    simActuator(world).readBack(asked, world.clock.nowMs(), (answer) => answers.push(answer));
    world.runUntilMs(world.clock.nowMs() + 1_000);
    return answers.map(({ status }) => status).join();
  };
  expect(statusOf(call)).toBe('refused');
  simActuator(world).apply(call, () => {});
  world.runUntilMs(world.clock.nowMs() + 20_000);
  expect(statusOf(call)).toBe('unknown');
  runMinutes(world, 3);
  expect(statusOf(call)).toBe('ok');
  world.state.instances.get('worker-1')!.version = 'v1';
  expect(statusOf(call)).toBe('partial');
});

test('reads a restart back by the start times of the engine, whatever the clock of the caller says', () => {
  const world = worldOf({ faults: ['at: 5m, kind: instance-crash, target: worker-3'] });
  runMinutes(world, 1);
  const { startedAtMs } = world.state.instances.get('worker-3')!;
  const call = callOf({ startedAtMs });
  const hourMs = 3_600_000;
  const statusesOf = () =>
    [-hourMs, hourMs].map((byMs) => {
      const answers: ActionAnswer[] = [];
      simActuator(world).readBack(call, world.clock.nowMs() + byMs, (answer) => answers.push(answer));
      world.runUntilMs(world.clock.nowMs() + 1_000);
      return answers[0]?.status;
    });
  expect(statusesOf()).toEqual(['refused', 'refused']);
  expect(apply(world, call)).toMatchObject([{ status: 'ok' }]);
  expect(statusesOf()).toEqual(['ok', 'ok']);
  runMinutes(world, 3);
  expect(world.state.instances.get('worker-3')!.state).toBe('stopped');
  expect(statusesOf()).toEqual(['ok', 'ok']);
});

test('a process that ends again while it starts is answered as such, and not waited for without end', () => {
  const world = worldOf({
    faults: ['at: 10s, kind: instance-crash, target: worker-3', 'at: 61500ms, kind: instance-crash, target: worker-3'],
  });
  runMinutes(world, 1);
  expect(apply(world, callOf({ generation: null }))).toMatchObject([{ status: 'partial' }]);
});
