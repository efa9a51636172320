import type { Problem } from '../../model/problem.ts';
import { fieldName, leafPaths, readDocument } from './document.ts';
import { amendWith, type Override } from './overrides.ts';
import { configSchema } from './schema.ts';

/** One value of the configuration and where it came from. */
export interface ConfigValue {
  readonly key: string;
  readonly value: unknown;
  /** `file:line:col`, the name of a flag or environment variable, or `default`. */
  readonly origin: string;
}

/** Every value of a configuration with its origin, in the order of the schema. */
export function configOrigins(
  text: string,
  fileName: string,
  overrides: readonly Override[],
):
  | { readonly ok: true; readonly values: readonly ConfigValue[] }
  | { readonly ok: false; readonly problems: readonly Problem[] } {
  const amended = (raw: unknown) => amendWith(raw, overrides);
  const read = readDocument(text, fileName, { schema: configSchema, prefix: 'CONFIG' }, amended);
  if (!read.ok) return read;
  const written = new Set(leafPaths(read.raw).map(fieldName));
  const overridden = new Map(overrides.map((override) => [fieldName(override.path), override.origin]));
  const values = leafPaths(read.value).map((path): ConfigValue => {
    const key = fieldName(path);
    const fromFile = written.has(key) ? read.where(path) : 'default';
    return { key, value: valueAt(read.value, path), origin: overridden.get(key) ?? fromFile };
  });
  return { ok: true, values };
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((value: unknown, key) => (value as Record<PropertyKey, unknown>)[key], data);
}
