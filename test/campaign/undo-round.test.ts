import { expect, test } from 'vitest';
import { builtInPlaybooks, loadPlaybooks } from '../../agent/files.ts';
import { playUndo } from './undo-round.ts';

const loaded = loadPlaybooks([builtInPlaybooks()]);
const playbooks = loaded.ok ? loaded.playbooks : [];

test.each(playbooks)('whatever fails in $name, the cluster is as it was, as intended, or quarantined', (playbook) => {
  const { cases, wrong } = playUndo(playbook, 1);
  expect(cases).toBeGreaterThan(50);
  expect(wrong).toEqual([]);
});

test('an undo that puts nothing back is noticed', () => {
  const scale = playbooks.find(({ name }) => name === 'scale-on-backlog')!;
  const { wrong } = playUndo(scale, 1, (step) => ({ ...step, undo: step.action }));
  expect(wrong.join()).toContain('steps left by a plan that failed');
});
