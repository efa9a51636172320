/**
 * Trains gradient-boosted trees on binned features with second-order steps (Chen & Guestrin, "XGBoost", KDD'16;
 * histograms as in Ke et al., "LightGBM", NeurIPS'17). Deterministic: nothing is drawn at random except the features
 * each tree may use, from a seed.
 */
import type { BoostedTrees, Tree } from '../../../agent/analyze/failure/boosted-trees.ts';

export interface TrainingRows {
  readonly columns: readonly Float64Array[];
  readonly failed: Uint8Array;
  readonly weight: Float64Array;
}

export interface BoostingSettings {
  readonly trees: number;
  readonly depth: number;
  readonly learningRate: number;
  /** Least sum of weights in a leaf. */
  readonly minLeafWeight: number;
  readonly l2: number;
  /** Share of the features each tree may use. */
  readonly featureShare: number;
  readonly seed: number;
}

const maxBins = 64;

interface Binned {
  readonly bins: readonly Uint8Array[];
  /** Upper edge of each bin but the last, by feature. */
  readonly edges: readonly number[][];
}

function binColumns(columns: readonly Float64Array[]): Binned {
  const edges = columns.map(quantileEdges);
  const bins = columns.map((column, f) => Uint8Array.from(column, (value) => binOf(edges[f]!, value)));
  return { bins, edges };
}

function quantileEdges(column: Float64Array): number[] {
  const distinct = [...new Set(column)].sort((a, b) => a - b);
  const step = Math.max(1, distinct.length / maxBins);
  const edges: number[] = [];
  for (let at = step; at < distinct.length; at += step) {
    const upper = Math.floor(at);
    edges.push((distinct[upper - 1]! + distinct[upper]!) / 2);
  }
  return edges.slice(0, maxBins - 1).map((edge) => Number(edge.toPrecision(5)));
}

function binOf(edges: readonly number[], value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= edges[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}

interface Growing {
  readonly rows: Int32Array;
  readonly node: number;
  readonly depth: number;
}

interface Split {
  readonly gain: number;
  readonly feature: number;
  readonly bin: number;
}

export function trainBoostedTrees(data: TrainingRows, settings: BoostingSettings): BoostedTrees {
  const binned = binColumns(data.columns);
  const positive = data.weight.reduce((sum, weight, i) => sum + weight * data.failed[i]!, 0);
  const total = data.weight.reduce((sum, weight) => sum + weight, 0);
  const base = Number(Math.log(positive / (total - positive)).toPrecision(6));
  const margin = new Float64Array(data.failed.length).fill(base);
  const gradient = new Float64Array(margin.length);
  const hessian = new Float64Array(margin.length);
  const random = lehmer(settings.seed);
  const trees: Tree[] = [];
  for (let t = 0; t < settings.trees; t++) {
    for (let i = 0; i < margin.length; i++) {
      const p = 1 / (1 + Math.exp(-margin[i]!));
      gradient[i] = data.weight[i]! * (p - data.failed[i]!);
      hessian[i] = data.weight[i]! * p * (1 - p);
    }
    const usable = data.columns.map((_, f) => f).filter(() => random() < settings.featureShare);
    trees.push(new TreeGrower(binned, gradient, hessian, data.weight, settings, usable, margin).grow());
  }
  return { base, trees };
}

/** Park & Miller's minimal standard generator. */
function lehmer(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

class TreeGrower {
  readonly #feature: number[] = [0];
  readonly #threshold: number[] = [0];
  readonly #left: number[] = [0];
  readonly #value: number[] = [0];
  readonly #binned: Binned;
  readonly #gradient: Float64Array;
  readonly #hessian: Float64Array;
  readonly #weight: Float64Array;
  readonly #settings: BoostingSettings;
  readonly #usable: readonly number[];
  readonly #margin: Float64Array;

  constructor(
    binned: Binned,
    gradient: Float64Array,
    hessian: Float64Array,
    weight: Float64Array,
    settings: BoostingSettings,
    usable: readonly number[],
    /** Moved in place by the finished leaves. */
    margin: Float64Array,
  ) {
    this.#binned = binned;
    this.#gradient = gradient;
    this.#hessian = hessian;
    this.#weight = weight;
    this.#settings = settings;
    this.#usable = usable;
    this.#margin = margin;
  }

  grow(): Tree {
    const open: Growing[] = [{ rows: Int32Array.from(this.#gradient.keys()), node: 0, depth: 0 }];
    for (let at = open.shift(); at !== undefined; at = open.shift()) open.push(...this.#growNode(at));
    return { feature: this.#feature, threshold: this.#threshold, left: this.#left, value: this.#value };
  }

  #growNode({ rows, node, depth }: Growing): Growing[] {
    let g = 0;
    let h = 0;
    for (const row of rows) {
      g += this.#gradient[row]!;
      h += this.#hessian[row]!;
    }
    const value = (-g / (h + this.#settings.l2)) * this.#settings.learningRate;
    this.#value[node] = Number(value.toPrecision(4));
    const split = depth < this.#settings.depth ? this.#bestSplit(rows, g, h) : undefined;
    if (split === undefined) {
      for (const row of rows) this.#margin[row]! += value;
      return [];
    }
    const left = this.#value.length;
    const column = this.#binned.bins[split.feature]!;
    this.#feature[node] = split.feature;
    this.#threshold[node] = this.#binned.edges[split.feature]![split.bin]!;
    this.#left[node] = left;
    for (const child of [left, left + 1]) {
      this.#feature[child] = this.#threshold[child] = this.#left[child] = this.#value[child] = 0;
    }
    return [
      { rows: rows.filter((row) => column[row]! <= split.bin), node: left, depth: depth + 1 },
      { rows: rows.filter((row) => column[row]! > split.bin), node: left + 1, depth: depth + 1 },
    ];
  }

  #bestSplit(rows: Int32Array, g: number, h: number): Split | undefined {
    const { l2, minLeafWeight } = this.#settings;
    const whole = (g * g) / (h + l2);
    let best: Split | undefined;
    for (const feature of this.#usable) {
      const { gs, hs, ws, weight } = this.#histogram(rows, feature);
      let gl = 0;
      let hl = 0;
      let wl = 0;
      for (let bin = 0; bin < this.#binned.edges[feature]!.length; bin++) {
        gl += gs[bin]!;
        hl += hs[bin]!;
        wl += ws[bin]!;
        if (wl < minLeafWeight) continue;
        if (weight - wl < minLeafWeight) break;
        const gain = (gl * gl) / (hl + l2) + (g - gl) ** 2 / (h - hl + l2) - whole;
        if (gain > (best?.gain ?? 1e-6)) best = { gain, feature, bin };
      }
    }
    return best;
  }

  #histogram(rows: Int32Array, feature: number) {
    const gs = new Float64Array(maxBins);
    const hs = new Float64Array(maxBins);
    const ws = new Float64Array(maxBins);
    const column = this.#binned.bins[feature]!;
    let weight = 0;
    for (const row of rows) {
      const bin = column[row]!;
      gs[bin]! += this.#gradient[row]!;
      hs[bin]! += this.#hessian[row]!;
      ws[bin]! += this.#weight[row]!;
      weight += this.#weight[row]!;
    }
    return { gs, hs, ws, weight };
  }
}
