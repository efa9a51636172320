import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/*
 * Tests the tester: `npm run bugs -- [--seeds N] [NAME...]` puts each known bug into a copy of the sources and shows
 * that the campaign finds it within N seeds. Exit code 1 where one gets away.
 */

const root = resolve(import.meta.dirname, '..', '..');
const args = process.argv.slice(2);
const seedsAt = args.indexOf('--seeds');
const seeds = seedsAt === -1 ? '200' : args[seedsAt + 1]!;
const named = args.filter((_, index) => seedsAt === -1 || (index !== seedsAt && index !== seedsAt + 1));
const copied = ['model', 'agent', 'sim', 'playbooks', 'actuators', 'collectors', 'adviser', 'package.json', 'test/bugs'];

const patches = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.patch'));
const chosen = patches.filter((file) => named.length === 0 || named.includes(file.replace('.patch', '')));
const results = chosen.map((file) => ({ bug: file.replace('.patch', ''), found: find(file) }));
const missed = results.filter(({ found }) => found === null);
console.log(`${results.length - missed.length} of ${results.length} known bugs found within ${seeds} seeds each`);
for (const { bug } of missed) console.log(`not found: ${bug}`);
process.exitCode = missed.length === 0 ? 0 : 1;

function find(file: string): string | null {
  const copy = mkdtempSync(join(tmpdir(), 'homeostat-bug-'));
  try {
    for (const part of copied) cpSync(join(root, part), join(copy, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    const patch = join(import.meta.dirname, file);
    const applied = spawnSync('git', ['apply', '--unsafe-paths', patch], { cwd: copy, encoding: 'utf8' });
    if (applied.status !== 0) throw new Error(`${file} does not apply: ${applied.stderr}`);
    const played = spawnSync(process.execPath, [join(copy, 'test', 'bugs', 'find-one.ts'), seeds], {
      cwd: copy,
      encoding: 'utf8',
    });
    if (played.status !== 0 && played.stdout === '' && played.stderr !== '') throw new Error(played.stderr);
    const found = played.status === 0 ? played.stdout.trim() : null;
    console.log(`${file.replace('.patch', '')}: ${found ?? 'NOT FOUND'}`);
    return found;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
