import { maskLine, wildcard } from './mask.ts';

export interface MinerSettings {
  /** Distinct words seen at one place of otherwise equal templates before the place counts as variable. */
  readonly fanOut: number;
  /** Distinct masked forms kept; the rest share one overflow template. */
  readonly maxForms: number;
}

export const anySystem: MinerSettings = { fanOut: 4, maxForms: 20_000 };

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

  constructor(settings: MinerSettings = anySystem) {
    this.#settings = settings;
  }

  /** @returns a handle of the line's cluster; clusters may merge later, so ask `clusterOf` at the end. */
  add(text: string): number {
    let form = maskLine(text);
    const known = this.#clusterOfForm.get(form);
    if (known !== undefined) return known;
    if (this.#clusterOfForm.size >= this.#settings.maxForms) form = overflow;
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
    const existing = this.#clusterOfTemplate.get(template);
    if (existing !== undefined) return this.clusterOf(existing);
    const cluster = this.#templates.length;
    this.#templates.push(template);
    this.#mergedInto.push(cluster);
    this.#clusterOfTemplate.set(template, cluster);
    for (const opening of openingsOf(template)) {
      const siblings = this.#openings.get(opening) ?? new Set();
      siblings.add(cluster);
      this.#openings.set(opening, siblings);
      if (siblings.size < this.#settings.fanOut && !this.#clusterOfTemplate.has(opening)) continue;
      return this.#merge(opening, siblings);
    }
    return cluster;
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

/** The template with each word in turn replaced by the wildcard; the first word, mostly the event's name, stays. */
function openingsOf(template: string): string[] {
  const parts = template.match(pieces) ?? [];
  const openings: string[] = [];
  for (const [i, part] of parts.entries()) {
    if (i === 0 || part === wildcard || !/[A-Za-z0-9]/.test(part)) continue;
    openings.push([...parts.slice(0, i), wildcard, ...parts.slice(i + 1)].join(''));
  }
  return openings;
}
