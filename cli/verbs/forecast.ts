import { type ForecastsView, forecastsView } from '../../agent/views/forecasts.ts';
import { bandText } from '../../agent/views/line.ts';
import { durationText, entityName, percentText } from '../../agent/views/text.ts';
import type { FailurePrediction, Forecast } from '../../model/forecast.ts';
import { loadConfig } from '../config-file.ts';
import { exitCodes, type Io, print } from '../io.ts';
import { readView } from '../source.ts';
import { tableText } from '../table.ts';

/** `homeostat forecast`. */
export async function forecast(io: Io, args: readonly string[]): Promise<number> {
  const entity = args[0] ?? null;
  const path = `/v1/forecasts${entity === null ? '' : `?entity=${encodeURIComponent(entity)}`}`;
  const view = await readView(io, loadConfig(io), path, (knowledge) => forecastsView(knowledge, entity));
  print(io, view, forecastsText);
  return exitCodes.done;
}

/** The forecasts of limits, and what may fail, as tables. */
export function forecastsText({ forecasts, predictions }: ForecastsView): string {
  if (forecasts.length + predictions.length === 0) return 'no forecasts';
  const tables = [
    ...(forecasts.length === 0
      ? []
      : [
          tableText(
            ['RESOURCE', 'LIMIT IN', '80% BAND', 'PAST ERROR', 'COVERAGE', 'MODEL'],
            forecasts.map(forecastRow),
          ),
        ]),
    ...(predictions.length === 0
      ? []
      : [tableText(['MAY FAIL', 'HOW', 'WITHIN', 'PROBABILITY', 'MODEL'], predictions.map(predictionRow))]),
  ];
  return tables.join('\n\n');
}

function forecastRow({ entity, metric, limit, pastErrorRatio, pastCoverageRatio, model }: Forecast): (string | null)[] {
  const isInSight = limit !== null && (limit.crossMsP50 ?? limit.crossMsP10 ?? limit.crossMsP90) !== null;
  const meets = limit?.crossMsP50 == null ? 'later' : durationText(limit.crossMsP50);
  const ratio = (value: number | null) => (value === null ? null : percentText(value));
  return [
    `${entityName(entity)} ${metric}`,
    limit === null ? 'no limit' : isInSight ? meets : 'none in sight',
    isInSight ? bandText(limit) : null,
    ratio(pastErrorRatio),
    ratio(pastCoverageRatio),
    model,
  ];
}

function predictionRow({ entity, how, horizonMs, probability, model }: FailurePrediction): (string | null)[] {
  return [entityName(entity), how, durationText(horizonMs), probability.toFixed(2), model];
}
