import type { SaidWas } from '../../model/outcome.ts';
import type { PlanStep, PredictedEffect } from '../../model/plan.ts';
import type { Execution } from './execution.ts';

export function effectMet({ becomes, value }: PredictedEffect, measured: number): boolean {
  return becomes === 'below' ? measured < value : measured > value;
}

/** Each prediction of the plan beside what was measured. A prediction whose time has not come has no verdict yet. */
export function saidAgainstWas(execution: Execution, nowMs: number): readonly SaidWas[] {
  return execution.plan.steps.flatMap((step) => {
    const { predict } = step;
    return predict === null ? [] : [sayOne(execution, step, predict, nowMs)];
  });
}

function sayOne(execution: Execution, step: PlanStep, predict: PredictedEffect, nowMs: number): SaidWas {
  const { entity, metric, becomes, value, withinMs, probability } = predict;
  const said = `${metric} of ${entity.kind}/${entity.id} ${becomes} ${value} within ${seconds(withinMs)} (p ${probability})`;
  const measured = execution.measured.get(step.id);
  const before = measured?.before ?? null;
  const beforeText = before === null ? '' : `, ${round(before)} before`;
  const after = measured?.after ?? null;
  if (after === null) return { said, was: `not measured${beforeText}`, hit: null };
  const was = `${round(after.value)} after ${seconds(after.atMs - execution.lastEffectAtMs)}${beforeText}`;
  const isDue = nowMs >= execution.lastEffectAtMs + withinMs;
  if (measured?.hit === true) return { said, was, hit: true };
  return { said, was, hit: isDue ? false : null };
}

function seconds(ms: number): string {
  return `${round(ms / 1_000)} s`;
}

function round(value: number): string {
  return `${Math.round(value * 100) / 100}`;
}
