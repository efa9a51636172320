import type { AgentRecord } from '../../model/record.ts';

/*
 * Keeps secrets and personal data out of the journal and out of prompts. Only free text is touched: ids, numbers and
 * enumerations are typed and carry nothing from outside. A name of an entity stays, even where it looks like an
 * address, because the record is about it.
 */

interface Pattern {
  readonly label: string;
  readonly find: RegExp;
  readonly put?: string;
}

/** In this order: the more specific first. Formats after the vendors' own pages and RFC 7519 (tokens), RFC 3986 (userinfo). */
const patterns: readonly Pattern[] = [
  { label: 'key', find: /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g },
  { label: 'token', find: /\beyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*/g },
  {
    label: 'token',
    find: /\b(?:gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|xapp-|sk-|sk_live_|rk_live_|npm_|hvs\.)[\w-]{10,}/g,
  },
  { label: 'key', find: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g },
  { label: 'key', find: /\bAIza[\w-]{30,}/g },
  { label: 'secret', find: /(:\/\/)[^\s/:@]+:[^\s/@]+(?=@)/g, put: '$1[secret]' },
  {
    label: 'secret',
    find: /\b((?:proxy-)?authorization["']?\s*[:=]\s*["']?)(?:(?:bearer|basic|token)\s+)?[^\s"',;]+/gi,
    put: '$1[secret]',
  },
  { label: 'token', find: /\b(bearer\s+)[\w.~+/-]{8,}=*/gi, put: '$1[token]' },
  {
    label: 'secret',
    find: /((?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)["']?\s*[:=]\s*)(?:"[^"]*"|'[^']*'|[^\s"',;&]+)/gi,
    put: '$1[secret]',
  },
  { label: 'email', find: /[\w.%+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b/gi },
  { label: 'ip', find: /(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w.]*\d)/g },
  {
    label: 'ip',
    find: /(?<![\w:.])(?:(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|(?=[0-9a-f:]*::)(?=[0-9a-f:]*[0-9a-f])[0-9a-f:]{3,39})(?![\w:])/gi,
  },
  { label: 'secret', find: /(?<![\w/+])(?=[\w+/-]*[a-z])(?=[\w+/-]*[A-Z])(?=[\w+/-]*\d)[\w+/-]{40,}={0,2}/g },
];

/**
 * Replaces what looks like a token, key, password, e-mail or IP address by its label in brackets.
 * @param keep names of entities, left as they are
 */
export function redactText(text: string, keep: ReadonlySet<string> = noNames): string {
  let clean = text;
  for (const { label, find, put } of patterns) {
    clean =
      put === undefined
        ? clean.replace(find, (found) => (keep.has(found) ? found : `[${label}]`))
        : clean.replace(find, put);
  }
  return clean;
}

const noNames: ReadonlySet<string> = new Set();

/** Names of fields that hold free text, in whichever record. */
const freeText: ReadonlySet<string> = new Set([
  'why',
  'reason',
  'detail',
  'explanation',
  'summary',
  'title',
  'text',
  'said',
  'was',
  'request',
  'reply',
  'abstained',
  'notSeen',
  'assumptions',
  'undoReason',
]);

/** The record with its free text redacted; the same object where nothing had to go. */
export function redactRecord(record: AgentRecord): AgentRecord {
  return mayHideIn(record, false)
    ? (redactValue(record, false, collectNames(record, new Set())) as AgentRecord)
    : record;
}

/**
 * A quick look: every pattern needs one of these somewhere. Most sentences have none, and a tick writes many, so this
 * decides what the journal costs.
 */
const marks =
  /@|eyJ|:\/\/|::|AKIA|ASIA|AIza|bearer|authorization|passw|pwd|secret|token|key|credential|\d\.\d+\.\d|[0-9a-f]:[0-9a-f]{1,4}:[0-9a-f]{1,4}:|[-_.][\w-]{10}|[\w+/-]{40}/i;

function mayHideIn(value: unknown, isFreeText: boolean): boolean {
  if (typeof value === 'string') return isFreeText && marks.test(value);
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some((item) => mayHideIn(item, isFreeText));
  for (const key in value) {
    const item = (value as Readonly<Record<string, unknown>>)[key];
    if (typeof item === 'string' || (typeof item === 'object' && item !== null)) {
      if (mayHideIn(item, freeText.has(key))) return true;
    }
  }
  return false;
}

function redactValue(value: unknown, isFreeText: boolean, keep: ReadonlySet<string>): unknown {
  if (typeof value === 'string') return isFreeText ? redactText(value, keep) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => redactValue(item, isFreeText, keep));
  const entries = Object.entries(value).map(([key, item]) => [key, redactValue(item, freeText.has(key), keep)]);
  return Object.fromEntries(entries);
}

function collectNames(value: unknown, names: Set<string>): Set<string> {
  if (typeof value !== 'object' || value === null) return names;
  const { kind, id } = value as { kind?: unknown; id?: unknown };
  if (typeof kind === 'string' && typeof id === 'string') names.add(id);
  for (const item of Object.values(value)) collectNames(item, names);
  return names;
}
