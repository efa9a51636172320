import { DigitBlindIndex, numbersMatter } from './digit-blind-index.ts';
import { maskLine, maxLineLength, wildcard } from './mask.ts';

export interface MinerSettings {
  /** Distinct words seen at one place of otherwise equal templates before the place counts as variable. */
  readonly fanOut: number;
  /** The same where the words look like values: they hold a digit or stand behind `=`. */
  readonly fanOutOfValues: number;
  /** The same where they look like states or parts of a name: upper case, or one or two letters. */
  readonly fanOutOfStates: number;
  /** Distinct masked forms kept; the rest share one overflow template. */
  readonly maxForms: number;
}

export const anySystem: MinerSettings = { fanOut: 3, fanOutOfValues: 2, fanOutOfStates: 8, maxForms: 20_000 };

/** A separator or one word; words are the places that may turn out variable. */
const pieces = /<\*>|[A-Za-z0-9_.$@#%&*+/\\-]+|\s+|[^\s]/g;
const overflow = '(more kinds of line than can be kept)';

/**
 * Streaming template miner. Each line is masked by form, then placed among the templates: where otherwise equal
 * templates show many different words at one place, the place is variable and they become one. Differs from Drain (He
 * et al., ICWS 2017) in judging each place by its fan-out rather than whole lines by similarity.
 * Memory is bounded by the distinct masked forms, not by the lines.
 */
export class TemplateMiner {
  readonly #settings: MinerSettings;
  /** Index of the cluster each masked form was first put into. */
  readonly #clusterOfForm = new Map<string, number>();
  /** Text of each cluster; a merged one points on. */
  readonly #templates: string[] = [];
  readonly #mergedInto: number[] = [];
  /** Clusters seen under each template with one place left open. */
  readonly #openings = new Map<string, Set<number>>();
  readonly #clusterOfTemplate = new Map<string, number>();
  readonly #seen = new DigitBlindIndex();
  /** Newest clusters whose templates have the same number of words between the same separators. */
  readonly #alike = new Map<string, number[]>();

  constructor(settings: MinerSettings = anySystem) {
    this.#settings = settings;
  }

  /** Distinct masked forms kept, at most `maxForms`. */
  get forms(): number {
    return this.#clusterOfForm.size;
  }

  /**
   * @param mayLearn false: a form not met before shares the overflow template
   * @returns a handle of the line's cluster; clusters may merge later, so ask `clusterOf` at the end.
   */
  add(text: string, mayLearn = true): number {
    const seen = text.length <= maxLineLength ? this.#seen.find(text) : -1;
    if (seen >= 0) return seen;
    const form = maskLine(text);
    const known = this.#clusterOfForm.get(form);
    if (known === undefined && !mayLearn) return this.#addForm(overflow);
    const cluster = known ?? this.#addForm(form);
    if (text.length <= maxLineLength && !numbersMatter(form)) this.#seen.keep(text, cluster);
    return cluster;
  }

  #addForm(masked: string): number {
    const form = this.#clusterOfForm.size >= this.#settings.maxForms ? overflow : masked;
    const cluster = this.#clusterOfForm.get(form) ?? this.#place(form);
    this.#clusterOfForm.set(form, cluster);
    return cluster;
  }

  clusterOf(handle: number): number {
    let cluster = handle;
    while (this.#mergedInto[cluster] !== cluster) cluster = this.#mergedInto[cluster]!;
    return cluster;
  }

  templateOf(handle: number): string {
    return this.#templates[this.clusterOf(handle)]!;
  }

  #place(template: string): number {
    const key = groupKey(template);
    const existing = this.#clusterOfTemplate.get(key);
    if (existing !== undefined) return this.clusterOf(existing);
    const cluster = this.#templates.length;
    this.#templates.push(template);
    this.#mergedInto.push(cluster);
    this.#clusterOfTemplate.set(key, cluster);
    for (const opening of openingsOf(template, this.#settings)) {
      const openKey = groupKey(opening.template);
      const siblings = this.#openings.get(openKey) ?? new Set();
      siblings.add(cluster);
      this.#openings.set(openKey, siblings);
      if (siblings.size >= opening.fanOut || this.#clusterOfTemplate.has(openKey)) {
        return this.#merge(opening.template, siblings);
      }
    }
    return this.#placeAmongAlike(cluster);
  }

  /** Places that vary together never leave all other words equal, so whole templates are laid side by side. */
  #placeAmongAlike(cluster: number): number {
    const parts = partsOf(this.#templates[cluster]!);
    const shape = parts.map((part) => (isWord(part) ? 'w' : part)).join('');
    const known = (this.#alike.get(shape) ?? []).map((each) => this.clusterOf(each));
    const others = [...new Set(known)].slice(-mostAlike);
    this.#alike.set(shape, [...others, cluster]);
    for (const other of others) {
      const common = commonSkeleton(parts, partsOf(this.#templates[other]!));
      if (common === null) continue;
      const key = groupKey(common.template);
      const siblings = (this.#openings.get(key) ?? new Set()).add(cluster).add(other);
      this.#openings.set(key, siblings);
      if (this.#clusterOfTemplate.has(key) || this.#allVary(siblings, common.open)) {
        return this.#merge(common.template, siblings);
      }
    }
    return cluster;
  }

  #allVary(siblings: ReadonlySet<number>, open: readonly number[]): boolean {
    if (siblings.size <= this.#settings.fanOut) return false;
    const templates = [...siblings].map((sibling) => partsOf(this.#templates[sibling]!));
    return open.every((at) => {
      const enough = Math.max(...templates.map((parts) => fanOutAt(parts, at, this.#settings)));
      return new Set(templates.map((parts) => parts[at])).size >= enough;
    });
  }

  #merge(opening: string, siblings: ReadonlySet<number>): number {
    const target = this.#place(opening);
    for (const sibling of siblings) {
      const from = this.clusterOf(sibling);
      const to = this.clusterOf(target);
      if (from !== to) this.#mergedInto[from] = to;
    }
    return this.clusterOf(target);
  }
}

interface Opening {
  readonly template: string;
  /** Distinct words that make this place variable. */
  readonly fanOut: number;
}

/** Templates of one shape that a new one is laid beside. */
const mostAlike = 16;
/** Share of the fixed words that two templates must have in common to be variants of one sentence. */
const leastCommon = 0.6;
const leastCommonWords = 3;

interface Skeleton {
  readonly template: string;
  /** Parts that differ. */
  readonly open: readonly number[];
}

/** What two templates of one shape have in common, with wildcards elsewhere; null where that is too little. */
function commonSkeleton(a: readonly string[], b: readonly string[]): Skeleton | null {
  const open = a.flatMap((part, at) => (part === b[at] ? [] : [at]));
  const common = a.filter((part, at) => part === b[at] && part !== wildcard && isWord(part)).length;
  if (open.length < 2 || common < leastCommonWords || common < leastCommon * (common + open.length)) return null;
  return { template: a.map((part, at) => (part === b[at] ? part : wildcard)).join(''), open };
}

function partsOf(template: string): string[] {
  return template.match(pieces) ?? [];
}

function isWord(part: string): boolean {
  return part === wildcard || /[A-Za-z0-9]/.test(part);
}

/** Times and addresses in more or fewer parts are the same kind of value. */
function groupKey(template: string): string {
  return template.replace(/(?:<\*>:){2,}<\*>/g, wildcard);
}

/** The template with each word in turn replaced by the wildcard. */
function openingsOf(template: string, settings: MinerSettings): Opening[] {
  const parts = partsOf(template);
  const openings: Opening[] = [];
  for (const [i, part] of parts.entries()) {
    if (part === wildcard || !/[A-Za-z0-9]/.test(part)) continue;
    const opened = [...parts.slice(0, i), wildcard, ...parts.slice(i + 1)].join('');
    openings.push({ template: opened, fanOut: fanOutAt(parts, i, settings) });
  }
  return openings;
}

function fanOutAt(parts: readonly string[], at: number, settings: MinerSettings): number {
  // The first word is mostly the event's name: it only joins what is open there already.
  if (at === 0) {
    const enoughElse = parts.filter((part) => part !== wildcard && isWord(part)).length > leastCommonWords;
    return enoughElse && /\d/.test(parts[at]!) ? settings.fanOut : Number.POSITIVE_INFINITY;
  }
  if (/^[A-Z_]{3,}\d?$/.test(parts[at]!)) return settings.fanOutOfStates;
  if (parts[at - 1] === '=' || /\d|\w\.\w+\.\w/.test(parts[at]!)) return settings.fanOutOfValues;
  if (parts[at]!.length <= 2) return settings.fanOutOfStates;
  return settings.fanOut;
}
