import type { TextProps } from 'ink';
import type { Style } from './view-model/text.ts';

export const themeNames = ['dark', 'light', 'cb-safe', 'mono'] as const;
export type ThemeName = (typeof themeNames)[number];

export type Look = Pick<TextProps, 'color' | 'bold' | 'dimColor' | 'inverse'>;
export type Theme = Readonly<Record<Style, Look>>;

const mono: Theme = {
  plain: {},
  dim: { dimColor: true },
  strong: { bold: true },
  title: { bold: true },
  good: {},
  warn: { bold: true },
  bad: { bold: true, inverse: true },
  acting: { bold: true },
  accent: { bold: true },
  selected: { inverse: true },
};

const dark: Theme = {
  ...mono,
  title: { color: 'cyan', bold: true },
  good: { color: 'green' },
  warn: { color: 'yellow' },
  bad: { color: 'red', bold: true },
  acting: { color: 'magenta' },
  accent: { color: 'cyan' },
  selected: { color: 'cyan', bold: true },
};

const light: Theme = {
  ...dark,
  title: { color: 'blue', bold: true },
  warn: { color: '#8a5a00' },
  accent: { color: 'blue' },
  selected: { color: 'blue', bold: true },
};

/** Of the palette of Okabe and Ito (2008): blue for good and orange for bad, so that nothing rests on red and green. */
const cbSafe: Theme = {
  ...dark,
  good: { color: '#56b4e9' },
  warn: { color: '#f0e442' },
  bad: { color: '#e69f00', bold: true },
  acting: { color: '#cc79a7' },
};

/** Shapes and words only: not one escape sequence for looks. */
const none: Theme = {
  plain: {},
  dim: {},
  strong: {},
  title: {},
  good: {},
  warn: {},
  bad: {},
  acting: {},
  accent: {},
  selected: {},
};

const themes: Readonly<Record<ThemeName, Theme>> = { dark, light, 'cb-safe': cbSafe, mono };

/** NO_COLOR with any value but the empty one takes every look away (https://no-color.org); Ink itself does not read it. */
export function themeOf(name: ThemeName, noColor: string | undefined): Theme {
  return noColor ? none : themes[name];
}
