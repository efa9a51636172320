import type { Action } from '../../model/action.ts';
import type { StepResult } from '../core.ts';
import type { Decision, Knowledge } from '../knowledge/knowledge.ts';
import { isUnsettled, unsettledActions } from '../knowledge/restore.ts';
import { ask, readBackTimeoutMs } from './ask.ts';
import type { Execution, ExecutionContext, Executions, Turn } from './execution.ts';
import { createExecution, enter, explain } from './execution.ts';
import { keepLoose } from './loose.ts';
import { beginStep, fail, undoNext } from './undo.ts';
import { beginVerification } from './verify.ts';

/**
 * Takes up after a crash, or from another holder, whatever has acted and has no outcome yet. A call whose fate is not
 * recorded is read back first; nothing is sent again. Of the context only time and epoch matter here.
 */
export function resumeExecutions(executions: Executions, knowledge: Knowledge, context: ExecutionContext): StepResult {
  const result: Pick<Turn, 'records' | 'requests'> = { records: [], requests: [] };
  for (const decision of knowledge.decisions.values()) {
    if (decision.outcome !== null || decision.actions.size === 0 || executions.running.has(decision.id)) continue;
    const execution = rebuild(decision, context.nowMs);
    executions.running.set(decision.id, execution);
    const turn: Turn = { executions, execution, context, ...result };
    goOn(turn, lastOf(actionsOf(decision)));
    if (executions.running.has(decision.id)) ask(turn);
  }
  for (const action of unsettledActions(knowledge)) {
    if (executions.running.has(action.decisionId)) continue;
    keepLoose(executions, action);
    const intended = { ...action, atMs: intendedAtMs(knowledge.decisions.get(action.decisionId), action) };
    result.requests.push({ type: 'read-back', action: intended, timeoutMs: readBackTimeoutMs });
  }
  return result;
}

function rebuild(decision: Decision, nowMs: number): Execution {
  const execution = createExecution(decision.plan, nowMs);
  const actions = actionsOf(decision);
  execution.actionsSent = numberOf(lastOf(actions));
  for (const { state, purpose, stepId, atMs, ok } of actions) {
    execution.purpose = purpose;
    execution.stepIndex = decision.plan.steps.findIndex((step) => step.id === stepId);
    if (state !== 'answered') continue;
    execution.lastEffectAtMs = atMs;
    if (purpose === 'apply') execution.applied.push(execution.stepIndex);
    // An undo that stopped part way has left its step applied.
    else if (ok === false) continue;
    else execution.applied.splice(execution.applied.lastIndexOf(execution.stepIndex), 1);
    execution.undoneSteps += purpose === 'undo' ? 1 : 0;
  }
  if (execution.purpose === 'undo') execution.failure = failureBeforeUndo(execution, actions);
  const last = lastOf(actions);
  execution.call = last;
  execution.intended = { ...last, atMs: intendedAtMs(decision, last) };
  return execution;
}

/** A plan is undone either because its effect did not appear, which needs every step, or because a step was stopped. */
function failureBeforeUndo(execution: Execution, actions: readonly Action[]): Execution['failure'] {
  const { plan, applied, undoneSteps } = execution;
  const isStopped = actions.some((action) => action.purpose === 'apply' && action.ok === false);
  const isWhole = !isStopped && applied.length + undoneSteps === plan.steps.length;
  return { result: isWhole ? 'failed' : 'error', why: 'taken up again while it was being undone' };
}

/** Goes on from the last call that is recorded. */
function goOn(turn: Turn, last: Action): void {
  const { execution, context } = turn;
  if (isUnsettled(last)) {
    // An answer that comes after the plan was given up is still taken down.
    keepLoose(turn.executions, last);
    enter(execution, 'reading-back', context.nowMs);
    return;
  }
  const isUndo = execution.purpose === 'undo';
  if (last.state === 'refused' || last.ok === false) {
    const code = last.state === 'refused' ? 'STEP_REFUSED' : 'STEP_PARTIAL';
    fail(turn, { result: 'error', why: explain(code, `${last.stepId}: ${last.detail}`) });
    return;
  }
  if (isUndo) undoNext(turn);
  else if (execution.stepIndex + 1 < execution.plan.steps.length) {
    beginStep(execution, execution.stepIndex + 1, context.nowMs);
  } else beginVerification(execution, context.nowMs);
}

/** In the order in which they were intended. */
function actionsOf(decision: Decision): readonly Action[] {
  return [...decision.actions.values()].sort((a, b) => numberOf(a) - numberOf(b));
}

function numberOf({ id }: Action): number {
  return Number(id.slice(id.lastIndexOf('.') + 1));
}

function lastOf(actions: readonly Action[]): Action {
  const last = actions.at(-1);
  if (last === undefined) throw new Error('a decision without actions has nothing to resume');
  return last;
}

function intendedAtMs(decision: Decision | undefined, action: Action): number {
  return decision?.intendedAtMs.get(action.id) ?? action.atMs;
}
