import type { View } from './glyphs.ts';
import { type CutAt, clip, fitTo, type Line, line, type Span, type Style, span, widthOf } from './text.ts';

/** One field of a row; `sort` where the text does not sort as it should. */
export interface Cell {
  readonly text: string;
  readonly style: Style;
  readonly sort: string | number;
}

export interface Column {
  readonly title: string;
  /** In cells; `grow` columns share what is left as far as they need it, from `width` upward. */
  readonly width: number;
  readonly grow?: true;
  readonly align?: 'left' | 'right';
  /** Where a text that is too long loses its letters; names often differ only in their ends. */
  readonly cutAt?: CutAt;
  /** Columns with a higher number leave first when the screen is narrow; 0 never leaves. */
  readonly priority: number;
  /** Drawn with block characters, so left out for screen readers. */
  readonly isGraphic?: true;
}

export interface Row {
  /** What a selection holds on to; never the place in the list. */
  readonly id: string;
  readonly cells: readonly Cell[];
  /** What Enter opens. */
  readonly opens: { readonly screen: 'incident' | 'audit' | 'map'; readonly id: string } | null;
}

/** One list on a screen. */
export interface Panel {
  readonly key: string;
  readonly title: string;
  readonly note: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** Said in place of rows. */
  readonly empty: string;
  /** Whether the newest thing matters most, so that a long list may lose its end. */
  readonly share: number;
}

export function cell(text: string, style: Style = 'plain', sort: string | number = text): Cell {
  return { text, style, sort };
}

const gap = 2;
const cursorWidth = 3;

/** Rows whose texts are measured: enough to lay a list out, and the same whichever part of it is shown. */
const measuredMax = 100;

/** The columns that fit, each with its width in cells. */
export function layoutColumns(
  { columns, rows }: Pick<Panel, 'columns' | 'rows'>,
  width: number,
): { column: Column; index: number; width: number }[] {
  const kept = columns.map((column, index) => ({ column, index, width: column.width }));
  const needed = () => cursorWidth + kept.reduce((sum, item) => sum + item.width + gap, 0) - gap;
  while (needed() > width) {
    const worst = kept.reduce((a, b) => (b.column.priority >= a.column.priority ? b : a), kept[0]!);
    if (worst.column.priority === 0) break;
    kept.splice(kept.indexOf(worst), 1);
  }
  const measured = rows.slice(0, measuredMax);
  const wants = ({ index, width: least }: { index: number; width: number }) =>
    measured.reduce((most, row) => Math.max(most, widthOf(row.cells[index]!.text)), least) - least;
  // The smallest wish first, each up to an even part of what is left: nobody gets more while another lacks (max-min fair).
  const growing = kept.filter((item) => item.column.grow).map((item) => ({ item, want: wants(item) }));
  growing.sort((a, b) => a.want - b.want);
  let spare = width - needed();
  growing.forEach(({ item, want }, place) => {
    const part = Math.max(0, Math.floor(spare / (growing.length - place)));
    const extra = Math.min(part, want);
    item.width += extra;
    spare -= extra;
  });
  const last = kept.findLast((item) => item.column.grow);
  if (last !== undefined && spare > 0) last.width += spare;
  return kept;
}

/** The heads of a table and the rows of it that were chosen, with the selected one marked. */
export function tableLines(panel: Panel, rows: readonly Row[], selected: string | null, view: View): Line[] {
  if (view.isPlain) return rows.map((row) => plainRow(panel, row, row.id === selected, view));
  const layout = layoutColumns(panel, view.columns);
  const heads = layout.map(({ column, width }) => fitTo(column.title, width, column.align)).join(' '.repeat(gap));
  return [
    line(span(' '.repeat(cursorWidth) + heads, 'dim')),
    ...rows.map((row) => tableRow(row, layout, row.id === selected, view)),
  ];
}

function tableRow(row: Row, layout: ReturnType<typeof layoutColumns>, isSelected: boolean, view: View): Line {
  const spans: Span[] = [isSelected ? span(` ${view.glyphs.cursor} `, 'selected') : span(' '.repeat(cursorWidth))];
  layout.forEach(({ column, index, width }, place) => {
    const { text, style } = row.cells[index]!;
    if (place > 0) spans.push(span(' '.repeat(gap)));
    spans.push(
      span(fitTo(text, width, column.align, column.cutAt), isSelected && style === 'plain' ? 'selected' : style),
    );
  });
  return clip(spans, view.columns);
}

/** `> inc 0042; sev 2; target worker-3` for a voice that reads one row after the other. */
function plainRow({ columns }: Panel, row: Row, isSelected: boolean, view: View): Line {
  const fields = columns.flatMap((column, index) => {
    const text = row.cells[index]!.text.trim();
    return column.isGraphic || text === '' ? [] : [`${column.title.toLowerCase()} ${text}`];
  });
  const text = `${isSelected ? '> ' : '  '}${fields.join('; ')}`;
  return line(widthOf(text) > view.columns ? fitTo(text, view.columns) : text);
}
