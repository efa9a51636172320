/** Characters that screens draw with. ASCII is for fonts without blocks and terminals that show them two cells wide. */
export interface Glyphs {
  /** From nothing to full. */
  readonly ramp: readonly string[];
  readonly rule: string;
  readonly doubleRule: string;
  readonly wall: string;
  readonly cursor: string;
  readonly measured: string;
  readonly expected: string;
  readonly band: string;
  readonly limit: string;
}

export const blockGlyphs: Glyphs = {
  ramp: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  rule: '─',
  doubleRule: '━',
  wall: '│',
  cursor: '▶',
  measured: '●',
  expected: '█',
  band: '░',
  limit: '╌',
};

export const asciiGlyphs: Glyphs = {
  ramp: ['.', ':', '-', '=', '+', '*', '#', '@'],
  rule: '-',
  doubleRule: '=',
  wall: '|',
  cursor: '>',
  measured: 'o',
  expected: '*',
  band: '.',
  limit: '-',
};

/** How and how large a screen is drawn. */
export interface View {
  readonly columns: number;
  readonly rows: number;
  readonly glyphs: Glyphs;
  /** For screen readers: sentences instead of columns, no boxes and no graphics. */
  readonly isPlain: boolean;
  readonly isReadOnly: boolean;
}

/** One character per value, scaled from 0 to the largest value or to `max`. */
export function sparkline(values: readonly number[], glyphs: Glyphs, max = Math.max(1, ...values)): string {
  const top = glyphs.ramp.length - 1;
  return values.map((value) => glyphs.ramp[Math.min(top, Math.ceil((Math.max(0, value) / max) * top))]!).join('');
}
