import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { CliError, exitCodes, type Io, notFoundError } from './io.ts';

/** A series of people's own: the last column of a CSV file, with the first one as time where there are two or more. */
export interface SeriesFile {
  readonly file: string;
  /** Unix ms; the row number in seconds where the file has no times. */
  readonly atMs: readonly number[];
  /** NaN where a cell is empty or no number. */
  readonly values: readonly number[];
}

/** @throws CliError where the file is missing, or holds no number */
export function readSeriesFile(io: Io, file: string): SeriesFile {
  const rows = readLines(io, file).map((line) => line.split(','));
  // A first row without any number is a header.
  const body = rows.length > 0 && !rows[0]!.some((cell) => Number.isFinite(numberOf(cell))) ? rows.slice(1) : rows;
  const values = body.map((cells) => numberOf(cells.at(-1) ?? ''));
  if (!values.some(Number.isFinite)) {
    const hint = 'a CSV file: one row per sample, the value in the last column, a time in the first';
    throw new CliError(exitCodes.usage, { code: 'SERIES_EMPTY', message: 'holds no number', where: file, hint });
  }
  return { file, atMs: body.map((cells, row) => timeOf(cells, row)), values };
}

/** Lines of a text file, without the empty ones. */
export function readLines(io: Io, file: string): string[] {
  const path = resolve(io.workDir, file);
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) throw notFoundError('<file>', `${file} is no file`);
  return readFileSync(path, 'utf8')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
}

/** NaN where a cell is empty or no number. */
export function numberOf(cell: string): number {
  return cell.trim() === '' ? Number.NaN : Number(cell);
}

/** Row number in seconds where a row has no time. */
function timeOf(cells: readonly string[], row: number): number {
  const instantMs = cells.length > 1 ? instantOf(cells[0]!) : Number.NaN;
  return Number.isFinite(instantMs) ? instantMs : row * 1_000;
}

/**
 * Unix ms of a date, or of seconds or milliseconds since 1970: no cluster was measured before 1973, so large numbers
 * are ms. NaN where the cell is no time.
 */
export function instantOf(cell: string): number {
  const asNumber = numberOf(cell);
  if (Number.isFinite(asNumber)) return asNumber > 1e11 ? asNumber : asNumber * 1_000;
  return Date.parse(cell.trim());
}
