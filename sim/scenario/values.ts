import { z } from 'zod';
import { parseDurationMs } from '../../agent/config/units.ts';
import { parseBytes, parseBytesPerMs } from './units.ts';

/** What is wrong with a value as it is written; null: nothing. */
type Trouble = (raw: unknown) => { readonly message: string; readonly hint: string } | null;

interface Notation {
  /** What the text should have been. */
  readonly name: string;
  readonly parse: (text: string) => number | null;
  readonly example: string;
  /** Units to add to a bare number. */
  readonly units: readonly string[];
  /** What the author most likely meant, written as it is accepted. */
  readonly mend: (text: string) => string;
}

const longUnits: readonly (readonly [RegExp, string])[] = [
  [/(?<=\d)(milliseconds?|msecs?)/gi, 'ms'],
  [/(?<=\d)(seconds?|secs?)/gi, 's'],
  [/(?<=\d)(minutes?|mins?)/gi, 'm'],
  [/(?<=\d)(hours?|hrs?)/gi, 'h'],
  [/(?<=\d)days?/gi, 'd'],
];

function binaryUnit(text: string): string {
  return text.replace(/([kmgt])i?b?(?=\/|$)/i, (_, letter: string) => `${letter.toUpperCase()}iB`);
}

const durations: Notation = {
  name: 'a duration',
  parse: parseDurationMs,
  example: '45m, 90s or 1h30m',
  units: ['s', 'm'],
  mend: (text) => longUnits.reduce((mended, [long, short]) => mended.replace(long, short), text),
};

const sizes: Notation = {
  name: 'a size',
  parse: parseBytes,
  example: '512MiB or 8GiB',
  units: ['MiB', 'GiB'],
  mend: binaryUnit,
};

const rates: Notation = {
  name: 'bytes per time',
  parse: parseBytesPerMs,
  example: '20MiB/min',
  units: ['MiB/min', 'GiB/h'],
  mend: (text) => {
    const [amount, time = 'min'] = binaryUnit(text).split('/');
    return `${amount}/${time
      .replace(/^m(inutes?)?$/, 'min')
      .replace(/^sec(onds?)?$/, 's')
      .replace(/^hours?$/, 'h')}`;
  },
};

function troubleOf({ name, parse, example, units, mend }: Notation): Trouble {
  return (raw) => {
    if (typeof raw !== 'string' && typeof raw !== 'number')
      return { message: `this is not ${name}`, hint: `such as ${example}` };
    const text = String(raw).slice(0, 60);
    if (typeof raw === 'string' && parse(raw) !== null) return null;
    if (/^-\s*\d/.test(text)) return { message: `${text} must not be negative`, hint: `such as ${example}` };
    const message = `${/^\S*\d\S*$/.test(text) ? text : `"${text}"`} is not ${name}`;
    const packed = text.replace(/\s+/g, '');
    const meant = mend(packed);
    if (/^\d+(\.\d+)?$/.test(text))
      return { message, hint: `it needs a unit, such as ${units.map((unit) => text + unit).join(' or ')}` };
    if (parse(packed) !== null) return { message, hint: `write it with no space: ${packed}` };
    if (parse(meant) !== null) return { message, hint: `${strangeUnit(packed, meant)}write ${meant}` };
    return { message, hint: `such as ${example}` };
  };
}

/** `GB is not accepted, `: sizes count in powers of 1024, and say so. */
function strangeUnit(written: string, meant: string): string {
  const unit = /^[\d.]+([a-z]+)/i.exec(written)?.[1];
  return unit === undefined || meant.includes(unit) ? '' : `${unit} is not accepted, `;
}

export const durationTrouble = troubleOf(durations);
export const rateTrouble = troubleOf(rates);
const sizeTrouble = troubleOf(sizes);

const lastingTrouble: Trouble = (raw) => {
  const trouble = durationTrouble(raw);
  if (trouble !== null || parseDurationMs(String(raw)) !== 0) return trouble;
  return { message: `${raw} must be longer than nothing`, hint: 'such as 90s or 45m' };
};

/** A schema's message carries its hint behind a semicolon. */
function written(trouble: Trouble) {
  const error = ({ input }: { readonly input?: unknown }) => {
    const found = trouble(input);
    return found === null ? undefined : `${found.message}; ${found.hint}`;
  };
  return z.string({ error }).refine((text) => trouble(text) === null, { error });
}

/** `45m`, `90s`, `1h30m`; 0 is one. */
export const duration = written(durationTrouble);
/** A duration above 0. */
export const lasting = written(lastingTrouble);
/** `512MiB`. */
export const size = written(sizeTrouble);
/** The name of anything in a scenario. */
export const id = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, {
  error: ({ input }) => `"${String(input).slice(0, 60)}" is no name; lower-case words joined by dashes`,
});
