import { fallbackModel, families } from './families.ts';
import type { Fit, ForecastFamily, StepSeries } from './family.ts';
import { knownSteps, stepMs } from './history.ts';
import { aheadSteps, type SeriesModels } from './series-models.ts';

/** Steps after which parameters are fitted again. */
const refitSteps = 60;
const stepsMin = 20;
/** Origins of the back-test, spread over the last quarter of the history, at most two days. */
const origins = 8;
const backtestStepsMax = 2_880;

export function needsFit({ history, fittedAtStep }: SeriesModels): boolean {
  return history.length >= stepsMin && (fittedAtStep === null || history.endStep - fittedAtStep >= refitSteps);
}

/**
 * Fits every model of one series anew, with a back-test on steps that the tested fit had not seen. Bounded, some
 * milliseconds: called for one series per tick at most.
 */
export function fitModels(models: SeriesModels, nowMs: number): void {
  const { history, fits } = models;
  const series = { values: knownSteps(history), endStep: history.endStep };
  models.fittedAtStep = history.endStep;
  for (const family of families) {
    if (family.fit === null || series.values.length < Math.max(stepsMin, family.stepsMin)) continue;
    const fit = family.fit(series);
    if (fit === null) continue;
    const known = fits.get(family.name);
    const backtestRatio = backtest(family, series);
    fits.set(family.name, {
      fit,
      lineage: {
        version: (known?.lineage.version ?? 0) + 1,
        fittedAtMs: nowMs,
        dataFromMs: (series.endStep - series.values.length + 1) * stepMs,
        dataToMs: (series.endStep + 1) * stepMs,
        samples: series.values.length,
        parameters: fit.parameters,
        backtestRatio,
      },
    });
  }
}

/**
 * Rolling-origin back-test (L. J. Tashman 2000) of a fit made on the first three quarters over origins in the last one,
 * against "it stays as it is"; null where the history is too short.
 */
function backtest(family: ForecastFamily, { values, endStep }: StepSeries): number | null {
  const held = Math.min(backtestStepsMax, Math.floor(values.length / 4));
  const cut = values.length - held;
  const upTo = (end: number): StepSeries => ({
    values: values.subarray(0, end),
    endStep: endStep - values.length + end,
  });
  if (cut < Math.max(stepsMin, family.stepsMin) || held < origins) return null;
  const fit: Fit | null = family.fit?.(upTo(cut)) ?? null;
  const persistence = families.find(({ name }) => name === fallbackModel)!;
  let ours = 0;
  let theirs = 0;
  for (let origin = 0; origin < origins; origin++) {
    const end = cut + Math.floor((origin * held) / origins);
    const said = family.forecast(upTo(end), fit, aheadSteps);
    const stays = persistence.forecast(upTo(end), null, aheadSteps)!;
    if (said === null) return null;
    for (const [i, ahead] of aheadSteps.entries()) {
      if (end - 1 + ahead >= values.length) break;
      ours += Math.abs(values[end - 1 + ahead]! - said[i]!);
      theirs += Math.abs(values[end - 1 + ahead]! - stays[i]!);
    }
  }
  return theirs === 0 ? null : ours / theirs;
}
