import { expect, test } from 'vitest';
import type { EntityRef } from '../../../../model/entity.ts';
import { act, answer, noonMs, past } from '../fixture.ts';

const hold = (entity: EntityRef, untilMs = noonMs + 1) => ({
  facts: { holds: [{ entity, untilMs, why: 'measuring', personId: 'unix:maria' }] },
});

test.each<EntityRef>([
  { kind: 'instance', id: 'worker-1' },
  { kind: 'workload', id: 'worker' },
  { kind: 'node', id: 'node-1' },
  { kind: 'zone', id: 'zone-a' },
  { kind: 'site', id: 'site-1' },
  { kind: 'cluster', id: 'test' },
])('a hold on $kind $id keeps hands off what belongs to it', (entity) => {
  expect(answer(hold(entity))).toBe('deny holds');
});

test('a hold on something else, or one that has ended, does not bind', () => {
  expect(answer(hold({ kind: 'instance', id: 'worker-2' }))).toBe('auto any');
  expect(answer(hold({ kind: 'zone', id: 'zone-b' }))).toBe('auto any');
  expect(answer(hold({ kind: 'instance', id: 'worker-1' }, noonMs + 1))).toBe('deny holds');
  expect(answer(hold({ kind: 'instance', id: 'worker-1' }, noonMs))).toBe('auto any');
});

test('a hold on a member binds plans that reach it through its node or group', () => {
  const held = hold({ kind: 'instance', id: 'worker-1' });
  expect(answer({ ...held, actions: [act('node.drain', 'node-1')] })).toBe('deny holds');
  const group = hold({ kind: 'replica-group', id: 'orders' });
  expect(answer({ ...group, actions: [act('instance.restart', 'broker-1')] })).toBe('deny holds');
});

test('a hold binds an undo as well', () => {
  const action = act('instance.stop', 'worker-1');
  const undo = act('instance.start', 'worker-1');
  const plan = { steps: [{ id: 's1', action, timeoutMs: 1, predict: null, undo, undoReason: null }] };
  expect(answer({ ...hold({ kind: 'instance', id: 'worker-1' }), actions: [action], plan, purpose: 'undo' })).toBe(
    'deny holds',
  );
});

test('a person who changed the same thing lately wins, until the quiet time has passed', () => {
  const by = (agoMs: number, target: EntityRef) =>
    answer({ facts: { history: [past({ by: 'person', decisionId: null, atMs: noonMs - agoMs, target })] } });
  const worker1: EntityRef = { kind: 'instance', id: 'worker-1' };
  expect(by(600_000, worker1)).toBe('auto any');
  expect(by(599_999, worker1)).toBe('deny personChange');
  expect(by(1, { kind: 'workload', id: 'worker' })).toBe('deny personChange');
  expect(by(1, { kind: 'instance', id: 'worker-2' })).toBe('auto any');
});
