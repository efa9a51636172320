import {
  backtestDetect,
  backtestForecast,
  backtestLogs,
  type DetectBacktest,
  type ForecastBacktest,
} from '../../agent/analyze/backtest.ts';
import { escapeText, percentText } from '../../agent/views/text.ts';
import { escapeHtml, htmlTable } from '../../sim/chaos/page.ts';
import { pictureOf, terminalChart, timeText, writeReport } from '../backtest-page.ts';
import { readLines } from '../csv.ts';
import { CliError, exitCodes, type Io, type Options, print, textOption } from '../io.ts';
import { onGrid, readSeriesFile, type SeriesFile, stepMsOf } from '../series-file.ts';
import { tableText } from '../table.ts';

interface Detected extends DetectBacktest {
  readonly series: SeriesFile;
}

/** `homeostat backtest detect`. Exit code 8 where something odd was found, 0 where not or where it abstains. */
export async function detect(io: Io, files: readonly string[], options: Options): Promise<number> {
  const results = files.map((file): Detected => {
    const series = readSeriesFile(io, file, textOption(options, 'column'));
    return { series, ...backtestDetect(series.values, series.atMs) };
  });
  const data = results.map(({ series, episodes, abstained, limits }) => {
    const timed = episodes.map((one) => ({ since: timeText(series.atMs[one.firstRow]!), ...one }));
    return { ...described(series), notes: [...series.notes, ...limits], abstained, episodes: timed };
  });
  print(io, { results: data }, () => results.map(detectText).join('\n\n'));
  await writeReport(io, options, 'Back-test of detection', () => Promise.all(results.map(detectSection)));
  return results.some(({ episodes }) => episodes.length > 0) ? exitCodes.findings : exitCodes.done;
}

function described({ file, column, values }: SeriesFile) {
  return { file, column, rows: values.length };
}

const episodeHead = ['SINCE', 'ROWS', 'WHAT'];

function episodeRows({ series, episodes }: Detected): string[][] {
  return episodes.map(({ firstRow, lastRow, explanation }) => {
    const rows = firstRow === lastRow ? `${firstRow + 1}` : `${firstRow + 1}-${lastRow + 1}`;
    return [timeText(series.atMs[firstRow]!), rows, explanation];
  });
}

function titleOf({ file, column, values }: SeriesFile): string {
  return `${file}${column === null ? '' : `, ${escapeText(column, 60)}`}: ${values.length} rows`;
}

/** What there is to say besides what was found. */
function verdictOf({ episodes, abstained }: Detected): string | null {
  if (abstained !== null) return `abstains: ${abstained}`;
  return episodes.length === 0 ? 'nothing odd' : null;
}

function detectText(result: Detected): string {
  const { series, episodes, limits } = result;
  const verdict = verdictOf(result) ?? tableText(episodeHead, episodeRows(result));
  const notes = [...series.notes, ...limits].map((note) => `note: ${escapeText(note)}`);
  const shown = terminalChart(series.values, { atMs: series.atMs, spans: episodes });
  return [titleOf(series), ...notes, shown, verdict].filter((text) => text !== '').join('\n');
}

async function detectSection(result: Detected): Promise<string> {
  const { series, episodes, limits } = result;
  const { values, atMs, notes } = series;
  const verdict = verdictOf(result);
  const found = verdict === null ? htmlTable(episodeHead, episodeRows(result)) : `<p>${escapeHtml(verdict)}</p>`;
  return (
    (await pictureOf({ title: titleOf(series), values, atMs, spans: episodes })) +
    notesHtml([...notes, ...limits]) +
    found
  );
}

function notesHtml(notes: readonly string[]): string {
  return notes.map((note) => `<p>${escapeHtml(escapeText(note))}</p>`).join('');
}

interface Forecasted {
  readonly series: SeriesFile;
  readonly season: number;
  readonly result: ForecastBacktest | null;
}

/** `homeostat backtest forecast`. Exit code 8 where a series is too short or too regular to say anything about. */
export async function forecast(io: Io, files: readonly string[], options: Options): Promise<number> {
  const results = files.map((file): Forecasted => {
    const series = onGrid(readSeriesFile(io, file, textOption(options, 'column')));
    const season = seasonOf(series, options);
    return { series, season, result: backtestForecast(series.values, season) };
  });
  const data = results.map(({ series, season, result }) => {
    return { ...described(series), notes: series.notes, season, result };
  });
  print(io, { results: data }, () => results.map(forecastText).join('\n\n'));
  await writeReport(io, options, 'Back-test of forecasts', () => Promise.all(results.map(forecastSection)));
  return results.some(({ result }) => result === null) ? exitCodes.findings : exitCodes.done;
}

function forecastText(forecasted: Forecasted): string {
  const { series, result } = forecasted;
  const notes = series.notes.map((note) => `note: ${escapeText(note)}`);
  const head = [titleOf(series), ...notes, ...sentencesOf(forecasted)];
  if (result === null) return head.join('\n');
  const atMs = result.next.mean.map((_, i) => nextAtMs(series, i));
  return [...head, 'the next season:', terminalChart(result.next.mean, { atMs, spans: [] })].join('\n');
}

function sentencesOf({ series, season, result }: Forecasted): string[] {
  if (result === null) {
    return [
      `abstains: it needs three seasons of ${season} rows that are not all alike, and has ${series.values.length} rows`,
    ];
  }
  const { errorRatio, coverageRatio, origins, next, families } = result;
  const served = kindsOf(families).map(([kind, weight]) => `${kind} ${percentText(weight)}`);
  const peak = next.mean.reduce((most, value, i) => (value > next.mean[most]! ? i : most), 0);
  const band = `${shown(next.q10[peak]!)} to ${shown(next.q90[peak]!)}`;
  return [
    `error ${errorRatio.toFixed(2)} of repeating the last season, 80 % band held ${percentText(coverageRatio)}, from ${origins} origins`,
    `weights by past errors: ${served.join(', ')}`,
    `highest ahead: ${shown(next.mean[peak]!)} (80 % band ${band}) at ${timeText(nextAtMs(series, peak))}`,
  ];
}

/** Weights by kind of family: the first word of its name. */
function kindsOf(families: ForecastBacktest['families']): [string, number][] {
  const weights = new Map<string, number>();
  for (const { family, weight } of families) {
    const kind = family.split('-')[0]!;
    weights.set(kind, (weights.get(kind) ?? 0) + weight);
  }
  return [...weights].sort(([, a], [, b]) => b - a).slice(0, 5);
}

const shown = (value: number) => String(Number(value.toPrecision(3)));

function nextAtMs(series: SeriesFile, step: number): number {
  return series.atMs.at(-1)! + (step + 1) * stepMsOf(series);
}

/** Seasons of the past that a picture shows beside the one ahead. */
const seasonsShown = 4;

async function forecastSection(forecasted: Forecasted): Promise<string> {
  const { series, season, result } = forecasted;
  const [values, atMs] = [series.values, series.atMs].map((all) => all.slice(-seasonsShown * season)) as [
    number[],
    number[],
  ];
  const picture = { title: titleOf(series), values, atMs };
  const drawn = await pictureOf(result === null ? picture : { ...picture, next: result.next });
  return drawn + notesHtml([...series.notes, ...sentencesOf(forecasted)]);
}

/** Rows in a season: as told, or a day by the usual step between rows. */
function seasonOf(series: SeriesFile, options: Options): number {
  const told = textOption(options, 'season');
  const season = told === null ? Math.round(86_400_000 / stepMsOf(series)) : Number(told);
  if (Number.isInteger(season) && season >= 2) return season;
  const hint = 'say how many rows make one season: --season 288';
  throw new CliError(exitCodes.usage, { code: 'SEASON_UNKNOWN', message: 'has no season', where: series.file, hint });
}

/** Templates that a terminal shows. */
const templatesShown = 100;

/** `homeostat backtest logs`. */
export async function logs(io: Io, files: readonly string[], options: Options): Promise<number> {
  const results = files.map((file) => ({ file, templates: backtestLogs(readLines(io, file)) }));
  const rowsOf = (templates: (typeof results)[number]['templates']) =>
    templates.map(({ lines, template }): [number, string] => [lines, escapeText(template, 400)]);
  print(io, { results }, () =>
    results
      .map(({ file, templates }) => {
        const lines = templates.reduce((sum, each) => sum + each.lines, 0);
        const rest = templates.length - templatesShown;
        const more = rest > 0 ? [`... and ${rest} rarer ones; --report or -o json has them all`] : [];
        const table = tableText(['LINES', 'TEMPLATE'], rowsOf(templates.slice(0, templatesShown)));
        return [`${file}: ${lines} lines, ${templates.length} templates`, table, ...more].join('\n');
      })
      .join('\n\n'),
  );
  await writeReport(io, options, 'Log templates', async () =>
    results.map(
      ({ file, templates }) => `<h2>${escapeHtml(file)}</h2>${htmlTable(['lines', 'template'], rowsOf(templates))}`,
    ),
  );
  return exitCodes.done;
}
