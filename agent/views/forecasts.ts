import { entityKey } from '../../model/entity.ts';
import type { FailurePrediction, Forecast } from '../../model/forecast.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { escapeDeep } from './text.ts';

/** What is expected to happen, the soonest limit on top. */
export interface ForecastsView {
  readonly forecasts: readonly Forecast[];
  readonly predictions: readonly FailurePrediction[];
}

/** @param entityName only what concerns this entity, by `kind/id` or by id alone */
export function forecastsView(knowledge: Knowledge, entityName: string | null = null): ForecastsView {
  const about = (record: Forecast | FailurePrediction) =>
    entityName === null || record.entity.id === entityName || entityKey(record.entity) === entityName;
  return escapeDeep<ForecastsView>({
    forecasts: [...knowledge.forecasts.values()].filter(about).toSorted((a, b) => limitInMs(a) - limitInMs(b)),
    predictions: [...knowledge.predictions.values()].filter(about).toSorted((a, b) => b.probability - a.probability),
  });
}

/** Infinity where no limit is met within the horizon. */
function limitInMs(forecast: Forecast): number {
  return forecast.limit?.crossMsP50 ?? Number.POSITIVE_INFINITY;
}
