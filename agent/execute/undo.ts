import { type Execution, enter, type Failure, stepOf, type Turn } from './execution.ts';
import { endUndone } from './finish.ts';

/** Records that the plan cannot succeed, and takes back what it has done so far. */
export function fail(turn: Turn, failure: Failure): void {
  const { execution } = turn;
  if (execution.purpose === 'undo') {
    endUndone(turn, 'undo-failed', failure.why);
    return;
  }
  execution.failure = failure;
  execution.purpose = 'undo';
  undoNext(turn);
}

/** Goes to the last step that took effect and has an inverse; what has none is left as it is. */
export function undoNext(turn: Turn): void {
  const { execution, context } = turn;
  const last = execution.applied.at(-1);
  if (last === undefined) {
    endUndone(turn, execution.undoneSteps > 0 ? 'undone' : 'not-needed', null);
    return;
  }
  execution.stepIndex = last;
  if (stepOf(execution).undo === null) {
    execution.applied.pop();
    undoNext(turn);
    return;
  }
  beginStep(execution, last, context.nowMs);
}

/** Goes to a step, to apply or to undo it; facts are read first. */
export function beginStep(execution: Execution, index: number, nowMs: number): void {
  execution.stepIndex = index;
  execution.stepBeganAtMs = nowMs;
  enter(execution, 'checking', nowMs);
}
