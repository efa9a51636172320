import { expect, test } from 'vitest';
import { attachReactive } from '../../sim/reactive/reactive.ts';
import { runMinutes, worldOf } from './world-of.ts';

/** What the baseline did within the time, as `action target`, in order. */
function actionsIn(minutes: number, faults: readonly string[], load?: string): string[] {
  const world = worldOf({ faults, ...(load === undefined ? {} : { load }) });
  attachReactive(world);
  runMinutes(world, minutes);
  return world.truth.actions.map(({ spec }) => `${spec.name} ${spec.target.id}`);
}

test('a healthy cluster is left alone', () => {
  expect(actionsIn(20, [])).toEqual([]);
});

test('a worker that hangs is restarted by its probe', () => {
  expect(actionsIn(5, ['at: 2m, kind: instance-hang, target: worker-3'])[0]).toBe('instance.restart worker-3');
});

test('a surge scales the workers out, to twice what was declared at most', () => {
  const actions = actionsIn(15, ['at: 2m, kind: load-surge, target: orders, factor: 1.6']);
  expect(actions.length).toBeGreaterThan(0);
  expect(new Set(actions)).toEqual(new Set(['workload.scale worker']));
});

test('a disk that fills is cleaned up once it is nearly full', () => {
  expect(actionsIn(20, ['at: 2m, kind: disk-fill, target: node-1, rate: 8GiB/min'])).toContain(
    'storage.reclaim node-1',
  );
});

test('a node that stays away is left five minutes later, and opened again when it is back', () => {
  const actions = actionsIn(25, ['at: 2m, kind: node-crash, target: node-4, lasts: 15m']);
  expect(actions.filter((one) => one.endsWith(' node-4'))).toEqual(['node.drain node-4', 'node.uncordon node-4']);
});

test('errors after a deployment take it back', () => {
  expect(actionsIn(20, ['at: 2m, kind: bad-deploy, target: worker'])).toContain('workload.rollback worker');
});
