import { z } from 'zod';

/** What could be read of a document that its schema refuses: any part may be missing, and no place has moved. */
export type Readable<Value> = Value extends readonly (infer Item)[]
  ? readonly (Readable<Item> | undefined)[]
  : Value extends object
    ? { readonly [Key in keyof Value]?: Readable<Value[Key]> | undefined }
    : Value;

/**
 * Reads plain data with everything optional: a broken value is left out alone, and what stands beside it is kept, so
 * that mistakes in the meaning of the sound parts can be told together with the broken ones.
 */
export function readReadable<Schema extends z.ZodType>(schema: Schema, data: unknown): Readable<z.output<Schema>> {
  return forgiving(schema).parse(data ?? {}) as Readable<z.output<Schema>>;
}

function forgiving(schema: z.ZodType): z.ZodType {
  const parts = containerOf(schema);
  if (parts === null) return schema.optional().catch(undefined);
  const hasDefault = schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  return (hasDefault ? parts.prefault(schema.def.defaultValue as never) : parts.optional()).catch(undefined);
}

function containerOf(schema: z.ZodType): z.ZodType | null {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return containerOf(schema.def.innerType as z.ZodType);
  }
  if (schema instanceof z.ZodArray) return z.array(forgiving(schema.element as z.ZodType));
  if (schema instanceof z.ZodRecord) return z.record(z.string(), forgiving(schema.valueType as z.ZodType));
  if (!(schema instanceof z.ZodObject)) return null;
  const fields = Object.entries(schema.shape as Record<string, z.ZodType>);
  const known = Object.fromEntries(fields.map(([key, field]) => [key, forgiving(field)]));
  return schema.def.catchall instanceof z.ZodUnknown ? z.looseObject(known) : z.object(known);
}
