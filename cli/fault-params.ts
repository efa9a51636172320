import { amountText } from '../agent/views/amounts.ts';
import { durationText } from '../agent/views/text.ts';
import { faultCatalogue } from '../sim/faults/catalogue.ts';
import type { ParamSpec } from '../sim/faults/fault.ts';

const minuteMs = 60_000;

/** Every parameter of every fault as people read it: fault, name, unit, range, default, what it means. */
export function paramRows(): string[][] {
  return faultCatalogue.flatMap(({ kind, params }) =>
    Object.entries(params).map(([name, spec]) => [
      kind,
      name,
      unitText[spec.unit],
      spec.range?.map((end) => valueText(spec, end)).join(' to ') ?? choiceText(spec.oneOf),
      typeof spec.fallback === 'number' ? valueText(spec, spec.fallback) : String(spec.fallback),
      spec.means,
    ]),
  );
}

const unitText: Readonly<Record<ParamSpec['unit'], string>> = {
  ratio: 'share, as 20% or 0.2',
  factor: 'number',
  duration: 'time, as 90s or 5m',
  'bytes-per-time': 'bytes per time, as 20MiB/min',
  'per-second': 'per second',
  text: 'text',
  flag: 'true or false',
};

/** More than a line of choices is told where each of them is. */
function choiceText(oneOf: readonly string[] = ['any']): string {
  return oneOf.length > 6 ? `${oneOf[0]}, or an action` : oneOf.join(', ');
}

function valueText({ unit }: ParamSpec, value: number): string {
  switch (unit) {
    case 'ratio':
      return `${value * 100}%`;
    case 'duration':
      return durationText(value);
    case 'bytes-per-time':
      return `${amountText(value * minuteMs, 'By')}/min`;
    case 'factor':
    case 'per-second':
    case 'text':
    case 'flag':
      return String(value);
    default:
      return unit satisfies never;
  }
}
