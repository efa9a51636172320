import { parseDurationMs } from '../../agent/config/units.ts';
import type { FaultKind, ParamSpec, ParamUnit, ParamValue } from '../faults/fault.ts';
import { parseBytesPerMs, parseRatio } from './units.ts';

/** Parameters of a fault: read in their units, filled with fallbacks, checked against their ranges. */

const wanted: Record<ParamUnit, { readonly what: string; readonly example: string }> = {
  ratio: { what: 'a share', example: '0.2 or 20%' },
  factor: { what: 'a number', example: '2.5' },
  duration: { what: 'a duration', example: '90s' },
  'bytes-per-time': { what: 'bytes per time', example: '20MiB/min' },
  'per-second': { what: 'a number', example: '5' },
  text: { what: 'a text', example: 'usual' },
  flag: { what: 'true or false', example: 'true' },
};

function readValue(unit: ParamUnit, raw: unknown): ParamValue | null {
  switch (unit) {
    case 'ratio':
      return typeof raw === 'string' ? parseRatio(raw) : numeric(raw);
    case 'factor':
    case 'per-second':
      return numeric(raw);
    case 'duration':
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
      const known = Object.keys(kind.params).join(', ') || 'none';
      mistakes.push({
        param: name,
        message: `${kind.kind} has no parameter ${name}`,
        hint: `its parameters: ${known}`,
      });
      continue;
    }
    const mistake = readOne(name, spec, raw, params);
    if (mistake !== null) mistakes.push(mistake);
  }
  return { params, mistakes };
}

function readOne(name: string, spec: ParamSpec, raw: unknown, into: Record<string, ParamValue>): ParamMistake | null {
  const value = readValue(spec.unit, raw);
  if (value === null)
    return {
      param: name,
      message: `${name} must be ${wanted[spec.unit].what}`,
      hint: `such as ${wanted[spec.unit].example}`,
    };
  const [least, most] = spec.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  if (typeof value === 'number' && (value < least || value > most))
    return { param: name, message: `${name} is out of range`, hint: `between ${least} and ${most} (${spec.means})` };
  if (spec.oneOf !== undefined && !spec.oneOf.includes(String(value)))
    return { param: name, message: `${name} cannot be ${value}`, hint: `one of: ${spec.oneOf.join(', ')}` };
  into[name] = value;
  return null;
}
