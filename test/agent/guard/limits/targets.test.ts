import { expect, test } from 'vitest';
import type { ActionName } from '../../../../model/actions.ts';
import { act, answer, cluster, codeOf, instance, past, planFor, step } from '../fixture.ts';

test('a plan without an action is denied', () => {
  expect(answer({ actions: [] })).toBe('deny targets');
  expect(codeOf({ actions: [] })).toBe('GUARD_EMPTY_TARGETS');
});

test('the same action twice on one target is denied, two actions on it are not', () => {
  const restart = act('instance.restart', 'worker-1');
  expect(answer({ actions: [restart, act('instance.restart', 'worker-2')] })).toBe('auto any');
  expect(answer({ actions: [act('node.cordon', 'node-1'), act('node.drain', 'node-1')] })).toBe('auto any');
  expect(answer({ actions: [restart, restart] })).toBe('deny targets');
});

test.each(['Worker-1', 'worker-1 ', ' worker-1', 'worker-1\n', 'wоrker-1', 'worker-01', 'worker', '__proto__', '*'])(
  'the look-alike %j is another entity',
  (id) => {
    expect(codeOf({ actions: [act('instance.restart', id)] })).toBe('GUARD_UNKNOWN_TARGET');
  },
);

test('an id of another kind is not the target', () => {
  expect(codeOf({ actions: [act('instance.restart', 'node-1')] })).toBe('GUARD_UNKNOWN_TARGET');
  const swapped = { ...act('instance.restart', 'node-1'), target: { kind: 'node', id: 'node-1' } } as const;
  expect(codeOf({ actions: [swapped] })).toBe('GUARD_INVALID_PARAMETERS');
});

test('an action that no actuator can do is denied', () => {
  const only = (...names: ActionName[]) => ({ facts: { supportedActions: new Set(names) } });
  expect(answer(only('instance.restart'))).toBe('auto any');
  expect(answer(only('instance.start'))).toBe('deny supportedActions');
});

test('parameters are held against the catalogue', () => {
  const restart = (graceMs: unknown) => answer({ actions: [act('instance.restart', 'worker-1', { graceMs })] });
  expect(restart(0)).toBe('auto any');
  expect(restart(3_600_000)).toBe('auto any');
  for (const wrong of [3_600_001, -1, 1.5, '10s', Number.NaN, Number.POSITIVE_INFINITY, null, undefined, {}]) {
    expect(restart(wrong)).toBe('deny parameters');
  }
  expect(answer({ actions: [act('instance.restart', 'worker-1', { graceMs: 1, command: 'rm' })] })).toBe(
    'deny parameters',
  );
});

test('an action outside the catalogue is denied', () => {
  for (const name of ['made.up', 'constructor', '__proto__', 'Instance.Restart', 'instance.restart ']) {
    const action = { ...act('instance.restart', 'worker-1'), name } as never;
    expect(answer({ actions: [action] })).toBe('deny parameters');
  }
});

test('a step needs a timeout of at most a day', () => {
  const action = act('instance.restart', 'worker-1');
  const within = (timeoutMs: number) => answer({ plan: { steps: [step(action, { timeoutMs })] } });
  expect(within(86_400_000)).toBe('auto any');
  for (const wrong of [0, -1, 86_400_001, Number.NaN]) expect(within(wrong)).toBe('deny parameters');
});

test('a stored undo is the inverse of the step, for the same target', () => {
  const action = act('instance.stop', 'worker-1');
  const undoneBy = (undo: ReturnType<typeof act> | null) =>
    answer({ actions: [action], plan: { steps: [step(action, { undo })] } });
  expect(undoneBy(act('instance.start', 'worker-1'))).toBe('auto any');
  expect(undoneBy(act('instance.start', 'worker-2'))).toBe('deny parameters');
  expect(undoneBy(act('instance.restart', 'worker-1'))).toBe('deny parameters');
  expect(undoneBy(act('instance.start', 'worker-1', { force: true }))).toBe('deny parameters');
});

test('a changed footprint denies: generation, members, cluster', () => {
  const made = cluster();
  const plan = planFor([act('instance.restart', 'worker-1')], made);
  const seen = (inventory: ReturnType<typeof cluster>) => answer({ plan, facts: { inventory } });
  const changed = (id: string, more: object) =>
    made.instances.map((one) => (one.id === id ? { ...one, ...more } : one));
  expect(seen(cluster({ version: 99 }))).toBe('auto any');
  expect(seen(cluster({ instances: changed('worker-1', { state: 'paused' }) }))).toBe('auto any');
  expect(seen(cluster({ instances: changed('worker-1', { generation: 2 }) }))).toBe('deny footprint');
  expect(seen(cluster({ instances: [...made.instances, instance('worker-7', 'worker', 'node-1')] }))).toBe(
    'deny footprint',
  );
  expect(seen(cluster({ clusterId: 'other' }))).toBe('deny footprint');
});

test('what the plan itself changed does not count against its later steps', () => {
  const plan = planFor([act('instance.restart', 'worker-1')]);
  const made = cluster();
  const instances = made.instances.map((one) => (one.id === 'worker-1' ? { ...one, generation: 2 } : one));
  const history = [past({ decisionId: 'D-1', outcome: null })];
  expect(answer({ plan, facts: { inventory: cluster({ instances }), history } })).toBe('auto any');
});

test('a step outside the footprint is denied', () => {
  const plan = planFor([act('instance.restart', 'worker-1')]);
  const steps = [...plan.steps, step(act('instance.restart', 'worker-2'), { id: 's2' })];
  expect(answer({ plan: { ...plan, steps } })).toBe('deny footprint');
});
