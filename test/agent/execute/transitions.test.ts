import { describe, expect, test } from 'vitest';
import type { StepResult } from '../../../agent/core.ts';
import type { Execution, ExecutionContext, Phase } from '../../../agent/execute/execution.ts';
import { createExecution, createExecutions } from '../../../agent/execute/execution.ts';
import { onActionAnswer, onFacts, onTick, phaseOf } from '../../../agent/execute/executor.ts';
import type { Action } from '../../../model/action.ts';
import type { Effect } from '../../../model/verdict.ts';
import { decisionId, planOf, scale, verdictOf } from './plans.ts';

type Happening = 'facts' | 'no facts' | 'ok' | 'partial' | 'refused' | 'unknown' | 'silence';

/** [phase, purpose, step of 2, happening, phase it leads to or the result it ends with, what it asks for next] */
const table: readonly (readonly [Phase, 'apply' | 'undo', 1 | 2, Happening, string, string])[] = [
  ['checking', 'apply', 1, 'facts', 'acting', 'act'],
  ['checking', 'apply', 1, 'no facts', 'checking', ''],
  ['checking', 'apply', 1, 'silence', 'checking', ''],
  ['checking', 'apply', 1, 'ok', 'checking', ''],
  ['checking', 'apply', 1, 'refused', 'checking', ''],
  ['checking', 'apply', 1, 'unknown', 'checking', ''],
  ['acting', 'apply', 1, 'ok', 'checking', 'read-facts'],
  ['acting', 'apply', 2, 'ok', 'verifying', ''],
  ['acting', 'apply', 1, 'refused', 'error not-needed', 'notify'],
  ['acting', 'apply', 2, 'refused', 'checking', 'read-facts'],
  ['acting', 'apply', 1, 'partial', 'checking', 'read-facts'],
  ['acting', 'apply', 2, 'partial', 'checking', 'read-facts'],
  ['acting', 'apply', 1, 'unknown', 'reading-back', 'read-back'],
  ['acting', 'apply', 1, 'silence', 'reading-back', 'read-back'],
  ['acting', 'apply', 1, 'facts', 'acting', ''],
  ['acting', 'apply', 1, 'no facts', 'acting', ''],
  ['reading-back', 'apply', 1, 'ok', 'checking', 'read-facts'],
  ['reading-back', 'apply', 2, 'ok', 'verifying', ''],
  ['reading-back', 'apply', 1, 'refused', 'error not-needed', 'notify'],
  ['reading-back', 'apply', 2, 'refused', 'checking', 'read-facts'],
  ['reading-back', 'apply', 1, 'partial', 'checking', 'read-facts'],
  ['reading-back', 'apply', 1, 'unknown', 'reading-back', ''],
  ['reading-back', 'apply', 1, 'silence', 'reading-back', ''],
  ['reading-back', 'apply', 1, 'facts', 'reading-back', ''],
  ['reading-back', 'apply', 1, 'no facts', 'reading-back', ''],
  ['verifying', 'apply', 2, 'facts', 'succeeded not-needed', ''],
  ['verifying', 'apply', 2, 'no facts', 'verifying', ''],
  ['verifying', 'apply', 2, 'silence', 'verifying', ''],
  ['verifying', 'apply', 2, 'ok', 'verifying', ''],
  ['verifying', 'apply', 2, 'refused', 'verifying', ''],
  ['verifying', 'apply', 2, 'unknown', 'verifying', ''],
  ['verifying', 'apply', 2, 'partial', 'verifying', ''],
  ['checking', 'undo', 2, 'facts', 'acting', 'act'],
  ['checking', 'undo', 2, 'no facts', 'checking', ''],
  ['acting', 'undo', 2, 'ok', 'checking', 'read-facts'],
  ['acting', 'undo', 1, 'ok', 'failed undone', 'notify'],
  ['acting', 'undo', 1, 'refused', 'failed undo-failed', 'notify'],
  ['acting', 'undo', 1, 'partial', 'failed undo-failed', 'notify'],
  ['acting', 'undo', 1, 'unknown', 'reading-back', 'read-back'],
  ['acting', 'undo', 1, 'silence', 'reading-back', 'read-back'],
  ['reading-back', 'undo', 1, 'ok', 'failed undone', 'notify'],
  ['reading-back', 'undo', 1, 'refused', 'failed undo-failed', 'notify'],
  ['reading-back', 'undo', 2, 'unknown', 'reading-back', ''],
];

const nowMs = 100_000;

function contextOf(over: Partial<ExecutionContext> = {}): ExecutionContext {
  return {
    nowMs,
    epoch: 1,
    judge: () => verdictOf('auto'),
    evaluate: () => ({ value: true, why: '' }),
    measure: () => null,
    generationOf: () => null,
    startedAtMsOf: () => undefined,
    sloLost: null,
    factsAtMs: nowMs,
    ...over,
  };
}

function executionIn(phase: Phase, purpose: 'apply' | 'undo', step: 1 | 2): Execution {
  const execution = createExecution(planOf({ steps: 2 }), nowMs);
  Object.assign(execution, {
    phase,
    purpose,
    stepIndex: step - 1,
    waitsUntilMs: nowMs + 6_000,
    verifyUntilMs: nowMs + 60_000,
  });
  if (purpose === 'undo') {
    execution.failure = { result: 'failed', why: 'as given' };
    execution.applied = step === 2 ? [0, 1] : [0];
    execution.undoneSteps = 2 - step;
  } else execution.applied = phase === 'verifying' ? [0, 1] : [0, 1].slice(0, step - 1);
  if (phase !== 'checking' || step === 2) {
    execution.call = callOf(purpose);
    execution.intended = execution.call;
    execution.actionsSent = 1;
  }
  return execution;
}

function callOf(purpose: 'apply' | 'undo'): Action {
  const about = { decisionId, incidentId: 'INC-0001', atMs: nowMs, stepId: 'scale-w1' } as const;
  const rest = { undo: null, state: 'intended', epoch: 1, generation: null, ok: null, detail: null } as const;
  return { type: 'action', id: 'D-1.1', ...about, purpose, spec: scale('w1', 2), ...rest };
}

function happen(execution: Execution, happening: Happening, over: Partial<ExecutionContext> = {}) {
  const executions = createExecutions();
  executions.running.set(decisionId, execution);
  const context = contextOf(over);
  const result = send();
  const outcome = result.records.find((record) => record.type === 'outcome');
  const led = outcome === undefined ? String(phaseOf(executions, decisionId)) : `${outcome.result} ${outcome.undone}`;
  return { led, asks: result.requests.map(({ type }) => type).join(' '), result };

  function send(): StepResult {
    if (happening === 'facts' || happening === 'no facts')
      return onFacts(executions, decisionId, happening === 'facts', context);
    if (happening !== 'silence') return onActionAnswer(executions, 'D-1.1', { status: happening, detail: '' }, context);
    return onTick(executions, decisionId, { ...context, nowMs: nowMs + 6_000, factsAtMs: nowMs + 6_000 });
  }
}

describe('one happening in each phase', () => {
  test.each(table)('%s to %s step %i of 2: %s leads to %s %s', (phase, purpose, step, happening, leadsTo, asks) => {
    const { led, asks: asked } = happen(executionIn(phase, purpose, step), happening);
    expect(`${led} ${asked}`).toBe(`${leadsTo} ${asks}`);
  });

  test('that nobody waits for changes nothing', () => {
    const execution = executionIn('checking', 'apply', 1);
    execution.waitsUntilMs = null;
    execution.nextAtMs = nowMs + 1_000;
    expect(happen(execution, 'facts')).toMatchObject({ led: 'checking', asks: '' });
  });
});

describe('the guard, asked again before a step,', () => {
  const judged = (effect: Effect, retryAfterMs: number | null = null) => ({
    judge: () => verdictOf(effect, retryAfterMs),
  });

  test('stops the plan by a denial or a question', () => {
    expect(happen(executionIn('checking', 'apply', 1), 'facts', judged('deny')).led).toBe('error not-needed');
    expect(happen(executionIn('checking', 'apply', 1), 'facts', judged('ask')).led).toBe('error not-needed');
  });

  test('is asked again later where waiting helps and the time of the step allows it', () => {
    expect(happen(executionIn('checking', 'apply', 1), 'facts', judged('deny', 15_000)).led).toBe('checking');
    expect(happen(executionIn('checking', 'apply', 1), 'facts', judged('deny', 15_001)).led).toBe('error not-needed');
  });

  test('is not even asked without the lease', () => {
    const { led, asks } = happen(executionIn('checking', 'apply', 1), 'facts', { epoch: null });
    expect(`${led} ${asks}`).toBe('checking ');
  });
});

test('facts from before the last effect are no reading', () => {
  const execution = executionIn('verifying', 'apply', 2);
  execution.lastEffectAtMs = nowMs;
  expect(happen(execution, 'facts', { factsAtMs: nowMs - 1 }).led).toBe('verifying');
  execution.waitsUntilMs = nowMs;
  expect(happen(execution, 'facts', { factsAtMs: nowMs }).led).toBe('succeeded not-needed');
});
