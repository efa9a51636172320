import type { ActionId, DecisionId } from '../../model/entity.ts';
import type { Plan } from '../../model/plan.ts';
import type { Verdict } from '../../model/verdict.ts';
import type { StepResult } from '../core.ts';
import type { ActionAnswer } from '../ports.ts';
import { ask } from './ask.ts';
import type { Execution, ExecutionContext, Executions, Phase, Turn } from './execution.ts';
import { createExecution } from './execution.ts';
import { settleLoose } from './loose.ts';
import {
  beginReadBack,
  judgeAndAct,
  readBackAgain,
  readFactsAgain,
  refuseStep,
  stopPartWay,
  type Transition,
  takeEffect,
} from './steps.ts';
import { missReading, takeReading } from './verify.ts';

export type { ExecutionContext, Executions, Phase } from './execution.ts';
export { createExecutions } from './execution.ts';
export { resumeExecutions } from './resume.ts';

/*
 * One plan, from its verdict to its outcome:
 *
 *            facts: judged again                ok: next step, or undo of the one before
 *          +---------------------+     +-------------------------------------------------+
 *          |                     v     |                                                 |
 *   --> checking <---------+   acting -+- unknown --> reading-back --- ok ---------------+
 *        |  ^              |     |                     |   |  ^                          |
 *        |  +- no facts ---+     +- refused --+        |   +--+ unknown                  v
 *        |                         partial    |  refused, partial              checking | verifying
 *        | denied, or no facts for too long   v        v                                 |  |  ^
 *        +------------------------------> undo what took effect <--- measured, not met --+  +--+ not yet
 *                                             |                                          |
 *                                             v                                          v
 *                          failed | error, undone | undo-failed              succeeded | inconclusive
 *
 * Undoing runs through the same phases with purpose `undo`, step by step from the last one that took effect. No
 * answer in time counts as `no-facts` or `unknown`. Nothing new is begun while the lease is not held.
 */
type Happening = 'facts' | 'no-facts' | ActionAnswer['status'];

const ignore: Transition = () => {};

const noAnswers = { ok: ignore, partial: ignore, refused: ignore, unknown: ignore };
const noFacts = { facts: ignore, 'no-facts': ignore };
const settled = { ok: takeEffect, partial: stopPartWay, refused: refuseStep };

const transitions: Readonly<Record<Phase, Readonly<Record<Happening, Transition>>>> = {
  checking: { facts: judgeAndAct, 'no-facts': readFactsAgain, ...noAnswers },
  acting: { ...noFacts, ...settled, unknown: beginReadBack },
  'reading-back': { ...noFacts, ...settled, unknown: readBackAgain },
  verifying: { facts: takeReading, 'no-facts': missReading, ...noAnswers },
};

/** What a request that is not answered in time amounts to. */
const silenceMeans: Readonly<Record<Phase, Happening>> = {
  checking: 'no-facts',
  acting: 'unknown',
  'reading-back': 'unknown',
  verifying: 'no-facts',
};

const nothing: StepResult = { records: [], requests: [] };

/** Starts a plan that the guard lets run: reads fresh facts first. A plan that is under way already is left alone. */
export function beginExecution(
  executions: Executions,
  plan: Plan,
  verdict: Verdict,
  context: ExecutionContext,
): StepResult {
  if (executions.running.has(plan.decisionId) || verdict.effect !== 'auto') return nothing;
  const execution = createExecution(plan, context.nowMs);
  executions.running.set(plan.decisionId, execution);
  return turn(executions, execution, context, () => {});
}

/** After the loop has taken in the fresh observations that the executor asked for. */
export function onFacts(
  executions: Executions,
  decisionId: DecisionId,
  factsOk: boolean,
  context: ExecutionContext,
): StepResult {
  const execution = executions.running.get(decisionId);
  if (execution === undefined || execution.waitsUntilMs === null) return nothing;
  return happen(
    executions,
    execution,
    context,
    factsOk ? 'facts' : 'no-facts',
    factsOk ? '' : 'a source did not answer',
  );
}

/** The engine's answer to a call or to a read-back of it. */
export function onActionAnswer(
  executions: Executions,
  actionId: ActionId,
  answer: ActionAnswer,
  context: ExecutionContext,
): StepResult {
  const execution = executions.running.get(actionId.slice(0, actionId.lastIndexOf('.')) as DecisionId);
  const isCurrent =
    execution?.call?.id === actionId && (execution.phase === 'acting' || execution.phase === 'reading-back');
  if (execution === undefined || !isCurrent) return settleLoose(executions, actionId, answer, context);
  return happen(executions, execution, context, answer.status, answer.detail);
}

/** Time passes for one plan: requests that were not answered in time, and those that are due. */
export function onTick(executions: Executions, decisionId: DecisionId, context: ExecutionContext): StepResult {
  const execution = executions.running.get(decisionId);
  if (execution === undefined) return nothing;
  if (execution.waitsUntilMs === null || context.nowMs < execution.waitsUntilMs) {
    return turn(executions, execution, context, () => {});
  }
  return happen(executions, execution, context, silenceMeans[execution.phase], 'no answer in time');
}

/** Lets the step at hand finish and begins no further one. What was done stays as it is, for a person to judge. */
export function stopAfterStep(executions: Executions, decisionId: DecisionId, why = 'a person stopped it'): void {
  const execution = executions.running.get(decisionId);
  if (execution !== undefined) execution.stopWhy = why;
}

/** Plans that are acting or being verified now. */
export function inFlightPlans(executions: Executions): Plan[] {
  return [...executions.running.values()].map((execution) => execution.plan);
}

/** Where a plan stands; null when it is not under way. */
export function phaseOf(executions: Executions, decisionId: DecisionId): Phase | null {
  return executions.running.get(decisionId)?.phase ?? null;
}

function happen(
  executions: Executions,
  execution: Execution,
  context: ExecutionContext,
  happening: Happening,
  detail: string,
): StepResult {
  return turn(executions, execution, context, (t) => transitions[execution.phase][happening](t, detail));
}

/** Runs one transition and then sends what the phase it led to is due to ask. */
function turn(
  executions: Executions,
  execution: Execution,
  context: ExecutionContext,
  change: (turn: Turn) => void,
): StepResult {
  const turn: Turn = { executions, execution, context, records: [], requests: [] };
  change(turn);
  if (executions.running.get(execution.plan.decisionId) === execution) ask(turn);
  return { records: turn.records, requests: turn.requests };
}
