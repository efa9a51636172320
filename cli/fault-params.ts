import { type FaultEntry, faultCatalogue } from '../sim/faults/catalogue.ts';
import { exampleOf, presetOfExample } from '../sim/faults/examples.ts';
import type { ParamSpec } from '../sim/faults/fault.ts';
import { personParams } from '../sim/faults/person-params.ts';
import { rangeText, unitNames, valueText } from '../sim/scenario/param-text.ts';

/** Every parameter of every fault as people write it: fault, name, unit, range, default, what it means. */
export function paramRows(): string[][] {
  return faultCatalogue.flatMap(({ kind, params }) =>
    Object.entries(params).map(([name, spec]) => [
      kind,
      name,
      unitNames[spec.unit].written,
      rangeText(spec)?.join(' to ') ?? choiceText(spec),
      valueText(spec.unit, spec.fallback),
      spec.means,
    ]),
  );
}

/** More than a line of choices is told where each of them is. */
function choiceText({ unit, oneOf }: ParamSpec): string {
  if (unit === 'flag') return 'true, false';
  if (oneOf === undefined) return 'any';
  return oneOf.length > 6 ? `${oneOf[0]}, or an action` : oneOf.join(', ');
}

/** What `to` and `toText` of a `human-action` are, by its action: action, parameter, what it means, otherwise. */
export function personRows(): string[][] {
  return Object.entries(personParams).flatMap(([action, takes]) =>
    (['to', 'toText'] as const).flatMap((name) => {
      const param = takes[name];
      return param === undefined ? [] : [[action, name, param.means, param.otherwise ?? 'must be given']];
    }),
  );
}

/** What every fault takes besides its parameters. */
export const commonKeys = {
  at: 'when it begins, after the start, such as 5m',
  kind: 'its name here',
  target: 'id of what it befalls, or kind/id, such as queue/orders',
  lasts: 'ends by itself after this, such as 10m; otherwise it stays until somebody mends it',
} as const;

/** The catalogue for programs: numbers in their base unit, and the same as a scenario writes them. */
export function faultData(entry: FaultEntry) {
  const params = Object.entries(entry.params).map(([name, spec]) => [
    name,
    {
      ...spec,
      numbersIn: unitNames[spec.unit].base,
      written: {
        as: unitNames[spec.unit].written,
        range: rangeText(spec),
        fallback: valueText(spec.unit, spec.fallback),
      },
    },
  ]);
  return {
    ...entry,
    params: Object.fromEntries(params),
    example: exampleOf(entry),
    examplePreset: presetOfExample(entry),
  };
}
