import type { View } from './glyphs.ts';
import { type Line, line, lineWidth, padLine, type Span, span, wrap } from './text.ts';

/** One row of a block; what is too long goes on below, indented. */
export interface BlockRow {
  readonly indent: number;
  readonly line: Line;
}

/** A titled piece of a detail screen. */
export interface Block {
  readonly title: string;
  readonly rows: readonly BlockRow[];
}

export function row(indent: number, ...parts: readonly (string | Span)[]): BlockRow {
  return { indent, line: line(...parts) };
}

/** A block in rows of at most `width` cells. */
export function blockLines(block: Block, width: number, view: View): Line[] {
  return [
    titleLine(block.title, width, view),
    ...block.rows.flatMap(({ indent, line }) => wrapLine(line, indent, width)),
  ];
}

function titleLine(title: string, width: number, view: View): Line {
  if (view.isPlain) return line(span(`${title}.`, 'title'));
  const start = `${view.glyphs.doubleRule.repeat(2)} `;
  const rest = view.glyphs.doubleRule.repeat(Math.max(0, width - start.length - title.length - 1));
  return line(span(start, 'dim'), span(`${title} `, 'strong'), span(rest, 'dim'));
}

/** Wraps the last span of a row, which carries the prose; the spans before it stay in front. */
function wrapLine(whole: Line, indent: number, width: number): Line[] {
  const head = whole.slice(0, -1);
  const last = whole.at(-1);
  if (last === undefined) return [[]];
  if (lineWidth(whole) <= width - 1) return [line(' ', ...whole)];
  const first = wrap(last.text, Math.max(8, width - 2 - lineWidth(head)));
  const rest = wrap(first.slice(1).join(' '), Math.max(8, width - 2 - indent));
  return [
    line(' ', ...head, { ...last, text: first[0] ?? '' }),
    ...rest.map((text) => line(' '.repeat(indent + 1), { ...last, text })),
  ];
}

/** Two columns with a wall between them. */
export function joinColumns(left: readonly Line[], right: readonly Line[], leftWidth: number, view: View): Line[] {
  const height = Math.max(left.length, right.length);
  return Array.from({ length: height }, (_, index) => [
    ...padLine(left[index] ?? [], leftWidth),
    span(view.glyphs.wall, 'dim'),
    ...(right[index] ?? []),
  ]);
}
