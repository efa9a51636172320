/** Parts of the pages of docs/reference. */

const generated = '<!-- Written by tools/reference.ts from the program itself. -->';

export function page(title: string, ...parts: readonly string[]): string {
  return `${[`# ${title}`, generated, ...parts].join('\n\n')}\n`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly required?: readonly string[];
}

/** A table cell holds no more choices than these; what the key means tells where they are. */
const choicesShown = 12;

/** Key, type, default and meaning of everything below a schema. */
export function keyRows(schema: JsonSchema, prefix: string): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const key = `${prefix}${name}`;
    const inner = child.items?.properties === undefined ? keyRows(child, `${key}.`) : keyRows(child.items, `${key}[].`);
    const needed = schema.required?.includes(name) ? 'required' : '';
    const fallback = child.default === undefined ? needed : `\`${JSON.stringify(child.default)}\``;
    return [[`\`${key}\``, typeName(child), fallback, child.description ?? ''], ...inner];
  });
}

function typeName({ type, enum: choices, const: only, items }: JsonSchema): string {
  if (only !== undefined) return `\`${JSON.stringify(only)}\``;
  if (choices !== undefined && choices.length <= choicesShown)
    return choices.map((choice) => `\`${String(choice)}\``).join(', ');
  if (type === 'array') return `list of ${items?.type ?? 'values'}`;
  return [type ?? 'text or number'].flat().join(' or ');
}
