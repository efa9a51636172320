/**
 * `npm run mutation [-- FILE...]`: changes the guard, the lease and the journal in small ways, one at a time, and counts
 * the changes that a test notices. Prints every survivor and the score; exits 1 below the goal. `docs/mutation.md` lists
 * the changes that change nothing; they count neither way.
 */
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const patterns = [
  'agent/guard/**/*.ts',
  'agent/knowledge/lease-*.ts',
  'agent/knowledge/{chain,audit,journal-*,anchor-file,erasure,binding,retention}.ts',
];
/** Share of mutants that must be noticed in one file, and in all that ran. */
const goals: Readonly<Record<string, number>> = { 'agent/guard/decide.ts': 1 };
const goalOfAll = 0.95;

interface Mutant {
  readonly mutatorName: string;
  readonly replacement: string;
  readonly status: string;
  readonly location: { readonly start: Place; readonly end: Place };
}

/** Counted from 1. */
interface Place {
  readonly line: number;
  readonly column: number;
}

interface Score {
  readonly file: string;
  readonly noticed: number;
  readonly survived: readonly string[];
  readonly equivalent: number;
}

const equivalents = readEquivalents();
const given = process.argv.slice(2);
const scores = scoresOf(given.length > 0 ? given : patterns.flatMap((pattern) => globSync(pattern, { cwd: root })));
for (const survivor of scores.flatMap(({ survived }) => survived)) console.log(survivor);
console.table(
  scores.map((score) => ({
    file: score.file,
    score: percentOf([score]),
    noticed: score.noticed,
    survived: score.survived.length,
    equivalent: score.equivalent,
  })),
);
console.log(`mutation: score ${percentOf(scores)} over ${scores.length} files`);
const isReached = scores.every((score) => shareOf([score]) >= (goals[score.file] ?? 0));
process.exitCode = scores.length > 0 && isReached && shareOf(scores) >= goalOfAll ? 0 : 1;

function scoresOf(files: readonly string[]): Score[] {
  const folder = mkdtempSync(join(tmpdir(), 'homeostat-mutation-'));
  try {
    const [config, report] = [join(folder, 'stryker.json'), join(folder, 'report.json')];
    const settings = JSON.parse(readFileSync(join(root, 'test/mutation/stryker.json'), 'utf8'));
    const own = { mutate: files, tempDirName: join(folder, 'sandboxes'), jsonReporter: { fileName: report } };
    writeFileSync(config, JSON.stringify({ ...settings, ...own }));
    const { status } = spawnSync('npx', ['stryker', 'run', config], { cwd: root, stdio: 'inherit' });
    if (status !== 0) throw new Error(`stryker ended with ${status}`);
    const said: { files: Record<string, { source: string; mutants: Mutant[] }> } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    return Object.entries(said.files).map(([file, { source, mutants }]) => scoreOf(file, source, mutants));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function scoreOf(file: string, source: string, mutants: readonly Mutant[]): Score {
  const lines = source.split('\n');
  let [noticed, equivalent] = [0, 0];
  const survived: string[] = [];
  for (const { status, location, replacement } of mutants) {
    if (status === 'Killed' || status === 'Timeout') noticed += 1;
    if (status !== 'Survived' && status !== 'NoCoverage') continue;
    const original = textAt(lines, location);
    if (equivalents.has(`${file} | ${oneLine(original)} | ${oneLine(replacement)}`)) equivalent += 1;
    else survived.push(`${status} ${file}:${location.start.line}  ${oneLine(original)}  ->  ${oneLine(replacement)}`);
  }
  return { file, noticed, survived, equivalent };
}

function textAt(lines: readonly string[], { start, end }: Mutant['location']): string {
  const inside = lines.slice(start.line - 1, end.line);
  inside[inside.length - 1] = inside.at(-1)!.slice(0, end.column - 1);
  inside[0] = inside[0]!.slice(start.column - 1);
  return inside.join('\n');
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** Rows of the table in `docs/mutation.md`: file, what stands there, what it was changed to, why that changes nothing. */
function readEquivalents(): ReadonlySet<string> {
  const text = readFileSync(join(root, 'docs/mutation.md'), 'utf8');
  const rows = text.matchAll(/^\| `(.+?)` \| `` (.+?) `` \| `` (.+?) `` \| .{10,} \|$/gm);
  return new Set([...rows].map(([, ...cells]) => cells.map((cell) => cell.replaceAll('\\|', '|')).join(' | ')));
}

function shareOf(all: readonly Score[]): number {
  const noticed = all.reduce((sum, score) => sum + score.noticed, 0);
  const survived = all.reduce((sum, score) => sum + score.survived.length, 0);
  return noticed + survived === 0 ? 1 : noticed / (noticed + survived);
}

function percentOf(all: readonly Score[]): string {
  return `${(100 * shareOf(all)).toFixed(1)} %`;
}
