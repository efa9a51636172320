import type { Forecast } from '../../../model/forecast.ts';
import { knownSteps, stepMs } from './history.ts';
import { coverageRatio, servedErrorRatio } from './interval.ts';
import { aheadSteps, bandPaths, type SeriesModels, servingModel } from './series-models.ts';

/** Minutes between the values of a record. */
const recordStep = 5;

/**
 * What is served for one series as a record.
 * @returns null where it is beyond its limit already: that is a signal's to say
 */
export function forecastRecord(models: SeriesModels, limit: number | null, nowMs: number): Forecast | null {
  if (limit !== null && knownSteps(models.history).at(-1)! >= limit) return null;
  const { low, middle, high } = bandPaths(models);
  const told = (path: readonly number[]) =>
    path.filter((_, i) => aheadSteps[i]! % recordStep === 0).map((value) => Number(value.toPrecision(5)));
  const crossing = (path: readonly number[]) => (limit === null ? null : crossingMs(path, limit));
  return {
    type: 'forecast',
    atMs: nowMs,
    entity: models.entity,
    metric: models.metric,
    unit: models.unit,
    model: servingModel(models),
    stepMs: recordStep * stepMs,
    q10: told(low),
    q50: told(middle),
    q90: told(high),
    limit:
      limit === null
        ? null
        : { value: limit, crossMsP10: crossing(high), crossMsP50: crossing(middle), crossMsP90: crossing(low) },
    pastErrorRatio: servedErrorRatio(models.bands),
    pastCoverageRatio: coverageRatio(models.bands),
  };
}

/** ms until a path first meets the limit, straight between its values; null: not within the hour. */
function crossingMs(path: readonly number[], limit: number): number | null {
  const at = path.findIndex((value) => value >= limit);
  if (at < 0) return null;
  if (at === 0) return stepMs;
  const [from, to] = [path[at - 1]!, path[at]!];
  const [fromStep, toStep] = [aheadSteps[at - 1]!, aheadSteps[at]!];
  return Math.round(stepMs * (fromStep + ((toStep - fromStep) * (limit - from)) / (to - from)));
}
