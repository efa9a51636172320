import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import { UnusableInput } from './task.ts';

/** Text of a file, or of the same file gzipped beside it. */
export function readInputText(file: string): string {
  const onDisk = existsSync(file) ? file : `${file}.gz`;
  if (!existsSync(onDisk)) throw new UnusableInput(`${file}: there is no such file, gzipped or not`);
  const bytes = readFileSync(onDisk);
  try {
    return (onDisk.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  } catch (error) {
    throw new UnusableInput(`${onDisk}: not readable as gzip (${String(error)})`);
  }
}

/** Paths below `dir` with `/` between and without `.gz`, sorted; hidden files are left out. */
export function listInputs(dir: string): string[] {
  const names = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => path.relative(dir, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
  return [...new Set(names.map((name) => name.replace(/\.gz$/, '')))].sort();
}

/** One row per data line of a CSV file; blank lines do not count. */
export function readCsvRows(file: string): string[][] {
  const lines = readInputText(file).split(/\r?\n/);
  return lines.filter((line) => line.trim() !== '').map((line) => line.split(','));
}

/** A cell that is empty or not a number becomes NaN, which every detector takes for a gap. */
export function cellToNumber(cell: string | undefined): number {
  return cell === undefined || cell.trim() === '' ? Number.NaN : Number(cell);
}

export interface TimedSeries {
  /** Unix time of each row; NaN where the stamp cannot be read. */
  readonly atMs: Float64Array;
  readonly values: Float64Array;
}

/** Reads `timestamp,value` files; the header may have the columns in any order. */
export function readTimedSeries(file: string): TimedSeries {
  const [header, ...rows] = readCsvRows(file);
  const stampAt = header?.findIndex((cell) => cell.trim() === 'timestamp') ?? -1;
  const valueAt = header?.findIndex((cell) => cell.trim() === 'value') ?? -1;
  if (stampAt < 0 || valueAt < 0) throw new UnusableInput(`${file}:1: the header has to name timestamp and value`);
  return {
    atMs: Float64Array.from(rows, (row) => stampToMs(row[stampAt] ?? '')),
    values: Float64Array.from(rows, (row) => cellToNumber(row[valueAt])),
  };
}

/** Stamps without a zone are taken as UTC: only differences and the hour of the day matter. */
function stampToMs(stamp: string): number {
  const text = stamp.trim().replace(' ', 'T');
  return Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
}

/** Reads a JSON file of one shape; what is wrong with it is said with its place. */
export function readJson<T>(file: string, schema: z.ZodType<T>): T {
  let content: unknown;
  try {
    content = JSON.parse(readInputText(file));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UnusableInput(`${file}: ${error.message}`);
  }
  const parsed = schema.safeParse(content);
  if (!parsed.success) throw new UnusableInput(`${file}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
