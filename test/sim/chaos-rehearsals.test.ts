import { expect, test } from 'vitest';
import type { Plan, Rehearsal } from '../../model/plan.ts';
import type { JournalRow } from '../../model/record.ts';
import { scoreRehearsals, sumRehearsals } from '../../sim/chaos/rehearsals.ts';
import type { FinishedRun } from '../../sim/run.ts';
import type { ActionTruth } from '../../sim/truth.ts';
import { planOf } from '../agent/execute/plans.ts';

const startMs = 1_000_000;
const minuteMs = 60_000;

function planThatSaid(lowMs: number, highMs: number): Plan {
  const said = [lowMs, lowMs, highMs] as const;
  const rehearsal: Rehearsal = {
    status: 'rehearsed',
    doNothing: said,
    withPlan: said,
    spared: [0, 0, 0],
    recoversAlone: 0,
    horizonMs: minuteMs,
    checkpoints: [{ afterMs: minuteMs, doNothing: said, withPlan: said }],
    assumptions: [],
  };
  return { ...planOf({}), atMs: startMs + minuteMs, rehearsal };
}

/** A run in which one plan was made after a minute and nothing was done for it. */
function runWith(plan: Plan, actions: readonly Partial<ActionTruth>[] = []): FinishedRun {
  const rows = [{ seq: 1, atMs: plan.atMs, record: plan }] as unknown as JournalRow[];
  return { world: { startMs, truth: { faults: [], actions, lossCurve: [] } }, shell: null, rows } as never;
}

/** What is lost by each second when it is lost all the time from a second on. */
const lossFrom = (second: number) => Array.from({ length: 180 }, (_, i) => 1_000 * Math.max(0, i + 1 - second));

test('an interval holds what was lost up to its checkpoint, to the second', () => {
  const held = scoreRehearsals(runWith(planThatSaid(20_000, 30_000)), lossFrom(90));
  expect(held).toMatchObject({ claims: 1, covered: 1, claimsAtStake: 1, coveredAtStake: 1 });
  expect(held).toMatchObject({ widthMs: 10_000, intervalScoreMs: 10_000 });
  const missed = scoreRehearsals(runWith(planThatSaid(20_000, 27_000)), lossFrom(90));
  expect(missed).toMatchObject({ covered: 0, widthMs: 7_000, intervalScoreMs: 7_000 + 10 * 3_000 });
});

test('what was lost before the plan was made is not held against it', () => {
  expect(scoreRehearsals(runWith(planThatSaid(60_000, 60_000)), lossFrom(0))).toMatchObject({ covered: 1 });
});

test('where nothing was lost, and none was said to be, nothing was at stake', () => {
  const quiet = scoreRehearsals(runWith(planThatSaid(0, 0)), lossFrom(500));
  expect(quiet).toMatchObject({ claims: 1, covered: 1, claimsAtStake: 0, widthMs: 0, intervalScoreMs: 0 });
});

test('once the agent has done something its world is no longer the one without it; a page does nothing', () => {
  const by = (name: string): Partial<ActionTruth>[] => [
    { atMs: startMs, byPerson: false, spec: { name } as never, decisionId: 'D-9' },
  ];
  expect(scoreRehearsals(runWith(planThatSaid(0, 0), by('instance.restart')), lossFrom(0)).claims).toBe(0);
  expect(scoreRehearsals(runWith(planThatSaid(0, 0), by('person.page')), lossFrom(0)).claims).toBe(1);
});

test('sums of runs are sums of their parts', () => {
  const one = scoreRehearsals(runWith(planThatSaid(20_000, 27_000)), lossFrom(90));
  const { claims, widthMs, intervalScoreMs } = sumRehearsals([one, one]);
  expect([claims, widthMs, intervalScoreMs]).toEqual([2, 2 * one.widthMs, 2 * one.intervalScoreMs]);
});
