/**
 * Streaming half-space trees (Tan, Ting, Liu 2011, "Fast anomaly detection for streaming data", IJCAI): random
 * perfect binary trees count how many rows of the last window fell into each cell; a row in a thin cell is strange.
 * Trees are flat arrays in heap order, and one walk both scores and counts.
 */

export interface HalfSpaceSettings {
  readonly trees: number;
  /** Levels below the root. */
  readonly depth: number;
  /** Rows per window, at most 65,535; the masses of the last full window serve the next. */
  readonly windowRows: number;
  /** A cell with fewer rows than this in the last window ends the walk. */
  readonly massMin: number;
}

export const halfSpaceDefaults: HalfSpaceSettings = { trees: 25, depth: 12, windowRows: 250, massMin: 25 };

export class HalfSpaceTrees {
  readonly #settings: HalfSpaceSettings;
  readonly #nodesPerTree: number;
  /** Feature and threshold of the split at each inner node, tree after tree. */
  readonly splitFeature: Uint16Array;
  readonly splitAt: Float64Array;
  /** Rows per cell in the last full window and in the running one; 16 bits hold any window to 65,535 rows. */
  #reference: Uint16Array;
  #latest: Uint16Array;
  readonly #row: Float64Array;
  #rows = 0;

  /**
   * @param features width of a row, each feature scaled to about [0, 1]
   * @param random   uniform in [0, 1); the same sequence gives the same trees
   */
  constructor(features: number, random: () => number, settings: HalfSpaceSettings = halfSpaceDefaults) {
    this.#settings = settings;
    this.#nodesPerTree = 2 ** (settings.depth + 1); // index 0 stays empty: children of n are 2n and 2n + 1
    const inner = 2 ** settings.depth;
    this.splitFeature = new Uint16Array(settings.trees * inner);
    this.splitAt = new Float64Array(settings.trees * inner);
    this.#row = new Float64Array(features);
    this.#reference = new Uint16Array(settings.trees * this.#nodesPerTree);
    this.#latest = new Uint16Array(settings.trees * this.#nodesPerTree);
    for (let tree = 0; tree < settings.trees; tree++) this.#grow(tree, features, random);
  }

  /** @returns 0 (as common as can be) to 1 (never seen), 0 during the first window: nothing to compare with */
  update(row: ArrayLike<number>): number {
    const { trees, depth, windowRows } = this.#settings;
    let mass = 0;
    this.#row.set(row);
    for (let tree = 0; tree < trees; tree++) mass += this.#walk(tree, this.#row);
    const known = this.#rows >= windowRows;
    if (++this.#rows % windowRows === 0) {
      [this.#reference, this.#latest] = [this.#latest, this.#reference];
      this.#latest.fill(0);
    }
    return known ? 1 - mass / (trees * windowRows * 2 ** depth) : 0;
  }

  /** Counts the row in every cell on its way down; the first thin cell of the last window gives the mass. */
  #walk(tree: number, row: Float64Array): number {
    const { depth, massMin } = this.#settings;
    const inner = tree << depth;
    const nodes = tree * this.#nodesPerTree;
    const reference = this.#reference;
    const latest = this.#latest;
    const splitFeature = this.splitFeature;
    const splitAt = this.splitAt;
    let node = 1;
    let level = 0;
    for (; level < depth && reference[nodes + node]! >= massMin; level++) {
      latest[nodes + node]!++;
      node = 2 * node + (row[splitFeature[inner + node]!]! >= splitAt[inner + node]! ? 1 : 0);
    }
    const mass = reference[nodes + node]! * 2 ** level;
    for (; level < depth; level++) {
      latest[nodes + node]!++;
      node = 2 * node + (row[splitFeature[inner + node]!]! >= splitAt[inner + node]! ? 1 : 0);
    }
    latest[nodes + node]!++;
    return mass;
  }

  /** Each tree has its own random work range around [0, 1], halved at every split, as in the paper's section 3. */
  #grow(tree: number, features: number, random: () => number): void {
    const low = new Float64Array(features);
    const high = new Float64Array(features);
    for (let j = 0; j < features; j++) {
      const centre = random();
      const reach = 2 * Math.max(centre, 1 - centre);
      low[j] = centre - reach;
      high[j] = centre + reach;
    }
    this.#split(tree, 1, low, high, random);
  }

  #split(tree: number, node: number, low: Float64Array, high: Float64Array, random: () => number): void {
    const inner = 2 ** this.#settings.depth;
    if (node >= inner) return;
    const feature = Math.floor(random() * low.length);
    const middle = (low[feature]! + high[feature]!) / 2;
    this.splitFeature[tree * inner + node] = feature;
    this.splitAt[tree * inner + node] = middle;
    const kept = high[feature]!;
    high[feature] = middle;
    this.#split(tree, 2 * node, low, high, random);
    high[feature] = kept;
    const keptLow = low[feature]!;
    low[feature] = middle;
    this.#split(tree, 2 * node + 1, low, high, random);
    low[feature] = keptLow;
  }
}
