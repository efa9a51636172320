import { isPage } from '../../model/plan.ts';
import { type Execution, type ExecutionContext, enter, explain, type Turn, targetsOf } from './execution.ts';
import { finish } from './finish.ts';
import { effectMet } from './said-was.ts';
import { fail } from './undo.ts';

/** Pause between two readings, ms. */
const pollMs = 3_000;

/** Time that is given for a first reading after a restart, even when the verification's own time is over, ms. */
const catchUpMs = 15_000;

/**
 * Waits for the healthy delay and then measures until everything holds or the time is over. After a restart the
 * times still count from the last effect.
 */
export function beginVerification(execution: Execution, nowMs: number): void {
  const { afterMs, withinMs } = execution.plan.verification;
  const effectAtMs = execution.lastEffectAtMs;
  enter(execution, 'verifying', Math.max(nowMs, effectAtMs + afterMs));
  const isLate = nowMs > effectAtMs + withinMs;
  execution.verifyUntilMs = isLate ? nowMs + catchUpMs : effectAtMs + Math.max(withinMs, afterMs);
}

/** What the predicted effects speak of, before anything was touched. */
export function noteBaseline(execution: Execution, context: ExecutionContext): void {
  for (const { id, predict } of execution.plan.steps) {
    if (predict === null || execution.measured.has(id)) continue;
    execution.measured.set(id, { before: context.measure(predict)?.value ?? null, after: null, hit: false });
  }
}

/** One reading on facts read after the last effect. Older facts would show the cluster as it was. */
export function takeReading(turn: Turn): void {
  const { execution, context } = turn;
  if (context.factsAtMs < execution.lastEffectAtMs) {
    missReading(turn);
    return;
  }
  execution.waitsUntilMs = null;
  measureEffects(execution, context);
  const holds = readExpectations(execution, context);
  if (holds && execution.readings.size > 0) {
    finish(turn, 'succeeded', 'not-needed', describeReadings(execution));
    return;
  }
  goOnOrConclude(turn);
}

/** A reading that could not be made. */
export function missReading(turn: Turn): void {
  turn.execution.waitsUntilMs = null;
  goOnOrConclude(turn);
}

/** Whether every expectation was measured in this reading and holds. */
function readExpectations({ plan, readings }: Execution, context: ExecutionContext): boolean {
  let holds = true;
  for (const expression of plan.verification.expect) {
    for (const target of targetsOf(plan)) {
      const { value, why } = context.evaluate(expression, target);
      if (value !== null)
        readings.set(`${expression} ${target.kind}/${target.id}`, { value, why: `${target.id}: ${why}` });
      holds &&= value === true;
    }
  }
  return holds;
}

function measureEffects({ plan, measured, lastEffectAtMs }: Execution, context: ExecutionContext): void {
  for (const { id, predict } of plan.steps) {
    const known = measured.get(id);
    const now = predict === null ? null : context.measure(predict);
    if (predict === null || now === null || now.atMs < lastEffectAtMs) continue;
    const hit =
      (known?.hit ?? false) || (effectMet(predict, now.value) && now.atMs <= lastEffectAtMs + predict.withinMs);
    measured.set(id, { before: known?.before ?? null, after: now, hit });
  }
}

/**
 * Measured and not met is failed, and is undone. Whatever was not measured makes it inconclusive: the plan is left
 * as it is and a person is asked. Nothing is believed by default.
 */
function goOnOrConclude(turn: Turn): void {
  const { execution, context } = turn;
  if (context.nowMs < execution.verifyUntilMs) {
    execution.nextAtMs = Math.min(context.nowMs + pollMs, execution.verifyUntilMs);
    return;
  }
  const unmet = [...execution.readings].filter(([, reading]) => !reading.value);
  if (unmet.length > 0) {
    const shown = unmet.map(([, { why }]) => why).join('; ');
    fail(turn, { result: 'failed', why: explain('VERIFY_NOT_MET', shown) });
    return;
  }
  // A call that was taken has done all that it can; nothing in the cluster was to change.
  if (isPage(execution.plan)) {
    finish(turn, 'succeeded', 'not-needed', 'the call was taken');
    return;
  }
  finish(turn, 'inconclusive', 'not-needed', explain('VERIFY_NO_DATA', describeReadings(execution)));
}

function describeReadings({ plan, readings }: Execution): string {
  const wanted = plan.verification.expect.length * targetsOf(plan).length;
  const held = [...readings].filter(([, { value }]) => value).map(([, { why }]) => why);
  return [`${held.length} of ${wanted} expectations held`, ...held].join('; ');
}
