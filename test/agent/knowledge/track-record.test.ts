import { describe, expect, test } from 'vitest';
import { applyRecord, createKnowledge, type Knowledge } from '../../../agent/knowledge/knowledge.ts';
import { pastActions, pastRefusals } from '../../../agent/knowledge/track-record.ts';
import type { Action, ActionState } from '../../../model/action.ts';
import type { DecisionId } from '../../../model/entity.ts';
import type { OutcomeResult } from '../../../model/outcome.ts';
import type { Rehearsal } from '../../../model/plan.ts';
import { planOf, verdictOf } from '../execute/plans.ts';
import { controlOf } from './records.ts';

const minuteMs = 60_000;

interface Past {
  readonly number: number;
  readonly atMs: number;
  readonly state?: ActionState;
  readonly result?: OutcomeResult | null;
  readonly rehearsal?: Rehearsal;
  readonly causeId?: string;
}

function remember(knowledge: Knowledge, past: Past): void {
  const { number, atMs, state = 'answered', result = 'succeeded', rehearsal, causeId = 'worker-3' } = past;
  const decisionId = `D-${number}` as DecisionId;
  const plain = planOf({});
  const cause = { ...plain.cause, kind: 'memory-leak', entity: { kind: 'instance', id: causeId } } as const;
  const plan = { ...plain, decisionId, atMs, cause, rehearsal: rehearsal ?? plain.rehearsal };
  const about = { decisionId, incidentId: plan.incidentId, atMs };
  const spec = plan.steps[0]!.action;
  const action: Action = {
    ...about,
    type: 'action',
    id: `${decisionId}.1` as Action['id'],
    stepId: 'x',
    purpose: 'apply',
    spec,
    undo: null,
    state,
    epoch: 1,
    generation: null,
    ok: null,
    detail: null,
  };
  applyRecord(knowledge, plan);
  applyRecord(knowledge, { ...verdictOf('auto'), decisionId });
  applyRecord(knowledge, action);
  if (result !== null) {
    const outcome = {
      type: 'outcome',
      ...about,
      atMs: atMs + minuteMs,
      result,
      undone: 'not-needed',
      saidWas: [],
      why: '',
    };
    applyRecord(knowledge, outcome as never);
  }
}

function historyOf(...past: readonly Past[]) {
  const knowledge = createKnowledge();
  for (const one of past) remember(knowledge, one);
  return pastActions(knowledge, 100 * minuteMs);
}

describe('the history of actions', () => {
  test('carries rule, playbook, cause and outcome', () => {
    expect(historyOf({ number: 1, atMs: 5 })).toMatchObject([
      {
        by: 'agent',
        name: 'workload.scale',
        rule: 'scale',
        playbook: 'scale-workers',
        cause: 'memory-leak',
        outcome: 'succeeded',
        counts: false,
        ineffective: false,
        atMs: 5,
      },
    ]);
  });

  test('leaves out calls that changed nothing, and keeps those whose fate is unknown', () => {
    expect(historyOf({ number: 1, atMs: 5, state: 'refused' })).toEqual([]);
    expect(historyOf({ number: 1, atMs: 5, state: 'unknown', result: null })).toMatchObject([{ outcome: null }]);
  });

  test('tells refused calls apart, for the time that is remembered', () => {
    const knowledge = createKnowledge();
    remember(knowledge, { number: 1, atMs: 5, state: 'refused', result: 'error' });
    remember(knowledge, { number: 2, atMs: 6 });
    expect(pastRefusals(knowledge, minuteMs)).toMatchObject([{ decisionId: 'D-1', playbook: 'scale-workers' }]);
    expect(pastRefusals(knowledge, 400 * 24 * 60 * minuteMs)).toEqual([]);
  });

  test('is ordered by time, acts of people included', () => {
    const knowledge = createKnowledge();
    remember(knowledge, { number: 2, atMs: 50 });
    remember(knowledge, { number: 1, atMs: 10 });
    const entity = { kind: 'instance', id: 'worker-1' } as const;
    applyRecord(knowledge, controlOf('restarted by hand', { event: 'person-change-seen', entity, atMs: 30 }));
    expect(pastActions(knowledge, 60).map(({ atMs, by }) => [atMs, by])).toEqual([
      [10, 'agent'],
      [30, 'person'],
      [50, 'agent'],
    ]);
  });
});

describe('an outcome', () => {
  const rehearsed = {
    status: 'rehearsed',
    doNothing: [1, 2, 3],
    withPlan: [1, 2, 3],
    spared: [0, 0, 0],
    horizonMs: 1,
    checkpoints: [],
    assumptions: [],
  } as const;

  test('earns nothing without a rehearsal, or where doing nothing would have recovered in half of the samples or more', () => {
    expect(historyOf({ number: 1, atMs: 1 })[0]?.counts).toBe(false);
    expect(historyOf({ number: 1, atMs: 1, rehearsal: { ...rehearsed, recoversAlone: 0.5 } })[0]?.counts).toBe(false);
    expect(historyOf({ number: 1, atMs: 1, rehearsal: { ...rehearsed, recoversAlone: 0.49 } })[0]?.counts).toBe(true);
  });

  test('is ineffective when the same cause needs another plan within half an hour', () => {
    const soon = { number: 2, atMs: 31 * minuteMs, result: null };
    expect(historyOf({ number: 1, atMs: 0 }, soon)[0]?.ineffective).toBe(true);
    expect(historyOf({ number: 1, atMs: 0 }, { ...soon, atMs: 31 * minuteMs + 1 })[0]?.ineffective).toBe(false);
    expect(historyOf({ number: 1, atMs: 0 }, { ...soon, causeId: 'worker-4' })[0]?.ineffective).toBe(false);
    expect(historyOf({ number: 1, atMs: 0, result: 'failed' }, soon)[0]?.ineffective).toBe(false);
  });
});

describe('memory of a long life', () => {
  const dayMs = 24 * 60 * minuteMs;

  function incident(knowledge: Knowledge, resolvedAtMs: number | null): void {
    applyRecord(knowledge, { type: 'incident', id: planOf({}).incidentId, resolvedAtMs } as never);
  }

  test('an ended decision is forgotten after 90 days, when the next plan is made, and not before', () => {
    const knowledge = createKnowledge();
    incident(knowledge, 2 * minuteMs);
    remember(knowledge, { number: 1, atMs: 0 });
    remember(knowledge, { number: 2, atMs: 90 * dayMs + 2 * minuteMs });
    expect([...knowledge.decisions.keys()]).toEqual(['D-1', 'D-2']);
    remember(knowledge, { number: 3, atMs: 90 * dayMs + 2 * minuteMs + 1 });
    expect([...knowledge.decisions.keys()]).toEqual(['D-2', 'D-3']);
    expect(knowledge.lastDecisionNumber).toBe(3);
  });

  test('what is not over is never forgotten', () => {
    const open = createKnowledge();
    incident(open, null);
    remember(open, { number: 1, atMs: 0 });
    remember(open, { number: 2, atMs: 400 * dayMs });
    expect(open.decisions.has('D-1')).toBe(true);
    const unsettled = createKnowledge();
    incident(unsettled, minuteMs);
    remember(unsettled, { number: 1, atMs: 0, state: 'unknown', result: null });
    remember(unsettled, { number: 2, atMs: 400 * dayMs });
    expect(unsettled.decisions.has('D-1')).toBe(true);
  });

  test('what ended badly is kept and counts, however long ago: only a person lifts it', () => {
    const knowledge = createKnowledge();
    incident(knowledge, 2 * minuteMs);
    remember(knowledge, { number: 1, atMs: 0, result: 'failed' });
    remember(knowledge, { number: 2, atMs: 1, causeId: 'worker-4' });
    remember(knowledge, { number: 3, atMs: 2 * minuteMs, causeId: 'worker-4' });
    remember(knowledge, { number: 4, atMs: 400 * dayMs, causeId: 'worker-5' });
    expect([...knowledge.decisions.keys()]).toEqual(['D-1', 'D-2', 'D-4']);
    const past = pastActions(knowledge, 400 * dayMs + minuteMs);
    expect(past.map(({ decisionId, outcome, ineffective }) => [decisionId, outcome, ineffective])).toEqual([
      ['D-1', 'failed', false],
      ['D-2', 'succeeded', true],
      ['D-4', 'succeeded', false],
    ]);
  });

  test('the history follows each new record and the clock', () => {
    const knowledge = createKnowledge();
    remember(knowledge, { number: 1, atMs: 0 });
    expect(pastActions(knowledge, 1)).toHaveLength(1);
    remember(knowledge, { number: 2, atMs: 5 * minuteMs, causeId: 'worker-4' });
    expect(pastActions(knowledge, 6 * minuteMs)).toHaveLength(2);
    expect(pastActions(knowledge, 90 * dayMs + 1)).toHaveLength(1);
    expect(pastActions(knowledge, 90 * dayMs)).toHaveLength(2);
  });
});
