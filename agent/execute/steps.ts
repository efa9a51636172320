import type { Action, ActionState } from '../../model/action.ts';
import type { ActionId } from '../../model/entity.ts';
import type { Verdict } from '../../model/verdict.ts';
import { answerDueAtMs, callTimeoutMs } from './ask.ts';
import { enter, explain, stepOf, type Turn, targetsOf } from './execution.ts';
import { endUndone, finish } from './finish.ts';
import { keepLoose } from './loose.ts';
import { beginStep, fail, undoNext } from './undo.ts';
import { beginVerification, noteBaseline } from './verify.ts';

/** What one happening does to an execution. `detail` is the engine's answer in one line. */
export type Transition = (turn: Turn, detail: string) => void;

/** Pause before the same question is put again, ms. */
const againMs = 2_000;

/** Reads of the facts before a step that may fail before the plan is given up. */
const factsTries = 3;

/** Read-backs that are made even when the step's own time is over. */
const readBackTries = 3;

/** Asks the guard again on the facts just read, and sends the call with the answer fresh. */
export const judgeAndAct: Transition = (turn) => {
  const { execution, context } = turn;
  execution.waitsUntilMs = null;
  if (execution.stopWhy !== null && execution.purpose === 'apply') {
    endStopped(turn, execution.stopWhy);
    return;
  }
  const { epoch } = context;
  if (epoch === null) {
    execution.nextAtMs = context.nowMs + againMs;
    return;
  }
  const step = stepOf(execution);
  const { plan, purpose } = execution;
  const verdict = context.judge(purpose === 'apply' ? plan : { ...plan, steps: [step] }, purpose, step);
  if (verdict.effect !== 'auto') {
    waitOrStop(turn, verdict);
    return;
  }
  const unmet = purpose === 'apply' && execution.actionsSent === 0 ? unmetCheck(turn) : null;
  if (unmet === null) act(turn, epoch);
  else fail(turn, { result: 'error', why: unmet });
};

/** The playbook's own conditions, before the first effect; later our own changes would fail them. */
function unmetCheck({ execution, context }: Turn): string | null {
  const { plan } = execution;
  for (const check of plan.checks) {
    for (const target of targetsOf(plan)) {
      const { value, why } = context.evaluate(check, target);
      if (value === true) continue;
      return explain(value === null ? 'PLAN_CHECK_UNKNOWN' : 'PLAN_CHECK_FAILED', `${check}: ${why}`);
    }
  }
  return null;
}

/** Some denials pass with time (a peer that is still starting): those are waited for while the step's time lasts. */
function waitOrStop(turn: Turn, { effect, rule, why, retryAfterMs }: Verdict): void {
  const { execution, context } = turn;
  const step = stepOf(execution);
  const retryAtMs = context.nowMs + Math.max(againMs, retryAfterMs ?? 0);
  if (effect === 'deny' && retryAfterMs !== null && retryAtMs <= execution.stepBeganAtMs + step.timeoutMs) {
    execution.nextAtMs = retryAtMs;
    return;
  }
  fail(turn, { result: 'error', why: `${effect} before step ${step.id}: ${rule}: ${why}` });
}

function act({ execution, context, requests }: Turn, epoch: number): void {
  const step = stepOf(execution);
  const isUndo = execution.purpose === 'undo';
  const spec = isUndo ? step.undo : step.action;
  if (spec === null) throw new Error(`step ${step.id} has nothing to undo`);
  if (!isUndo) noteBaseline(execution, context);
  execution.actionsSent += 1;
  const action: Action = {
    type: 'action',
    id: `${execution.plan.decisionId}.${execution.actionsSent}` as ActionId,
    decisionId: execution.plan.decisionId,
    incidentId: execution.plan.incidentId,
    atMs: context.nowMs,
    stepId: step.id,
    purpose: execution.purpose,
    spec,
    undo: isUndo ? null : step.undo,
    state: 'intended',
    epoch,
    generation: context.generationOf(spec.target),
    startedAtMs: context.startedAtMsOf(spec.target),
    ok: null,
    detail: null,
  };
  enter(execution, 'acting', context.nowMs);
  execution.call = action;
  execution.intended = action;
  execution.waitsUntilMs = answerDueAtMs(context.nowMs, callTimeoutMs(step));
  requests.push({ type: 'act', action, timeoutMs: callTimeoutMs(step) });
}

export const readFactsAgain: Transition = (turn, detail) => {
  const { execution, context } = turn;
  execution.waitsUntilMs = null;
  execution.attempts += 1;
  if (execution.attempts < factsTries) {
    execution.nextAtMs = context.nowMs + againMs;
    return;
  }
  fail(turn, { result: 'error', why: explain('GUARD_FACTS_NOT_FRESH', detail) });
};

/** The step took effect: the next one, the one before when undoing, or the verification. */
export const takeEffect: Transition = (turn, detail) => {
  const { execution, context } = turn;
  recordCall(turn, 'answered', true, detail);
  execution.lastEffectAtMs = context.nowMs;
  if (execution.purpose === 'undo') {
    execution.applied.pop();
    execution.undoneSteps += 1;
    undoNext(turn);
    return;
  }
  execution.applied.push(execution.stepIndex);
  if (execution.stepIndex + 1 >= execution.plan.steps.length) beginVerification(execution, context.nowMs);
  else if (execution.stopWhy !== null) endStopped(turn, execution.stopWhy);
  else beginStep(execution, execution.stepIndex + 1, context.nowMs);
};

/** Nothing was changed by this step. */
export const refuseStep: Transition = (turn, detail) => {
  const { execution } = turn;
  recordCall(turn, 'refused', false, detail);
  const why = explain('STEP_REFUSED', `${stepOf(execution).id}: ${detail}`);
  if (execution.purpose === 'undo') endUndone(turn, 'undo-failed', why);
  else fail(turn, { result: 'error', why });
};

/** Some of it is there, so it is taken back like a step that took effect. */
export const stopPartWay: Transition = (turn, detail) => {
  const { execution, context } = turn;
  recordCall(turn, 'answered', false, detail);
  execution.lastEffectAtMs = context.nowMs;
  const why = explain('STEP_PARTIAL', `${stepOf(execution).id}: ${detail}`);
  if (execution.purpose === 'apply') execution.applied.push(execution.stepIndex);
  fail(turn, { result: 'error', why });
};

/** It may have happened or not: the engine is asked, and the call is never simply repeated. */
export const beginReadBack: Transition = (turn, detail) => {
  const { execution, context, executions } = turn;
  recordCall(turn, 'unknown', null, detail);
  if (execution.call !== null) keepLoose(executions, execution.call);
  enter(execution, 'reading-back', context.nowMs);
};

export const readBackAgain: Transition = (turn, detail) => {
  const { execution, context } = turn;
  execution.waitsUntilMs = null;
  execution.attempts += 1;
  const step = stepOf(execution);
  if (execution.attempts < readBackTries || context.nowMs < execution.stepBeganAtMs + step.timeoutMs) {
    execution.nextAtMs = context.nowMs + againMs;
    return;
  }
  const why = explain('STEP_UNKNOWN', `${step.id}: ${detail}`);
  if (execution.purpose === 'undo') endUndone(turn, 'undo-failed', why);
  // Acting on a cluster whose engine cannot even say what it did would be guessing.
  else finish(turn, 'error', 'undo-failed', why);
};

function endStopped(turn: Turn, why: string): void {
  const done = turn.execution.applied.length;
  const result = done === 0 ? 'error' : 'inconclusive';
  finish(turn, result, 'not-needed', `stopped after ${done} of ${turn.execution.plan.steps.length} steps: ${why}`);
}

function recordCall(turn: Turn, state: ActionState, ok: boolean | null, detail: string): void {
  const { execution, context, records, executions } = turn;
  if (execution.call === null) return;
  execution.waitsUntilMs = null;
  const action: Action = { ...execution.call, atMs: context.nowMs, state, ok, detail };
  execution.call = action;
  if (executions.loose.has(action.id)) executions.loose.set(action.id, action);
  records.push(action);
}
