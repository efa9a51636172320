import { z } from 'zod';
import { type FaultEntry, faultCatalogue } from '../faults/catalogue.ts';
import type { ParamSpec } from '../faults/fault.ts';
import { scenarioFile } from './file.ts';

/** JSON Schema types of parameters as people write them in a scenario. */
function paramSchema(spec: ParamSpec): Record<string, unknown> {
  const description = `${spec.means} (otherwise ${spec.fallback})`;
  switch (spec.unit) {
    case 'ratio':
      return {
        description,
        anyOf: [
          { type: 'number', minimum: 0, maximum: 1 },
          { type: 'string', pattern: '^[0-9.]+ ?%$' },
        ],
      };
    case 'factor':
    case 'per-second':
      return { description, type: 'number', minimum: spec.range?.[0], maximum: spec.range?.[1] };
    case 'duration':
      return { description, type: 'string', pattern: '^([0-9.]+(ms|s|m|h|d))+$' };
    case 'bytes-per-time':
      return { description, type: 'string', pattern: '^[0-9.]+(B|KiB|MiB|GiB|TiB)/(s|min|h)$' };
    case 'text':
      return { description, type: 'string', ...(spec.oneOf === undefined ? {} : { enum: spec.oneOf }) };
    case 'flag':
      return { description, type: 'boolean' };
  }
}

function faultSchema(entry: FaultEntry): Record<string, unknown> {
  const duration = { type: 'string', pattern: '^([0-9.]+(ms|s|m|h|d))+$' };
  return {
    type: 'object',
    description: `${entry.means}. Targets: ${entry.targets.join(', ')}`,
    required: ['at', 'kind', 'target'],
    additionalProperties: false,
    properties: {
      at: duration,
      kind: { const: entry.kind },
      target: { type: 'string' },
      lasts: duration,
      ...Object.fromEntries(Object.entries(entry.params).map(([name, spec]) => [name, paramSchema(spec)])),
    },
  };
}

/** JSON Schema (2020-12) of a scenario file for editors, with the parameters of every kind of fault. */
export function scenarioJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(scenarioFile, { io: 'input' }) as Record<string, unknown>;
  const properties = schema.properties as Record<string, unknown>;
  return {
    ...schema,
    title: 'Homeostat scenario, version 1',
    properties: { ...properties, faults: { type: 'array', items: { oneOf: faultCatalogue.map(faultSchema) } } },
  };
}
