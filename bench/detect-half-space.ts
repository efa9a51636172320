/**
 * Goal P2: half-space trees in flat arrays, against one object per node in JavaScript and in Python. All three get the
 * same seed and rows and have to give the same scores to 1e-9.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { HalfSpaceTrees, halfSpaceDefaults as settings } from '../agent/analyze/detect/half-space-trees.ts';
import { type BenchRow, runPairs } from './pair.ts';
import { noiseFrom } from './random.ts';

const features = 10;
const seed = 7;
const unit = 'rows/s';
const pythonProgram = fileURLToPath(new URL('detect-half-space.py', import.meta.url));

function makeRows(count: number): number[][] {
  const noise = noiseFrom(99);
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: features }, () => (i % 400 === 399 ? noise() : 0.4 + 0.2 * noise())),
  );
}

interface TreeNode {
  readonly feature: string;
  readonly splitAt: number;
  readonly left: TreeNode | null;
  readonly right: TreeNode | null;
  reference: number;
  latest: number;
}

/** One object per node and rows as maps from metric to value: what a direct port of a streaming library looks like. */
class ObjectTrees {
  readonly #roots: readonly TreeNode[];
  #rows = 0;

  constructor() {
    const flat = new HalfSpaceTrees(features, noiseFrom(seed));
    this.#roots = Array.from({ length: settings.trees }, (_, tree) => nodeOf(flat, tree, 1));
  }

  update(row: ReadonlyMap<string, number>): number {
    const known = this.#rows >= settings.windowRows;
    const mass = this.#roots.reduce((sum, root) => sum + massOf(root, row), 0);
    for (const root of this.#roots) {
      for (let node: TreeNode | null = root; node !== null; node = childOf(node, row)) node.latest++;
    }
    if (++this.#rows % settings.windowRows === 0) this.#roots.forEach(turnWindow);
    return known ? 1 - mass / (settings.trees * settings.windowRows * 2 ** settings.depth) : 0;
  }
}

function nodeOf(flat: HalfSpaceTrees, tree: number, node: number): TreeNode {
  const inner = 2 ** settings.depth;
  if (node >= inner) return { feature: '', splitAt: 0, left: null, right: null, reference: 0, latest: 0 };
  const at = tree * inner + node;
  return {
    feature: `metric${flat.splitFeature[at]}`,
    splitAt: flat.splitAt[at]!,
    left: nodeOf(flat, tree, 2 * node),
    right: nodeOf(flat, tree, 2 * node + 1),
    reference: 0,
    latest: 0,
  };
}

function childOf(node: TreeNode, row: ReadonlyMap<string, number>): TreeNode | null {
  return node.left === null ? null : row.get(node.feature)! >= node.splitAt ? node.right : node.left;
}

function massOf(root: TreeNode, row: ReadonlyMap<string, number>): number {
  let node = root;
  let level = 0;
  while (level < settings.depth && node.reference >= settings.massMin) {
    node = childOf(node, row)!;
    level++;
  }
  return node.reference * 2 ** level;
}

function turnWindow(node: TreeNode): void {
  node.reference = node.latest;
  node.latest = 0;
  if (node.left !== null) turnWindow(node.left);
  if (node.right !== null) turnWindow(node.right);
}

const rows = makeRows(20_000);
const namedRows = rows.map((row) => new Map(row.map((value, j) => [`metric${j}`, value])));

function rateOf(count: number, update: (i: number) => void): number {
  const startedAtMs = performance.now();
  for (let i = 0; i < count; i++) update(i);
  return (count * 1000) / (performance.now() - startedAtMs);
}

function flatRate(): number {
  const trees = new HalfSpaceTrees(features, noiseFrom(seed));
  return rateOf(rows.length, (i) => trees.update(rows[i]!));
}

function objectRate(): number {
  const trees = new ObjectTrees();
  return rateOf(rows.length, (i) => trees.update(namedRows[i]!));
}

/** Rows per second and scores of the Python version, or null where there is no Python. */
function runPython(count: number): { rate: number; scores: number[] } | null {
  const input = JSON.stringify({ ...settings, features, seed, rows: rows.slice(0, count) });
  const { status, stdout } = spawnSync('python3', [pythonProgram], { input, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) return null;
  const answer = JSON.parse(stdout) as { seconds: number; scores: number[] };
  return { rate: count / answer.seconds, scores: answer.scores };
}

/** Throws where a version disagrees by more than 1e-9. */
export function requireEqualScores(pythonScores: readonly number[] | null): void {
  const flat = new HalfSpaceTrees(features, noiseFrom(seed));
  const objects = new ObjectTrees();
  for (let i = 0; i < 2000; i++) {
    const score = flat.update(rows[i]!);
    const others = [objects.update(namedRows[i]!), pythonScores === null ? score : pythonScores[i]!];
    if (others.some((other) => !(Math.abs(other - score) < 1e-9))) throw new Error(`row ${i}: ${score} and ${others}`);
  }
}

/** Rows of goal P2: at least 8 times the objects in JavaScript, at least 20 times the objects in Python. */
export function detectHalfSpaceRows(): BenchRow[] {
  const python = runPython(2000);
  requireEqualScores(python === null ? null : python.scores);
  const name = 'P2 half-space trees against an object per node';
  const result = [runPairs({ name: `${name}, JavaScript`, unit, candidate: flatRate, reference: objectRate })];
  if (python === null) {
    console.error('there is no python3 on this machine; its row is left out');
    return result;
  }
  const reference = (): number => runPython(2000)!.rate;
  return [...result, runPairs({ name: `${name}, Python`, unit, candidate: flatRate, reference })];
}

if (import.meta.main) for (const row of detectHalfSpaceRows()) console.log(JSON.stringify(row));
