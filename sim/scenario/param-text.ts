import type { ParamSpec, ParamUnit } from '../faults/fault.ts';

/** Parameters of faults as a scenario writes them; whatever is printed here is accepted there. */

type Rounding = 'round' | 'ceil' | 'floor';

const minuteMs = 60_000;
const durationUnits = [
  ['h', 3_600_000],
  ['m', minuteMs],
  ['s', 1000],
] as const;

function durationAsWritten(ms: number): string {
  const [unit, unitMs] = durationUnits.find(([, each]) => ms > 0 && ms % each === 0) ?? ['ms', 1];
  return `${ms / unitMs}${unit}`;
}

function rateAsWritten(bytesPerMs: number, rounding: Rounding): string {
  const perMinute = bytesPerMs * minuteMs;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log(Math.max(1, perMinute)) / Math.log(1024)));
  return `${Math[rounding]((perMinute / 1024 ** power) * 10) / 10}${units[power]}/min`;
}

/** A value in base units as people write it. The least of a range is rounded up and the most down, to stay inside. */
export function valueText(unit: ParamUnit, value: number | string | boolean, rounding: Rounding = 'round'): string {
  if (typeof value !== 'number') return value === '' ? '""' : String(value);
  switch (unit) {
    case 'ratio':
      return `${Number((value * 100).toPrecision(6))}%`;
    case 'duration':
      return durationAsWritten(value);
    case 'bytes-per-time':
      return rateAsWritten(value, rounding);
    case 'factor':
    case 'per-second':
    case 'text':
    case 'flag':
      return String(value);
    default:
      return unit satisfies never;
  }
}

/** Both ends of a range as people write them; null where there is none. */
export function rangeText({ unit, range }: ParamSpec): readonly [string, string] | null {
  return range === null ? null : [valueText(unit, range[0], 'ceil'), valueText(unit, range[1], 'floor')];
}

interface UnitName {
  /** What the numbers are in. */
  readonly base: string;
  /** How a table calls what a scenario writes, what a mistake says it must be, and an example of it. */
  readonly written: string;
  readonly what: string;
  readonly example: string;
}

function unitName(base: string, written: string, what: string, example: string): UnitName {
  return { base, written, what, example };
}

export const unitNames: Readonly<Record<ParamUnit, UnitName>> = {
  ratio: unitName('share of 1', 'share, as 20% or 0.2', 'a share', '0.2 or 20%'),
  factor: unitName('plain number', 'number', 'a number', '2.5'),
  duration: unitName('ms', 'time, as 90s or 5m', 'a duration', '90s'),
  'bytes-per-time': unitName('bytes per ms', 'bytes per time, as 20MiB/min', 'bytes per time', '20MiB/min'),
  'per-second': unitName('per second', 'number per second', 'a number', '5'),
  text: unitName('text', 'text', 'a text', 'usual'),
  flag: unitName('true or false', 'true or false', 'true or false', 'true'),
};
