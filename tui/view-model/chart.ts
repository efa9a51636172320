import { amountText } from '../../agent/views/amounts.ts';
import { clockTime } from '../../agent/views/text.ts';
import type { Forecast } from '../../model/forecast.ts';
import type { View } from './glyphs.ts';
import { fitTo, type Line, line, type Span, type Style, span } from './text.ts';

interface Point {
  readonly atMs: number;
  readonly value: number;
}

const labelWidth = 10;
const margin = 2;

/**
 * A forecast as a chart of characters: what was before, what is expected, the band around it and the limit.
 * @param past   levels when earlier forecasts were made, oldest first
 * @param height rows, the axis included
 */
export function chartLines(forecast: Forecast, past: readonly Point[], height: number, view: View): Line[] {
  const plotRows = Math.max(3, height - 1);
  const plotColumns = Math.max(10, view.columns - labelWidth - margin - 2);
  const scale = scaleOf(forecast, past, plotRows, plotColumns);
  const grid = emptyGrid(plotRows, plotColumns);
  drawFuture(grid, forecast, scale, view);
  drawPast(grid, past, scale, view);
  const rows = grid.map((cells, index) => {
    const value = scale.top - (index / Math.max(1, plotRows - 1)) * (scale.top - scale.bottom);
    const label = index % 3 === 0 || index === plotRows - 1 ? amountText(value, forecast.unit) : '';
    return line(span(`${fitTo(label, labelWidth, 'right')} ${view.glyphs.wall}`, 'dim'), ...joinCells(cells));
  });
  return [...rows, axisLine(forecast, scale, plotColumns, view)];
}

interface Scale {
  readonly top: number;
  readonly bottom: number;
  readonly fromMs: number;
  readonly toMs: number;
  rowOf(value: number): number;
  columnOf(atMs: number): number;
}

function scaleOf(forecast: Forecast, past: readonly Point[], rows: number, columns: number): Scale {
  const { q10, q90, atMs, stepMs, q50, limit } = forecast;
  const toMs = atMs + stepMs * q50.length;
  // As much past as a third of the future: enough to see where it comes from.
  const fromMs = Math.max(past[0]?.atMs ?? atMs, atMs - (toMs - atMs) / 3);
  const shown = past.filter((point) => point.atMs >= fromMs).map((point) => point.value);
  const values = [...q10, ...q90, ...shown, ...(limit === null ? [] : [limit.value])];
  const high = Math.max(...values);
  const low = Math.min(...values);
  const room = (high - low || Math.abs(high) || 1) * 0.05;
  const [top, bottom] = [high + room, low >= 0 ? Math.max(0, low - room) : low - room];
  const clampTo = (value: number, max: number) => Math.max(0, Math.min(max, Math.round(value)));
  return {
    top,
    bottom,
    fromMs,
    toMs,
    rowOf: (value) => clampTo(((top - value) / (top - bottom)) * (rows - 1), rows - 1),
    columnOf: (at) => clampTo(((at - fromMs) / (toMs - fromMs)) * (columns - 1), columns - 1),
  };
}

type Grid = Span[][];

function emptyGrid(rows: number, columns: number): Grid {
  return Array.from({ length: rows }, () => Array.from({ length: columns }, () => span(' ')));
}

function put(grid: Grid, rowAt: number, columnAt: number, text: string, style: Style): void {
  grid[rowAt]![columnAt] = span(text, style);
}

function drawFuture(
  grid: Grid,
  { q10, q50, q90, atMs, stepMs, limit }: Forecast,
  scale: Scale,
  { glyphs }: View,
): void {
  const columns = grid[0]!.length;
  if (limit !== null) {
    for (let column = 0; column < columns; column += 1)
      put(grid, scale.rowOf(limit.value), column, glyphs.limit, 'bad');
  }
  for (let column = scale.columnOf(atMs); column < columns; column += 1) {
    const at = scale.fromMs + (column / (columns - 1)) * (scale.toMs - scale.fromMs);
    const step = Math.max(0, Math.min(q50.length - 1, Math.round((at - atMs) / stepMs) - 1));
    for (let rowAt = scale.rowOf(q90[step]!); rowAt <= scale.rowOf(q10[step]!); rowAt += 1) {
      put(grid, rowAt, column, glyphs.band, 'dim');
    }
    put(grid, scale.rowOf(q50[step]!), column, glyphs.expected, 'accent');
  }
}

function drawPast(grid: Grid, past: readonly Point[], scale: Scale, { glyphs }: View): void {
  for (const { atMs, value } of past) {
    if (atMs >= scale.fromMs) put(grid, scale.rowOf(value), scale.columnOf(atMs), glyphs.measured, 'strong');
  }
}

/** Neighbours of one style become one span, so that a row stays a handful of pieces. */
function joinCells(cells: readonly Span[]): Span[] {
  const joined: Span[] = [];
  for (const { text, style } of cells) {
    const last = joined.at(-1);
    if (last?.style === style) joined[joined.length - 1] = span(last.text + text, style);
    else joined.push(span(text, style));
  }
  return joined;
}

function axisLine({ atMs }: Forecast, scale: Scale, columns: number, view: View): Line {
  const marks = Array.from({ length: columns }, () => ' ');
  const write = (column: number, text: string) => {
    const from = Math.max(0, Math.min(columns - text.length, column));
    [...text].forEach((character, index) => {
      marks[from + index] = character;
    });
  };
  const nowAt = scale.columnOf(atMs);
  if (nowAt > 'hh:mm '.length) write(0, clockTime(scale.fromMs).slice(0, 5));
  write(nowAt, `now ${clockTime(atMs).slice(0, 5)}`);
  write(columns, clockTime(scale.toMs).slice(0, 5));
  return line(span(`${' '.repeat(labelWidth)} ${view.glyphs.wall}${marks.join('')}`, 'dim'));
}
