import { parseDurationMs } from '../../agent/config/units.ts';
import type { FaultKind, ParamSpec, ParamUnit, ParamValue } from '../faults/fault.ts';
import { rangeText, unitNames } from './param-text.ts';
import { parseBytesPerMs, parseRatio } from './units.ts';
import { durationTrouble, rateTrouble } from './values.ts';

/** Parameters of a fault: read in their units, filled with fallbacks, checked against their ranges. */

function readValue(unit: ParamUnit, raw: unknown): ParamValue | null {
  switch (unit) {
    case 'ratio':
      return typeof raw === 'string' ? parseRatio(raw) : numeric(raw);
    case 'factor':
    case 'per-second':
      return numeric(raw);
    case 'duration':
      // Nothing of a unit needs none.
      if (raw === 0) return 0;
      return typeof raw === 'string' ? parseDurationMs(raw) : null;
    case 'bytes-per-time':
      return typeof raw === 'string' ? parseBytesPerMs(raw) : null;
    case 'text':
      return typeof raw === 'string' ? raw : null;
    case 'flag':
      return typeof raw === 'boolean' ? raw : null;
  }
}

function numeric(raw: unknown): number | null {
  return typeof raw === 'number' && Number.isFinite(raw) ? raw : null;
}

export interface ParamMistake {
  readonly param: string;
  /** Goes on after the path of the parameter. */
  readonly message: string;
  readonly hint: string;
}

/** Reads what a scenario gives for one fault; unknown names, wrong units and values out of range are mistakes. */
export function readParams(
  kind: FaultKind,
  given: Readonly<Record<string, unknown>>,
): { readonly params: Record<string, ParamValue>; readonly mistakes: ParamMistake[] } {
  const params: Record<string, ParamValue> = {};
  const mistakes: ParamMistake[] = [];
  for (const [name, spec] of Object.entries(kind.params)) params[name] = spec.fallback;
  for (const [name, raw] of Object.entries(given)) {
    const spec = kind.params[name];
    if (spec === undefined) {
      const known = ['at', 'kind', 'target', 'lasts', ...Object.keys(kind.params)].join(', ');
      mistakes.push({ param: name, message: `${kind.kind} has no parameter ${name}`, hint: `it takes: ${known}` });
      continue;
    }
    const mistake = readOne(name, spec, raw, params);
    if (mistake !== null) mistakes.push(mistake);
  }
  return { params, mistakes };
}

function readOne(name: string, spec: ParamSpec, raw: unknown, into: Record<string, ParamValue>): ParamMistake | null {
  const value = readValue(spec.unit, raw);
  if (value === null) return { param: name, ...unreadable(spec.unit, raw) };
  const [least, most] = spec.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  if (typeof value === 'number' && (value < least || value > most)) {
    const hint = `between ${rangeText(spec)!.join(' and ')} (${spec.means})`;
    return { param: name, message: `${shown(raw)} is out of range`, hint };
  }
  if (spec.oneOf !== undefined && !spec.oneOf.includes(String(value)))
    return { param: name, message: `it cannot be ${shown(value)}`, hint: `one of: ${spec.oneOf.join(', ')}` };
  into[name] = value;
  return null;
}

function unreadable(unit: ParamUnit, raw: unknown): Pick<ParamMistake, 'message' | 'hint'> {
  const trouble = unit === 'duration' ? durationTrouble(raw) : unit === 'bytes-per-time' ? rateTrouble(raw) : null;
  if (trouble !== null) return trouble;
  const { what, example } = unitNames[unit];
  const isQuoted = typeof raw === 'string' && what === 'a number' && Number.isFinite(Number(raw));
  return {
    message: `${isQuoted ? `"${raw}"` : shown(raw)} is not ${what}`,
    hint: isQuoted ? `write ${raw} without quotes` : `such as ${example}`,
  };
}

function shown(raw: unknown): string {
  return typeof raw === 'object' ? 'this' : String(raw).slice(0, 60);
}
