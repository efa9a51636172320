import { expect, test } from 'vitest';
import { chooseRehearsed } from '../../../agent/plan/choose.ts';
import type { Interval80, Plan, Rehearsal } from '../../../model/plan.ts';
import { planOf } from '../execute/plans.ts';

function rehearsed(spared: Interval80): Rehearsal {
  const some: Interval80 = [0, 0, 0];
  return {
    status: 'rehearsed',
    doNothing: some,
    withPlan: some,
    spared,
    recoversAlone: 0,
    horizonMs: 1,
    checkpoints: [],
    assumptions: [],
  };
}

function candidate(playbook: string, rehearsal: Rehearsal): Plan {
  return { ...planOf({}), playbook, rehearsal };
}

const unknown: Rehearsal = { status: 'cannot-rehearse', why: 'x' };

test('the order of the rules stands where the twin knows nothing', () => {
  expect(chooseRehearsed([candidate('a', unknown), candidate('b', rehearsed([60_000, 70_000, 80_000]))]).playbook).toBe(
    'a',
  );
});

test('a plan that is worse than doing nothing comes after all others, one below what the twin can tell does not', () => {
  const harmful = candidate('harmful', rehearsed([-90_000, -10_000, 0]));
  expect(chooseRehearsed([harmful, candidate('page', unknown)]).playbook).toBe('page');
  expect(chooseRehearsed([harmful]).playbook).toBe('harmful');
  expect(
    chooseRehearsed([candidate('slow', rehearsed([-90_000, -9_999, 0])), candidate('page', unknown)]).playbook,
  ).toBe('slow');
});

test('what surely spares more goes first, and only for the same cause', () => {
  const little = candidate('little', rehearsed([0, 5_000, 20_000]));
  const much = candidate('much', rehearsed([20_001, 60_000, 90_000]));
  expect(chooseRehearsed([little, much]).playbook).toBe('much');
  expect(chooseRehearsed([little, candidate('maybe', rehearsed([20_000, 60_000, 90_000]))]).playbook).toBe('little');
  const elsewhere = { ...much, cause: { ...much.cause, entity: { kind: 'instance' as const, id: 'worker-9' } } };
  expect(chooseRehearsed([little, elsewhere]).playbook).toBe('little');
});
