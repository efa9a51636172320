import { expect, test } from 'vitest';
import type { OperationResult } from '../../../sim/cluster/answers.ts';
import type { SimInstance } from '../../../sim/cluster/instance.ts';
import { isHealthy } from '../../../sim/cluster/instances.ts';
import { powerOff } from '../../../sim/cluster/nodes.ts';
import { deploy } from '../../../sim/cluster/operations.ts';
import type { World } from '../../../sim/world.ts';
import { runMinutes, worldOf } from '../world-of.ts';

const workers = ({ state }: World): SimInstance[] => state.workloads.get('worker')!.instances;
const versions = (world: World) => workers(world).map((one) => one.version);
const healthy = (world: World) => workers(world).filter((one) => isHealthy(world.state, one));

function hang({ state }: World, id: string): void {
  state.effects.set({ kind: 'instance', id }, 'hang', 'test', 1);
}

/** A world in which v2 was deployed over v1 and every worker runs it. */
function deployed(faults: readonly string[] = []): World {
  const world = worldOf({ faults });
  runMinutes(world, 1);
  deploy(world.state, 'worker', 'v2');
  runMinutes(world, 2);
  return world;
}

/** Begins a rollback to v1; `look` sees the world after every second until the engine has answered, or 5 min passed. */
function rollBack(world: World, look: (second: number) => void = () => {}): OperationResult | undefined {
  let answer: OperationResult | undefined;
  world.act(
    { name: 'test', isPerson: false, decisionId: null },
    { name: 'workload.rollback', target: { kind: 'workload', id: 'worker' }, params: { toVersion: 'v1' } },
    (result) => {
      answer = result;
    },
  );
  for (let second = 1; second <= 300 && answer === undefined; second++) {
    world.runUntilMs(world.clock.nowMs() + 1_000);
    look(second);
  }
  return answer;
}

test('a rollback replaces its members one by one and answers when all of them are ready', () => {
  const world = deployed();
  let leastHealthy = 6;
  const answer = rollBack(world, () => {
    leastHealthy = Math.min(leastHealthy, healthy(world).length);
  });
  expect(answer?.status).toBe('ok');
  expect(leastHealthy).toBe(5);
  expect(healthy(world)).toHaveLength(6);
  expect(versions(world)).toEqual(Array(6).fill('v1'));
});

test('it ends at the first member that does not become ready, and takes no further one', () => {
  const world = deployed();
  const answer = rollBack(world, () => {
    const [replaced] = workers(world).filter((one) => one.version === 'v1');
    if (replaced !== undefined) hang(world, replaced.id);
  });
  expect(answer).toMatchObject({ status: 'partial', detail: expect.stringContaining('is not ready') });
  expect(versions(world).filter((version) => version === 'v1')).toHaveLength(1);
  const after = versions(world);
  runMinutes(world, 5);
  expect(versions(world)).toEqual(after);
});

test('what is down goes first: it costs nothing', () => {
  const world = deployed(['at: 170s, kind: instance-crash, target: worker-4']);
  const order: string[] = [];
  rollBack(world, () => {
    for (const one of workers(world)) if (one.version === 'v1' && !order.includes(one.id)) order.push(one.id);
  });
  expect(order[0]).toBe('worker-4');
  expect(order).toHaveLength(6);
});

test('a member whose node is down is left out and takes the version up when it starts', () => {
  const world = deployed(['at: 170s, kind: node-crash, target: node-5, lasts: 10m']);
  expect(rollBack(world)?.status).toBe('ok');
  expect(world.state.instances.get('worker-2')!.version).toBe('v2');
});

test('it gives way to whoever deploys another version meanwhile', () => {
  const world = deployed();
  const answer = rollBack(world, (second) => {
    if (second === 15) deploy(world.state, 'worker', 'v3');
  });
  expect(answer).toMatchObject({ status: 'partial', detail: expect.stringContaining('overtaken by v3') });
  runMinutes(world, 2);
  expect(versions(world)).toEqual(Array(6).fill('v3'));
});

test('the same version again changes nothing, an unknown workload is refused', () => {
  const world = worldOf();
  const was = workers(world).map((one) => one.startedAtMs);
  expect(rollBack(world)).toMatchObject({ status: 'ok', detail: 'was v1' });
  expect(workers(world).map((one) => one.startedAtMs)).toEqual(was);
});

test('no healthy member is taken while more of the others are down than when it began', () => {
  const world = deployed();
  let leastHealthy = 6;
  const answer = rollBack(world, (second) => {
    // Its node is gone, so the engine cannot replace it.
    const last = workers(world).at(-1)!;
    if (second === 5) powerOff(world.state, world.state.nodes.get(last.nodeId)!, 'test');
    leastHealthy = Math.min(leastHealthy, healthy(world).length);
  });
  expect(answer).toMatchObject({ status: 'partial', detail: expect.stringContaining('are down, 0 were') });
  expect(versions(world).filter((version) => version === 'v1').length).toBeLessThan(3);
  expect(leastHealthy).toBeGreaterThanOrEqual(4);
});

test('what goes down meanwhile is replaced next', () => {
  const world = deployed();
  const order: string[] = [];
  const answer = rollBack(world, (second) => {
    if (second === 12) hang(world, 'worker-6');
    for (const one of workers(world)) if (one.version === 'v1' && !order.includes(one.id)) order.push(one.id);
  });
  expect(answer?.status).toBe('ok');
  expect(order.indexOf('worker-6')).toBeLessThan(4);
});

test('a breach counts against a rollback for as long as it lasts, and for a minute more', () => {
  const world = deployed();
  rollBack(world);
  for (const one of workers(world).slice(2)) hang(world, one.id);
  runMinutes(world, 0.5);
  const breach = world.truth.breaches.find(({ what }) => what === 'minimum-capacity');
  expect(world.truth.actions[breach?.action ?? -1]?.spec.name).toBe('workload.rollback');
});
