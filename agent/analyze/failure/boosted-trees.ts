/**
 * Gradient-boosted regression trees on the log-odds of failing (Friedman, "Greedy function approximation", 2001), and
 * why they said so: each step down a tree moves the expected log-odds, and that step is credited to the feature it
 * asked about (Saabas, "Interpreting random forests", 2014).
 */

/** Nodes in arrays; children of node i stand at `left[i]` and `left[i] + 1`, a leaf has left 0. */
export interface Tree {
  readonly feature: readonly number[];
  /** A row goes left when its value is <= the threshold. */
  readonly threshold: readonly number[];
  readonly left: readonly number[];
  /** Log-odds added by a row that stops here; for inner nodes the average over the rows below. */
  readonly value: readonly number[];
}

export interface BoostedTrees {
  /** Log-odds before any tree. */
  readonly base: number;
  readonly trees: readonly Tree[];
}

/** Log-odds of the row. `credit`, when given, receives what each feature added. */
export function logOdds(model: BoostedTrees, row: ArrayLike<number>, credit?: Float64Array): number {
  let sum = model.base;
  for (const tree of model.trees) {
    let node = 0;
    while (tree.left[node] !== 0) {
      const feature = tree.feature[node]!;
      const next = tree.left[node]! + (row[feature]! <= tree.threshold[node]! ? 0 : 1);
      if (credit !== undefined) credit[feature]! += tree.value[next]! - tree.value[node]!;
      node = next;
    }
    sum += tree.value[node]!;
  }
  return sum;
}
