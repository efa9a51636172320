import { instantOf, numberOf, readCsv } from './csv.ts';
import { CliError, exitCodes, type Io, usageError } from './io.ts';

/** A series of people's own, in order of time. */
export interface SeriesFile {
  readonly file: string;
  /** Name of the column with the values; null where the file names none. */
  readonly column: string | null;
  /** Unix ms; the row number in seconds where the file has no times. */
  readonly atMs: readonly number[];
  /** NaN where a cell is empty or no number. */
  readonly values: readonly number[];
  /** What had to be done to the rows before they were a series, as sentences. */
  readonly notes: readonly string[];
}

/**
 * Reads one column of a table: the one that is asked for by its name or number from 1, else the last one with numbers.
 * Times come from a column that is called so, else from the first one that reads as times.
 * @throws CliError where the file is missing, or has no such column, or no number in it
 */
export function readSeriesFile(io: Io, file: string, asked: string | null = null): SeriesFile {
  const rows = readCsv(io, file);
  // A first row without any number is a header.
  const isHeaded = rows.length > 0 && !rows[0]!.some((cell) => Number.isFinite(numberOf(cell)));
  const header = isHeaded ? rows[0]! : null;
  const table: Table = { file, header, body: isHeaded ? rows.slice(1) : rows };
  const time = timeColumn(table);
  const column = valueColumn(table, time, asked);
  const values = table.body.map((cells) => numberOf(cells[column] ?? ''));
  const unread = values.filter((value) => !Number.isFinite(value)).length;
  if (unread === values.length) throw noNumber(file, header?.[column] ?? null);
  const notes = [...columnNotes(table, time, column), ...(unread === 0 ? [] : [`${unread} cells hold no number`])];
  const name = header?.[column] ?? null;
  if (time === null) {
    const note = 'no column reads as times: rows count as a second apart';
    return { file, column: name, atMs: values.map((_, row) => row * 1_000), values, notes: [...notes, note] };
  }
  const atMs = table.body.map((cells) => instantOf(cells[time] ?? ''));
  return { file, column: name, ...inOrder(atMs, values, notes) };
}

interface Table {
  readonly file: string;
  readonly header: readonly string[] | null;
  readonly body: readonly (readonly string[])[];
}

const timeNames = /^(@?timestamp|time|date|datetime|ts|when|at)$/i;
/** Rows that are looked at to tell what a column holds. */
const sampleRows = 200;

/** Null where there are no times. */
function timeColumn({ header, body }: Table): number | null {
  const sample = body.slice(0, sampleRows);
  const width = Math.max(0, ...sample.map((cells) => cells.length));
  if (width < 2) return null;
  const readsAsTimes = (column: number) =>
    2 * sample.filter((cells) => Number.isFinite(instantOf(cells[column] ?? ''))).length > sample.length;
  const named = header?.findIndex((name) => timeNames.test(name)) ?? -1;
  if (named >= 0 && readsAsTimes(named)) return named;
  if (readsAsTimes(0)) return 0;
  const isText = (column: number) => sample.every((cells) => !Number.isFinite(numberOf(cells[column] ?? '')));
  const dated = Array.from({ length: width }, (_, column) => column).find((each) => isText(each) && readsAsTimes(each));
  return dated ?? null;
}

function valueColumn(table: Table, time: number | null, asked: string | null): number {
  const { file, header, body } = table;
  const width = Math.max(1, header?.length ?? 0, ...body.slice(0, sampleRows).map((cells) => cells.length));
  if (asked !== null) {
    const column = header?.includes(asked) ? header.indexOf(asked) : Number(asked) - 1;
    if (Number.isInteger(column) && column >= 0 && column < width) return column;
    const hint = header === null ? `a number from 1 to ${width}` : `one of ${header.slice(0, 20).join(', ')}`;
    throw usageError('--column', `${file} has no column ${asked}`, hint);
  }
  const hasNumbers = (column: number) => body.some((cells) => Number.isFinite(numberOf(cells[column] ?? '')));
  for (let column = width - 1; column >= 0; column--) if (column !== time && hasNumbers(column)) return column;
  throw noNumber(file, null);
}

function columnNotes({ header, body }: Table, time: number | null, column: number): string[] {
  const others = (header ?? []).filter((_, each) => {
    const isOther = each !== time && each !== column;
    return isOther && body.slice(0, sampleRows).some((cells) => Number.isFinite(numberOf(cells[each] ?? '')));
  });
  if (others.length === 0) return [];
  const more = others.length > 5 ? ` and ${others.length - 5} more` : '';
  return [`column ${header![column]}; --column takes another: ${others.slice(0, 5).join(', ')}${more}`];
}

/** Rows by time. Of rows with the same time the later one counts, as in the agent's own store. */
function inOrder(atMs: readonly number[], values: readonly number[], notes: readonly string[]) {
  const timed = atMs.flatMap((at, row) => (Number.isFinite(at) ? [row] : []));
  const isSorted = timed.every((row, i) => i === 0 || atMs[timed[i - 1]!]! <= atMs[row]!);
  const sorted = isSorted ? timed : timed.toSorted((a, b) => atMs[a]! - atMs[b]!);
  const kept = sorted.filter((row, i) => atMs[row] !== atMs[sorted[i + 1] ?? -1]);
  const said = [
    [atMs.length - timed.length, 'rows without a readable time are left out'],
    [sorted.length - kept.length, 'rows have the time of a later one, which counts'],
  ] as const;
  return {
    atMs: kept.map((row) => atMs[row]!),
    values: kept.map((row) => values[row]!),
    notes: [
      ...notes,
      ...(isSorted ? [] : ['rows were not in order of time: sorted']),
      ...said.flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`])),
    ],
  };
}

/** Usual step between rows, ms; NaN with fewer than two. */
export function stepMsOf({ atMs }: Pick<SeriesFile, 'atMs'>): number {
  const steps = atMs.slice(1, sampleRows).map((at, i) => at - atMs[i]!);
  return steps.sort((a, b) => a - b)[steps.length >> 1] ?? Number.NaN;
}

/** Rows that a series may grow to where its gaps are filled. */
const gridRowsMax = 5_000_000;

/** The series with one row per step: rows that lack become rows without a value. */
export function onGrid(series: SeriesFile): SeriesFile {
  const stepMs = stepMsOf(series);
  const { atMs, values, notes, file } = series;
  const rowOf = (at: number) => Math.round((at - atMs[0]!) / stepMs);
  const rows = atMs.length < 2 ? atMs.length : rowOf(atMs.at(-1)!) + 1;
  const lacking = rows - atMs.length;
  if (lacking <= 0 || !Number.isFinite(stepMs)) return series;
  if (rows > gridRowsMax) {
    const message = `spans ${rows} steps of ${stepMs} ms, more than ${gridRowsMax}`;
    const hint = 'cut the file, or average it to longer steps';
    throw new CliError(exitCodes.usage, { code: 'SERIES_SPARSE', message, where: file, hint });
  }
  const grid = new Array<number>(rows).fill(Number.NaN);
  for (const [i, at] of atMs.entries()) grid[rowOf(at)] = values[i]!;
  const times = Array.from(grid, (_, row) => atMs[0]! + row * stepMs);
  return { ...series, atMs: times, values: grid, notes: [...notes, `${lacking} rows lack between the others`] };
}

function noNumber(file: string, column: string | null): CliError {
  const message = column === null ? 'holds no number' : `holds no number in column ${column}`;
  const hint = 'a CSV file with a header such as timestamp,value and one row per sample; --column NAME picks a column';
  return new CliError(exitCodes.usage, { code: 'SERIES_EMPTY', message, where: file, hint });
}
