import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import asciichart from 'asciichart';
import { isoTime } from '../agent/views/text.ts';
import { chart, escapeHtml, htmlPage } from '../sim/chaos/page.ts';
import { type Io, type Options, textOption } from './io.ts';

/** Rows from the first to the last, both included. */
export interface Span {
  readonly firstRow: number;
  readonly lastRow: number;
}

/** What a chart shows beside the values. */
export interface ChartNotes {
  /** Unix ms per row; null where rows have no times. */
  readonly atMs: readonly number[] | null;
  /** What is marked as odd. */
  readonly spans: readonly Span[];
}

const plain: ChartNotes = { atMs: null, spans: [] };
/** Widest chart that fits a terminal of 100 columns. */
const chartColumns = 80;

/** A line of at most 80 columns: means, but in what is marked the value farthest out; below it the marks and the times. */
export function terminalChart(values: readonly number[], notes: ChartNotes = plain): string {
  const width = Math.max(1, Math.ceil(values.length / chartColumns));
  const columns = columnsOf(values, width, notes.spans);
  if (columns.length < 2) return '';
  const plot = asciichart.plot(flattened(columns.map(({ value }) => value)), { height: 8 });
  const margin = plot.split('\n')[0]!.search(/[┤┼]/) + 1;
  const marks = columns.map(({ isMarked }) => (isMarked ? '^' : ' ')).join('');
  const lines = [plot, ...(marks.trim() === '' ? [] : [`${' '.repeat(margin)}${marks.trimEnd()}`])];
  return [...lines, ...timesLine(notes.atMs, margin, columns.length)].join('\n');
}

/** The plotter never ends on a range that is hardly more than rounding. */
function flattened(values: readonly number[]): number[] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const isFlat = !(high - low > 1e-9 * Math.max(Math.abs(low), Math.abs(high)));
  return values.map((value) => (isFlat ? values[0]! : value));
}

function columnsOf(values: readonly number[], width: number, spans: readonly Span[]) {
  const columns: { value: number; isMarked: boolean }[] = [];
  for (let first = 0; first < values.length; first += width) {
    const rows = values.slice(first, first + width);
    const known = rows.filter(Number.isFinite);
    if (known.length === 0) continue;
    const mean = known.reduce((sum, value) => sum + value / known.length, 0);
    const near = spans.filter(({ firstRow, lastRow }) => firstRow < first + width && lastRow >= first);
    const odd = rows.filter((value, i) => Number.isFinite(value) && near.some((span) => isWithin(span, first + i)));
    const farthest = odd.reduce((far, value) => (Math.abs(value - mean) > Math.abs(far - mean) ? value : far), mean);
    columns.push({ value: farthest, isMarked: odd.length > 0 });
  }
  return columns;
}

function isWithin({ firstRow, lastRow }: Span, row: number): boolean {
  return row >= firstRow && row <= lastRow;
}

/** Largest distance from 1970 that a date can have, in ms. */
const dateMaxMs = 8.64e15;

/** `2026-03-07T10:00:00Z`, or the plain number where it is beyond all dates. */
export function timeText(atMs: number): string {
  return Math.abs(atMs) <= dateMaxMs ? isoTime(atMs) : `${atMs} ms`;
}

function timesLine(atMs: readonly number[] | null, margin: number, columns: number): string[] {
  if (atMs === null || atMs.length === 0) return [];
  const [from, to] = [timeText(atMs[0]!), timeText(atMs.at(-1)!)];
  return [`${' '.repeat(margin)}${from} ${to.padStart(columns - from.length - 1)}`];
}

/** Most points of a picture; beyond that each stretch shows its lowest and highest value. */
const picturePoints = 2_000;

export interface Picture extends Partial<ChartNotes> {
  readonly title: string;
  readonly values: readonly number[];
  /** What is expected after the last row. */
  readonly next?: {
    readonly mean: readonly number[];
    readonly q10: readonly number[];
    readonly q90: readonly number[];
  };
}

/** A heading and the values as a line, with what is odd marked and what is expected in its band. */
export async function pictureOf({ title, values, atMs = null, spans = [], next }: Picture): Promise<string> {
  const isTimed = atMs?.every((at) => Math.abs(at) <= dateMaxMs) === true;
  const at = isTimed ? timeOfRow(atMs) : (row: number) => row + 1;
  const point = (row: number) => ({ at: at(row), value: values[row]! });
  const x = {
    field: 'at',
    type: isTimed ? 'temporal' : 'quantitative',
    title: isTimed ? 'time (UTC)' : 'row',
  } as const;
  const scale = isTimed ? ({ type: 'utc' } as const) : { nice: false };
  const coming = (next?.mean ?? []).map((mean, i) => {
    return { at: at(values.length + i), value: mean, low: next!.q10[i]!, high: next!.q90[i]! };
  });
  const odd = spans.map(({ firstRow, lastRow }) => ({ at: at(firstRow), until: at(lastRow + 1) }));
  const y = { field: 'value', type: 'quantitative', scale: { zero: false } } as const;
  const line = (rows: readonly object[], color: string) => ({
    data: { values: [...rows] },
    mark: { type: 'line', strokeWidth: 1, color } as const,
    encoding: { x: { ...x, scale }, y },
  });
  const marks = {
    data: { values: odd },
    mark: { type: 'rect', color: '#d62728', opacity: 0.25, stroke: '#d62728', strokeWidth: 1 } as const,
    encoding: { x: { ...x, scale }, x2: { field: 'until' } },
  };
  const band = {
    data: { values: coming },
    mark: { type: 'area', color: '#ff7f0e', opacity: 0.3 } as const,
    encoding: { x: { ...x, scale }, y: { ...y, field: 'low', title: 'value' }, y2: { field: 'high' } },
  };
  const layer = [
    ...(odd.length === 0 ? [] : [marks]),
    ...(coming.length === 0 ? [] : [band]),
    line(extremes(values).map(point), '#4c78a8'),
    ...(coming.length === 0 ? [] : [line(coming, '#d95f02')]),
  ];
  return `<h2>${escapeHtml(title)}</h2>${await chart({ layer, width: 800, height: 220 })}`;
}

/** Times of rows, carried on at the mean step after the last one. */
function timeOfRow(atMs: readonly number[]): (row: number) => number {
  const last = atMs.length - 1;
  const stepMs = last > 0 ? (atMs[last]! - atMs[0]!) / last : 1;
  return (row) => atMs[row] ?? atMs[last]! + stepMs * (row - last);
}

/** Rows that keep the look of a line: all, or the lowest and highest of each stretch. */
function extremes(values: readonly number[]): number[] {
  const known = values.flatMap((value, row) => (Number.isFinite(value) ? [row] : []));
  if (known.length <= picturePoints) return known;
  const width = Math.ceil((2 * known.length) / picturePoints);
  return Array.from({ length: Math.ceil(known.length / width) }, (_, i) =>
    known.slice(i * width, (i + 1) * width),
  ).flatMap((stretch) => {
    const low = stretch.reduce((least, row) => (values[row]! < values[least]! ? row : least));
    const high = stretch.reduce((most, row) => (values[row]! > values[most]! ? row : most));
    return low === high ? [low] : [Math.min(low, high), Math.max(low, high)];
  });
}

/** Writes the page that `--report` asks for; without it nothing. */
export async function writeReport(
  io: Io,
  options: Options,
  title: string,
  sections: () => Promise<readonly string[]>,
): Promise<void> {
  const out = textOption(options, 'report');
  if (out === null) return;
  writeFileSync(resolve(io.workDir, out), htmlPage(title, (await sections()).join('\n')));
  io.log(`report: ${out}`);
}
