import { amountText } from '../../agent/views/amounts.ts';
import { forecastsView } from '../../agent/views/forecasts.ts';
import { clockTime, durationText, entityName, percentText } from '../../agent/views/text.ts';
import type { FailurePrediction, Forecast } from '../../model/forecast.ts';
import { headingLine } from './bars.ts';
import { chartLines } from './chart.ts';
import { standingLimit } from './cluster-panel.ts';
import { type Glyphs, sparkline, type View } from './glyphs.ts';
import { type ArrangedPanel, panelLines } from './panel-lines.ts';
import type { Picture } from './picture.ts';
import { cell, type Panel, type Row } from './table.ts';
import { clip, type Line, line, span } from './text.ts';
import type { UiState } from './ui-state.ts';
import { compactDuration } from './words.ts';

const sparkWidth = 24;

/** What is expected, each with its own past error; the soonest limit on top. */
export function forecastPanels(picture: Picture, glyphs: Glyphs): Panel[] {
  const { forecasts, predictions } = forecastsView(picture.knowledge);
  const lists: Panel[] = [
    {
      key: 'forecasts',
      title: `FORECASTS (${forecasts.length})`,
      note: 'the soonest limit on top',
      columns: [
        { title: 'ENTITY', width: 12, grow: true, priority: 0, cutAt: 'middle' },
        { title: 'METRIC', width: 12, grow: true, priority: 0 },
        { title: 'NOW', width: 9, align: 'right', priority: 1 },
        { title: 'EXPECTED', width: sparkWidth, priority: 4, isGraphic: true },
        { title: 'LIMIT IN', width: 8, priority: 0 },
        { title: '80% BAND', width: 16, priority: 2 },
        { title: 'PAST ERR', width: 8, align: 'right', priority: 3 },
      ],
      rows: forecasts.map((forecast) => forecastRow(forecast, picture, glyphs)),
      empty: 'none yet: a series is forecast once it heads for a limit',
      share: 2,
    },
  ];
  if (predictions.length > 0) lists.push(predictionsPanel(predictions));
  return lists;
}

function forecastRow(forecast: Forecast, { knowledge, nowMs }: Picture, glyphs: Glyphs): Row {
  const limit = standingLimit(forecast, knowledge, nowMs);
  const { pastErrorRatio: error } = forecast;
  return {
    id: forecastId(forecast),
    opens: null,
    cells: [
      cell(entityName(forecast.entity)),
      cell(forecast.metric),
      cell(amountText(forecast.q50[0] ?? 0, forecast.unit), 'plain', forecast.q50[0] ?? 0),
      cell(
        sparkline(sampled(forecast.q50, sparkWidth), glyphs, forecast.limit?.value),
        limit === null ? 'dim' : 'warn',
      ),
      cell(
        limit === null ? (forecast.limit?.crossMsP50 == null ? 'not seen' : 'cleared') : compactDuration(limit.inMs),
        limit === null ? 'dim' : 'warn',
        limit?.inMs ?? Number.MAX_SAFE_INTEGER,
      ),
      cell(limit?.band ?? ''),
      cell(error === null ? 'none yet' : percentText(error), error === null ? 'dim' : 'plain', error ?? 1),
    ],
  };
}

function forecastId({ entity, metric }: Forecast): string {
  return `${entity.kind}/${entity.id} ${metric}`;
}

function predictionsPanel(predictions: readonly FailurePrediction[]): Panel {
  return {
    key: 'predictions',
    title: `FAILURE PREDICTIONS (${predictions.length})`,
    note: '',
    columns: [
      { title: 'ENTITY', width: 12, grow: true, priority: 0, cutAt: 'middle' },
      { title: 'HOW', width: 16, grow: true, priority: 0 },
      { title: 'PROBABILITY', width: 11, priority: 0 },
      { title: 'WITHIN', width: 6, priority: 1 },
      { title: 'BECAUSE', width: 24, grow: true, priority: 2 },
    ],
    rows: predictions.map((prediction) => ({
      id: `${prediction.entity.kind}/${prediction.entity.id} ${prediction.how}`,
      opens: null,
      cells: [
        cell(entityName(prediction.entity)),
        cell(prediction.how),
        cell(
          prediction.probability.toFixed(2),
          prediction.probability > 0.5 ? 'warn' : 'plain',
          prediction.probability,
        ),
        cell(durationText(prediction.horizonMs), 'plain', prediction.horizonMs),
        cell(prediction.reasons.join('; ')),
      ],
    })),
    empty: '',
    share: 1,
  };
}

/** `count` values spread evenly over a longer or shorter series. */
function sampled(values: readonly number[], count: number): number[] {
  if (values.length === 0) return [];
  return Array.from({ length: count }, (_, index) => values[Math.floor((index * values.length) / count)]!);
}

/** The list above, the chart of the selected forecast below. */
export function forecastLines(
  panels: readonly ArrangedPanel[],
  picture: Picture,
  ui: UiState,
  height: number,
  view: View,
): Line[] {
  const list = panels[0];
  const { forecasts } = forecastsView(picture.knowledge);
  const chosen = forecasts.find((forecast) => forecastId(forecast) === list?.selected);
  if (chosen === undefined) return panelLines(panels, ui, height, view);
  if (view.isPlain) {
    const spoken = spokenForecast(chosen);
    return [...panelLines(panels, ui, height - spoken.length, view), ...spoken];
  }
  const lists = panelLines(panels, ui, height - Math.floor(height * 0.6), view);
  return [...lists, ...charted(chosen, picture, height - lists.length, view)];
}

function charted(forecast: Forecast, { rows }: Picture, height: number, view: View): Line[] {
  const past = rows.flatMap(({ record }) =>
    record.type === 'forecast' && forecastId(record) === forecastId(forecast) && record.atMs < forecast.atMs
      ? [{ atMs: record.atMs, value: record.q50[0] ?? 0 }]
      : [],
  );
  const title = `${entityName(forecast.entity)} ${forecast.metric}`;
  const note = `${forecast.model}, made ${clockTime(forecast.atMs)}, ${errorText(forecast)}`;
  return [headingLine(title, note, false, view), ...chartLines(forecast, past, height - 2, view), legendLine(view)];
}

function legendLine({ glyphs, columns }: View): Line {
  const parts = [
    `${glyphs.measured} earlier`,
    `${glyphs.expected} expected`,
    `${glyphs.band} 80% band`,
    `${glyphs.limit} limit`,
  ];
  return clip(line(span(`           ${parts.join('   ')}`, 'dim')), columns);
}

function errorText({ pastErrorRatio, pastCoverageRatio }: Forecast): string {
  if (pastErrorRatio === null) return 'no past error yet';
  const coverage =
    pastCoverageRatio === null ? '' : `, ${percentText(pastCoverageRatio)} of values fell inside the band`;
  return `past error ${percentText(pastErrorRatio)}${coverage}`;
}

/** The chart in a sentence. */
function spokenForecast(forecast: Forecast): Line[] {
  const { q10, q50, q90, unit, stepMs } = forecast;
  const [first, last] = [q50[0] ?? 0, q50.at(-1) ?? 0];
  const band = `${amountText(q10.at(-1) ?? 0, unit)} to ${amountText(q90.at(-1) ?? 0, unit)}`;
  const text = `${entityName(forecast.entity)} ${forecast.metric}: ${amountText(first, unit)} now, ${amountText(last, unit)} in ${durationText(stepMs * q50.length)} (80% band ${band}).`;
  return [
    line(text),
    line(`Limit ${forecast.limit === null ? 'none' : amountText(forecast.limit.value, unit)}; ${errorText(forecast)}.`),
  ];
}
