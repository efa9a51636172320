import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { tableText } from '../../cli/table.ts';

/*
 * Tests the tester: `npm run -s bugs -- [--seeds N] [NAME...]` puts each known bug into a copy of the sources and shows
 * that the campaign finds it within N seeds. Exit code 1 where one gets away, or where a patch no longer fits the code.
 */

const root = resolve(import.meta.dirname, '..', '..');
const copied = ['model', 'agent', 'sim', 'playbooks', 'actuators', 'collectors', 'adviser', 'package.json', 'test/bugs'];

interface Hunt {
  readonly bug: string;
  readonly result: 'found' | 'NOT FOUND' | 'does not apply' | 'does not run';
  readonly seeds: number;
  readonly seconds: number;
  /** The law that it broke, or why there is none. */
  readonly how: string;
}

const { values, positionals } = parseArgs({
  options: { seeds: { type: 'string', default: '100' } },
  allowPositionals: true,
});
const seedsAtMost = Number(values.seeds);
const known = readdirSync(import.meta.dirname).flatMap((file) =>
  file.endsWith('.patch') ? [file.replace('.patch', '')] : [],
);
const strangers = positionals.filter((name) => !known.includes(name));
if (strangers.length > 0 || !Number.isSafeInteger(seedsAtMost) || seedsAtMost < 1) {
  console.error(`usage: --seeds N [NAME...]; known bugs: ${known.join(', ')}`);
  process.exit(2);
}

const hunts = (positionals.length === 0 ? known : positionals).map((bug) => {
  const startedMs = performance.now();
  const hunt = { ...find(bug), seconds: Math.round((performance.now() - startedMs) / 100) / 10 };
  console.log(`${bug}: ${hunt.result} after ${hunt.seeds} seeds: ${hunt.how}`);
  return hunt;
});
const rows = hunts.map(({ bug, result, seeds, seconds, how }) => {
  const invariant = result === 'found' ? how.slice(0, how.indexOf(':')) : null;
  return [bug, result, seeds, invariant, `${seconds} s`];
});
console.log(tableText(['bug', 'result', 'seeds', 'invariant', 'time'], rows));
const found = hunts.filter(({ result }) => result === 'found').length;
console.log(`${found} of ${hunts.length} known bugs found within ${seedsAtMost} seeds each`);
process.exitCode = found === hunts.length ? 0 : 1;

function find(bug: string): Omit<Hunt, 'seconds'> {
  const copy = mkdtempSync(join(tmpdir(), 'homeostat-bug-'));
  try {
    for (const part of copied) cpSync(join(root, part), join(copy, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    const patch = join(import.meta.dirname, `${bug}.patch`);
    const applied = spawnSync('git', ['apply', '--unsafe-paths', patch], { cwd: copy, encoding: 'utf8' });
    if (applied.status !== 0) return { bug, result: 'does not apply', seeds: 0, how: applied.stderr.trim() };
    const hunter = join(copy, 'test', 'bugs', 'find-one.ts');
    const played = spawnSync(process.execPath, [hunter, String(seedsAtMost)], { cwd: copy, encoding: 'utf8' });
    // A sabotaged copy that cannot even start has shown nothing.
    if (played.stdout.trim() === '') return { bug, result: 'does not run', seeds: 0, how: played.stderr.trim() };
    const { seed, broken } = JSON.parse(played.stdout) as { readonly seed: number; readonly broken: string | null };
    return { bug, result: broken === null ? 'NOT FOUND' : 'found', seeds: seed, how: broken ?? 'no law was broken' };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
