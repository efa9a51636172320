import stringWidth from 'string-width';

/** What a piece of text means; the theme gives it a colour, or none. No state rests on colour alone. */
export type Style = 'plain' | 'dim' | 'strong' | 'title' | 'good' | 'warn' | 'bad' | 'acting' | 'accent' | 'selected';

export interface Span {
  readonly text: string;
  readonly style: Style;
}

/** One row of the screen. */
export type Line = readonly Span[];

const printableAscii = /^[\x20-\x7e]*$/;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

export function span(text: string, style: Style = 'plain'): Span {
  return { text, style };
}

/** A row from strings, which are plain, and spans. */
export function line(...parts: readonly (string | Span)[]): Line {
  return parts.map((part) => (typeof part === 'string' ? span(part) : part));
}

/** Terminal cells that a text takes (Unicode UAX #11; combined characters count once). */
export function widthOf(text: string): number {
  return printableAscii.test(text) ? text.length : stringWidth(text);
}

/** The longest beginning of a text that takes at most `width` cells. */
function cut(text: string, width: number): string {
  if (printableAscii.test(text)) return text.slice(0, Math.max(0, width));
  let taken = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    used += widthOf(segment);
    if (used > width) break;
    taken += segment;
  }
  return taken;
}

/** The longest end of a text that takes at most `width` cells. */
function cutStart(text: string, width: number): string {
  let taken = '';
  let used = 0;
  for (const { segment } of [...graphemes.segment(text)].toReversed()) {
    used += widthOf(segment);
    if (used > width) break;
    taken = segment + taken;
  }
  return taken;
}

export type CutAt = 'end' | 'middle';

/** A text in exactly `width` cells; one that is too long has a `~` where it was cut. */
export function fitTo(text: string, width: number, align: 'left' | 'right' = 'left', cutAt: CutAt = 'end'): string {
  if (width <= 0) return '';
  const tail = cutAt === 'end' || widthOf(text) <= width ? '' : cutStart(text, Math.floor((width - 1) / 2));
  const shown = widthOf(text) <= width ? text : `${cut(text, width - 1 - widthOf(tail))}~${tail}`;
  const gap = ' '.repeat(Math.max(0, width - widthOf(shown)));
  return align === 'right' ? gap + shown : shown + gap;
}

/** A row in at most `width` cells. */
export function clip(row: Line, width: number): Line {
  const shown: Span[] = [];
  let left = width;
  for (const part of row) {
    const taken = widthOf(part.text);
    if (taken <= left) {
      shown.push(part);
      left -= taken;
      continue;
    }
    if (left > 0) shown.push({ ...part, text: cut(part.text, left) });
    break;
  }
  return shown;
}

/** A row in exactly `width` cells. */
export function padLine(row: Line, width: number): Line {
  const shown = clip(row, width);
  const gap = width - lineWidth(shown);
  return gap > 0 ? [...shown, span(' '.repeat(gap))] : shown;
}

export function lineWidth(row: Line): number {
  return row.reduce((sum, part) => sum + widthOf(part.text), 0);
}

/** Words in rows of at most `width` cells; a word that is longer is cut into pieces. */
export function wrap(text: string, width: number): string[] {
  const rows: string[] = [];
  let row = '';
  for (const word of text.split(' ').flatMap((whole) => pieces(whole, width))) {
    const longer = row === '' ? word : `${row} ${word}`;
    if (widthOf(longer) <= width) {
      row = longer;
      continue;
    }
    if (row !== '') rows.push(row);
    row = word;
  }
  if (row !== '') rows.push(row);
  return rows;
}

function pieces(word: string, width: number): string[] {
  const parts: string[] = [];
  let rest = word;
  while (widthOf(rest) > width) {
    const part = cut(rest, width) || rest.slice(0, 1);
    parts.push(part);
    rest = rest.slice(part.length);
  }
  return [...parts, rest];
}
