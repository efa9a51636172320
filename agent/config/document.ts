import { type Alias, type Document, isMap, isNode, LineCounter, parseDocument, visit, type YAMLParseError } from 'yaml';
import { z } from 'zod';
import type { Problem } from '../../model/problem.ts';
import { nearestWord } from './nearest-word.ts';
import { type Readable, readReadable } from './readable.ts';

/** Anchors may not blow a small file up into a huge one: https://en.wikipedia.org/wiki/Billion_laughs_attack. */
const aliasesMax = 100;

export interface DocumentFormat<Schema extends z.ZodType> {
  readonly schema: Schema;
  /** Of a document with several forms the one that its author meant, from the plain data; otherwise `schema` itself. */
  readonly formOf?: (data: unknown) => z.ZodType<z.output<Schema>>;
  /** Leads the codes of its problems: `CONFIG` gives `CONFIG_UNKNOWN_KEY`. */
  readonly prefix: string;
}

export interface ReadDocument<Value> {
  readonly ok: true;
  readonly value: Value;
  /** The text as plain data, before defaults and conversions. */
  readonly raw: unknown;
  /** `file:line:col` of the value at a path, or of the nearest ancestor that is written in the file. */
  readonly where: (path: readonly PropertyKey[]) => string;
}

export interface Refused<Value> {
  readonly ok: false;
  readonly problems: readonly Problem[];
  /** What could be read all the same; null where the text is no document. */
  readonly readable: Readable<Value> | null;
  readonly where: (path: readonly PropertyKey[]) => string;
}

/** A mistake in what a document means, at a path of it. */
export interface Mistake {
  readonly code: string;
  readonly message: string;
  readonly path: readonly PropertyKey[];
  readonly hint: string | null;
}

/**
 * Every problem of a document in the order of its text: those of its shape, and those of its meaning as far as it could
 * be read. None: it is sound.
 */
export function problemsOf<Value>(
  read: ReadDocument<Value> | Refused<Value>,
  mistakesOf: (readable: Readable<Value>) => readonly Mistake[],
): readonly Problem[] {
  const readable = read.ok ? (read.value as Readable<Value>) : read.readable;
  const mistakes = readable === null ? [] : mistakesOf(readable);
  const meant = mistakes.map(({ path, ...mistake }) => ({ ...mistake, where: read.where(path) }));
  return [...(read.ok ? [] : read.problems), ...meant].toSorted(byPosition);
}

/**
 * Reads one YAML (or JSON) text against a schema. All mistakes are told at once, each with its line.
 * @param fileName how the file is named in problems; nothing is opened
 * @param amend   changes the plain data before it is checked, such as overrides from the environment
 */
export function readDocument<Schema extends z.ZodType>(
  text: string,
  fileName: string,
  format: DocumentFormat<Schema>,
  amend: (raw: unknown) => unknown = (raw) => raw,
): ReadDocument<z.output<Schema>> | Refused<z.output<Schema>> {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter });
  const at = (offset: number) => positionAt(fileName, lineCounter, offset);
  const where = (path: readonly PropertyKey[]) => at(offsetOf(document, path));
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => ({
      code: `${format.prefix}_SYNTAX`,
      ...syntaxText(error),
      where: at(error.pos[0]),
    }));
    return { ok: false, problems, readable: null, where };
  }
  const plain = toPlainData(document);
  if (plain === null) {
    return { ok: false, problems: [aliasProblem(document, format.prefix, at)], readable: null, where };
  }
  const data = amend(plain.data);
  const schema = (format.formOf?.(data) ?? format.schema) as z.ZodType<z.output<Schema>>;
  const checked = schema.safeParse(data, { reportInput: true });
  if (checked.success) return { ok: true, value: checked.data, raw: plain.data, where };
  const shape = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const problems = checked.error.issues.flatMap((issue) =>
    shapeProblems(issue, { document, at, where, shape, format }),
  );
  const readable = isRecord(data) ? readReadable(schema, data) : null;
  return { ok: false, problems: problems.toSorted(byPosition), readable, where };
}

function positionAt(fileName: string, lineCounter: LineCounter, offset: number): string {
  const { line, col } = lineCounter.linePos(offset);
  // An empty file has no lines to count; its mistakes are at the beginning.
  return `${fileName}:${Math.max(1, line)}:${Math.max(1, col)}`;
}

/** In the order of the file, as its author reads it. */
function byPosition(a: Problem, b: Problem): number {
  const position = (problem: Problem) => problem.where.split(':').slice(-2).map(Number);
  const [lineA = 0, columnA = 0] = position(a);
  const [lineB = 0, columnB = 0] = position(b);
  return lineA - lineB || columnA - columnB;
}

function isRecord(data: unknown): boolean {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}

function toPlainData(document: Document): { readonly data: unknown } | null {
  try {
    return { data: document.toJS({ maxAliasCount: aliasesMax }) };
  } catch (error) {
    if (error instanceof ReferenceError) return null;
    throw error;
  }
}

/** An alias without an anchor, where it stands, or too many aliases. */
function aliasProblem(document: Document, prefix: string, at: (offset: number) => string): Problem {
  let unknown: Alias | undefined;
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return undefined;
      unknown = alias;
      return visit.BREAK;
    },
  });
  if (unknown === undefined) {
    const message = `the file expands more than ${aliasesMax} YAML aliases`;
    return { code: `${prefix}_ALIASES`, message, where: at(0), hint: 'write the values out' };
  }
  const message = `the YAML alias *${unknown.source} has no anchor before it`;
  const hint = `write the value out, quote it if it begins with *, or put &${unknown.source} before the value it repeats`;
  return { code: `${prefix}_ALIASES`, message, where: at(unknown.range?.[0] ?? 0), hint };
}

function syntaxText(error: YAMLParseError): Pick<Problem, 'message' | 'hint'> {
  if (error.code === 'MULTIPLE_DOCS')
    return { message: 'the file holds more than one YAML document', hint: 'put each into a file of its own' };
  const message = (error.message.split('\n')[0] ?? '').replace(/ at line .*$/, '');
  return { message, hint: 'mend the YAML first; other mistakes are told after that' };
}

function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}

interface Context {
  readonly document: Document;
  readonly at: (offset: number) => string;
  readonly where: (path: readonly PropertyKey[]) => string;
  readonly shape: z.core.JSONSchema.BaseSchema;
  readonly format: { readonly prefix: string };
}

type Issue = z.core.$ZodIssue;

function shapeProblems(issue: Issue, context: Context): Problem[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(key, issue.path, context));
  if (issue.input === undefined && issue.path.length > 0) {
    const field = fieldName(issue.path);
    const code = `${context.format.prefix}_MISSING`;
    return [{ code, message: `${field} is missing`, where: context.where(issue.path), hint: `add ${field}` }];
  }
  return issue.code === 'invalid_union' ? unionProblems(issue, context) : [valueProblem(issue, context)];
}

function valueProblem(issue: Issue, { format, where }: Context): Problem {
  const [said, hint] = ownWords(issue) ?? schemaWords(issue);
  const message = `${fieldName(issue.path)}: ${lowerFirst(said)}`;
  return { code: `${format.prefix}_VALUE`, message, where: where(issue.path), hint };
}

/** A message of the schema's own may carry its hint behind its last semicolon. */
function schemaWords(issue: Issue): readonly [said: string, hint: string] {
  const end = issue.message.lastIndexOf('; ');
  return end === -1 ? [issue.message, hintOf(issue)] : [issue.message.slice(0, end), issue.message.slice(end + 2)];
}

/** What is wrong with a value where the schema has no words of its own. */
function ownWords(issue: Issue): readonly [said: string, hint: string] | null {
  const said = saidOf(issue);
  return said === null ? null : [said, hintOf(issue)];
}

function saidOf(issue: Issue): string | null {
  const shown = typeof issue.input === 'string' ? `"${printed(issue.input)}"` : printed(issue.input);
  if (issue.code === 'invalid_value')
    return isQuoted(issue) ? `${shown} is quoted` : `${printed(issue.input)} is not known here`;
  if (issue.code === 'invalid_type' && issue.message.startsWith('Invalid input')) {
    const [kind] = (kindWords[issue.expected] ?? `a ${issue.expected}`).split(', ');
    return issue.input === null ? 'it is empty' : `${shown} is not ${kind}`;
  }
  if (issue.code === 'invalid_union' && issue.message === 'Invalid input') return `${shown} does not fit`;
  if (issue.code === 'too_small' && issue.message.startsWith('Too small')) return sizeWords(issue, 'small', 'few');
  if (issue.code === 'too_big' && issue.message.startsWith('Too big')) return sizeWords(issue, 'big', 'many');
  return null;
}

/** A list has too few or too many entries; a number or a text is too small or too big. */
function sizeWords({ origin, input }: { origin: string; input?: unknown }, size: string, count: string): string {
  if (input === '' || (Array.isArray(input) && input.length === 0)) return 'it is empty';
  if (origin === 'array') return `it has too ${count} entries`;
  if (origin === 'string') return `it has too ${count} characters`;
  return `${printed(input)} is too ${size}`;
}

/** A number or a truth value that quotes have made a text. */
function isQuoted({ values, input }: z.core.$ZodIssueInvalidValue): boolean {
  return typeof input === 'string' && values.some((value) => typeof value !== 'string' && String(value) === input);
}

/** Of the alternatives of a union, the one with the fewest mistakes is the one that its author meant. */
function unionProblems(issue: z.core.$ZodIssueInvalidUnion, context: Context): Problem[] {
  const mistakes = (issues: readonly Issue[]) =>
    issues.reduce((sum, inner) => sum + (inner.code === 'unrecognized_keys' ? inner.keys.length : 1), 0);
  const looksInside = (inner: Issue) => inner.path.length > 0 || inner.code === 'unrecognized_keys';
  const meant = issue.errors.filter((issues) => issues.some(looksInside)).sort((a, b) => mistakes(a) - mistakes(b))[0];
  if (meant !== undefined) {
    return meant.flatMap((inner) => shapeProblems({ ...inner, path: [...issue.path, ...inner.path] }, context));
  }
  const forms = issue.errors.flatMap((issues) => issues.slice(0, 1));
  const { message } = forms.find((form) => form.code === 'custom') ?? issue;
  const hint = [...new Set(forms.map(hintOf))].join(', or ');
  return [{ ...valueProblem({ ...issue, message }, context), hint }];
}

function unknownKey(key: string, path: readonly PropertyKey[], context: Context): Problem {
  const parent = path.length === 0 ? context.document.contents : context.document.getIn(path, true);
  const pair = isMap(parent) ? parent.items.find((item) => String(item.key) === key) : undefined;
  const known = knownKeys(context.shape, path);
  const near = nearestWord(key, known);
  return {
    code: `${context.format.prefix}_UNKNOWN_KEY`,
    message: `${fieldName([...path, key])} is not a known key`,
    where: isNode(pair?.key) && pair.key.range ? context.at(pair.key.range[0]) : context.where([...path, key]),
    hint: near === null ? `known keys: ${known.join(', ')}` : `did you mean ${near}?`,
  };
}

/** The keys that the schema allows at a path. */
function knownKeys(shape: z.core.JSONSchema.BaseSchema, path: readonly PropertyKey[]): string[] {
  let places: z.core.JSONSchema.BaseSchema[] = alternatives(shape);
  for (const key of path) places = places.flatMap((place) => alternatives(childOf(place, key)));
  return [...new Set(places.flatMap((place) => Object.keys(place.properties ?? {})))];
}

function alternatives(shape: unknown): z.core.JSONSchema.BaseSchema[] {
  if (typeof shape !== 'object' || shape === null) return [];
  const place = shape as z.core.JSONSchema.BaseSchema;
  return [place, ...[...(place.anyOf ?? []), ...(place.oneOf ?? []), ...(place.allOf ?? [])].flatMap(alternatives)];
}

function childOf(place: z.core.JSONSchema.BaseSchema, key: PropertyKey): unknown {
  if (typeof key === 'number') return place.items;
  return place.properties?.[String(key)] ?? place.additionalProperties;
}

function hintOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_value': {
      if (issue.values.length === 1)
        return `write ${String(issue.values[0])}${isQuoted(issue) ? ' without quotes' : ''}`;
      const near = nearestWord(String(issue.input), issue.values.map(String));
      const known = `one of: ${issue.values.map(String).join(', ')}`;
      return near === null ? known : `did you mean ${near}? ${known}`;
    }
    case 'invalid_type':
      return typeHint(issue.expected, issue.input);
    case 'too_small':
      return `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${unitOf(issue.origin)}`;
    case 'too_big':
      return `${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${unitOf(issue.origin)}`;
    case 'invalid_format':
      return issue.format === 'url' ? 'such as http://127.0.0.1:8222' : `must match ${issue.pattern}`;
    case 'custom':
      return typeof issue.params?.hint === 'string' ? issue.params.hint : 'see the reference of this file';
    default:
      return 'see the reference of this file';
  }
}

/** Quotes decide whether YAML reads a number or a text. */
function typeHint(expected: string, input: unknown): string {
  const wantsNumber = expected === 'number' || expected === 'int';
  if (wantsNumber && typeof input === 'string' && /^\s*-?\d/.test(input) && Number.isFinite(Number(input)))
    return `write ${input} without quotes`;
  if (expected === 'string' && typeof input === 'number') return `write "${input}"`;
  return `write ${kindWords[expected] ?? `a ${expected}`}`;
}

function printed(value: unknown): string {
  return typeof value === 'object' ? 'this' : String(value).slice(0, 60);
}

const kindWords: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list, such as [a, b]',
  object: 'keys with values, such as { key: value }',
  record: 'keys with values, such as { key: value }',
};

function unitOf(origin: string): string {
  return origin === 'string' ? ' characters' : origin === 'array' ? ' entries' : '';
}

/** `slos[0].entity`, or `the document` for the whole. */
export function fieldName(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the document';
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index === 0 ? '' : '.'}${String(key)}`))
    .join('');
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** Paths of every leaf that is written in plain data: scalars, and empty collections. */
export function leafPaths(data: unknown, path: readonly PropertyKey[] = []): PropertyKey[][] {
  if (typeof data !== 'object' || data === null) return [[...path]];
  const entries: [PropertyKey, unknown][] = Array.isArray(data)
    ? data.map((value, index) => [index, value])
    : Object.entries(data);
  return entries.length === 0 ? [[...path]] : entries.flatMap(([key, value]) => leafPaths(value, [...path, key]));
}
