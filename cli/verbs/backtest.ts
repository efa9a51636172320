import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import asciichart from 'asciichart';
import { backtestDetect, backtestForecast, backtestLogs } from '../../agent/analyze/backtest.ts';
import { isoTime } from '../../agent/views/text.ts';
import { chart, escapeHtml, htmlPage } from '../../sim/chaos/page.ts';
import { CliError, exitCodes, type Io, type Options, print, textOption } from '../io.ts';
import { readLines, readSeriesFile, type SeriesFile } from '../series-file.ts';
import { tableText } from '../table.ts';

/** Widest chart that fits a terminal of 100 columns. */
const chartColumns = 80;

/** `homeostat backtest detect`. Exit code 8 where something odd was found. */
export async function detect(io: Io, files: readonly string[], options: Options): Promise<number> {
  const results = files.map((file) => {
    const series = readSeriesFile(io, file);
    return { series, episodes: backtestDetect(series.values, series.atMs) };
  });
  const data = results.map(({ series, episodes }) => ({ file: series.file, rows: series.values.length, episodes }));
  print(io, { results: data }, () => results.map(({ series, episodes }) => detectText(series, episodes)).join('\n\n'));
  const pictures = results.map(({ series }) => pictureOf(series.file, series.values));
  await writeReport(io, options, 'Back-test of detection', await Promise.all(pictures));
  return results.some(({ episodes }) => episodes.length > 0) ? exitCodes.findings : exitCodes.done;
}

function detectText(series: SeriesFile, episodes: ReturnType<typeof backtestDetect>): string {
  const rows = episodes.map(({ firstRow, lastRow, explanation }) => [
    isoTime(series.atMs[firstRow]!),
    `${firstRow + 1}-${lastRow + 1}`,
    explanation,
  ]);
  const found = rows.length === 0 ? 'nothing odd' : tableText(['SINCE', 'ROWS', 'WHAT'], rows);
  return [`${series.file}: ${series.values.length} rows`, terminalChart(series.values), found].join('\n');
}

/** `homeostat backtest forecast`. Exit code 8 where a series is too short or too regular to say anything about. */
export async function forecast(io: Io, files: readonly string[], options: Options): Promise<number> {
  const results = files.map((file) => {
    const series = readSeriesFile(io, file);
    const season = seasonOf(series, options);
    return { series, season, result: backtestForecast(series.values, season) };
  });
  const data = results.map(({ series, season, result }) => ({ file: series.file, season, result }));
  print(io, { results: data }, () =>
    results
      .map(({ series, season, result }) =>
        result === null
          ? `${series.file}: abstains, it needs three seasons of ${season} rows that are not all alike`
          : [
              `${series.file}: error ${result.errorRatio.toFixed(2)} of repeating the last season, 80 % band held ${(100 * result.coverageRatio).toFixed(0)} %, from ${result.origins} origins; the next season:`,
              terminalChart(result.next.mean),
            ].join('\n'),
      )
      .join('\n\n'),
  );
  const pictures = results.map(({ series, result }) =>
    pictureOf(series.file, [...series.values, ...(result?.next.mean ?? [])]),
  );
  await writeReport(io, options, 'Back-test of forecasts', await Promise.all(pictures));
  return results.some(({ result }) => result === null) ? exitCodes.findings : exitCodes.done;
}

/** Rows in a season: as told, or a day by the usual step between rows. */
function seasonOf({ file, atMs }: SeriesFile, options: Options): number {
  const told = textOption(options, 'season');
  const stepMs = atMs.length > 1 ? (atMs.at(-1)! - atMs[0]!) / (atMs.length - 1) : 0;
  const season = told === null ? Math.round(86_400_000 / stepMs) : Number(told);
  if (Number.isInteger(season) && season >= 2) return season;
  const hint = 'say how many rows make one season: --season 288';
  throw new CliError(exitCodes.usage, { code: 'SEASON_UNKNOWN', message: 'has no season', where: file, hint });
}

/** `homeostat backtest logs`. */
export async function logs(io: Io, files: readonly string[], options: Options): Promise<number> {
  const results = files.map((file) => ({ file, templates: backtestLogs(readLines(io, file)) }));
  print(io, { results }, () =>
    results
      .map(({ file, templates }) =>
        [
          `${file}:`,
          tableText(
            ['LINES', 'TEMPLATE'],
            templates.map((row) => [row.lines, row.template]),
          ),
        ].join('\n'),
      )
      .join('\n\n'),
  );
  const tables = results.map(({ file, templates }) => {
    const rows = templates.map((row) => `<tr><td>${row.lines}</td><td>${escapeHtml(row.template)}</td></tr>`);
    return `<h2>${escapeHtml(file)}</h2><table>${rows.join('')}</table>`;
  });
  await writeReport(io, options, 'Log templates', tables);
  return exitCodes.done;
}

export function terminalChart(values: readonly number[]): string {
  const shown = thinned(values, chartColumns);
  return shown.length < 2 ? '' : asciichart.plot(shown, { height: 8 });
}

/** Means of as many equal stretches as there are columns; stretches without a value are left out. */
function thinned(values: readonly number[], columns: number): number[] {
  const width = Math.max(1, Math.ceil(values.length / columns));
  const means: number[] = [];
  for (let first = 0; first < values.length; first += width) {
    const known = values.slice(first, first + width).filter(Number.isFinite);
    if (known.length > 0) means.push(known.reduce((sum, value) => sum + value, 0) / known.length);
  }
  return means;
}

export async function pictureOf(title: string, values: readonly number[]): Promise<string> {
  const rows = values.map((value, row) => ({ row: row + 1, value })).filter(({ value }) => Number.isFinite(value));
  const svg = await chart({
    data: { values: rows },
    mark: { type: 'line', strokeWidth: 1 },
    width: 800,
    height: 180,
    encoding: { x: { field: 'row', type: 'quantitative' }, y: { field: 'value', type: 'quantitative' } },
  });
  return `<h2>${escapeHtml(title)}</h2>${svg}`;
}

export async function writeReport(io: Io, options: Options, title: string, sections: readonly string[]): Promise<void> {
  const out = textOption(options, 'report');
  if (out === null) return;
  writeFileSync(resolve(io.workDir, out), htmlPage(title, sections.join('\n')));
  io.log(`report: ${out}`);
}
