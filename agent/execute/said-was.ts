import { wellKnownMetrics } from '../../model/metrics.ts';
import type { SaidWas } from '../../model/outcome.ts';
import type { Interval80, PlanStep, PredictedEffect, RehearsedLoss } from '../../model/plan.ts';
import { inWords } from '../analyze/live/words.ts';
import { toldFromMs } from '../guard/rehearsed.ts';
import type { Execution, ExecutionContext } from './execution.ts';

export function effectMet({ becomes, value }: PredictedEffect, measured: number): boolean {
  return becomes === 'below' ? measured < value : measured > value;
}

/** Each prediction of the plan beside what was measured. A prediction whose time has not come has no verdict yet. */
export function saidAgainstWas(execution: Execution, context: ExecutionContext): readonly SaidWas[] {
  const effects = execution.plan.steps.flatMap((step) => {
    const { predict } = step;
    return predict === null ? [] : [sayOne(execution, step, predict, context.nowMs)];
  });
  return [...effects, ...sayLoss(execution, context)];
}

function sayOne(execution: Execution, step: PlanStep, predict: PredictedEffect, nowMs: number): SaidWas {
  const { entity, metric, becomes, value, withinMs, probability } = predict;
  const unit = Object.entries(wellKnownMetrics).find(([name]) => name === metric)?.[1].unit ?? '{}';
  const said = `${metric} of ${entity.kind}/${entity.id} ${becomes} ${inWords(value, unit)} within ${seconds(withinMs)} (p ${probability})`;
  const measured = execution.measured.get(step.id);
  const before = measured?.before ?? null;
  const beforeText = before === null ? '' : `, ${inWords(before, unit)} before`;
  const after = measured?.after ?? null;
  if (after === null) return { said, was: `not measured${beforeText}`, hit: null };
  const was = `${inWords(after.value, unit)} after ${seconds(after.atMs - execution.lastEffectAtMs)}${beforeText}`;
  const isDue = nowMs >= execution.lastEffectAtMs + withinMs;
  if (measured?.hit === true) return { said, was, hit: true };
  return { said, was, hit: isDue ? false : null };
}

/** The rehearsal was of a plan that runs at once; one that began later than this has nothing to say of what was, ms. */
const promptMs = 60_000;

/** The SLO time that the twin said would be lost by now, 80 % interval, beside what was lost. */
function sayLoss({ plan, beganAtMs, actionsSent }: Execution, { sloLost }: ExecutionContext): readonly SaidWas[] {
  if (plan.rehearsal.status !== 'rehearsed' || actionsSent === 0) return [];
  if (sloLost === null) return [{ said: 'the rehearsed SLO loss', was: 'not measured', hit: null }];
  const { lostMs, overMs } = sloLost;
  const [low, , high] = rehearsedLossAt(plan.rehearsal.checkpoints, overMs);
  const said = `SLO lost ${seconds(low)} to ${seconds(high)} in ${seconds(overMs)} (p 0.8)`;
  const lateMs = beganAtMs - plan.atMs;
  if (lateMs > promptMs) return [{ said, was: `the plan began ${seconds(lateMs)} after its rehearsal`, hit: null }];
  // The twin counts whole steps; a loss within one of them of the interval is no miss.
  return [{ said, was: `lost ${seconds(lostMs)}`, hit: lostMs >= low - toldFromMs && lostMs <= high + toldFromMs }];
}

/** The loss with the plan `afterMs` after the rehearsal, between the checkpoints on a straight line. */
function rehearsedLossAt(checkpoints: readonly RehearsedLoss[], afterMs: number): Interval80 {
  const next = checkpoints.findIndex((checkpoint) => checkpoint.afterMs >= afterMs);
  const to = checkpoints.at(next);
  if (next === -1 || to === undefined) return to?.withPlan ?? [0, 0, 0];
  const from = checkpoints[next - 1] ?? { afterMs: 0, withPlan: [0, 0, 0] as const };
  const share = (afterMs - from.afterMs) / (to.afterMs - from.afterMs);
  const at = (i: 0 | 1 | 2) => from.withPlan[i] + share * (to.withPlan[i] - from.withPlan[i]);
  return [at(0), at(1), at(2)];
}

function seconds(ms: number): string {
  return `${round(ms / 1_000)} s`;
}

function round(value: number): string {
  return `${Math.round(value * 100) / 100}`;
}
