/**
 * `npm run nightly`: the long campaigns at their full counts, one after another; prints a table and exits 1 if any failed.
 * A campaign is one line in the list below.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

interface Campaign {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

const campaigns: readonly Campaign[] = [
  {
    name: 'built-in scenarios, 50 seeds',
    command: ['./bin/homeostat', 'chaos', 'run', 'sim/scenarios', '--seeds', '1..50'],
  },
  { name: 'whole-system simulation', command: ['./bin/homeostat', 'chaos', 'campaign', '--seeds', '1..1000'] },
  { name: 'known bugs are found', command: ['npm', 'run', '-s', 'bugs'] },
  { name: 'lying sensors', command: ['npm', 'run', '-s', 'campaign:sensors', '--', '--count', '5000'] },
  { name: 'post-mortems', command: ['npm', 'run', '-s', 'campaign:postmortems', '--', '--count', '1000'] },
  { name: 'adversarial plans', command: ['npm', 'run', '-s', 'campaign:guard', '--', '--count', '1000000'] },
  { name: 'mutated approvals', command: ['npm', 'run', '-s', 'campaign:approvals', '--', '--count', '100000'] },
  { name: 'failing steps and undo', command: ['npm', 'run', '-s', 'campaign:undo', '--', '--count', '50'] },
  { name: 'agent and people', command: ['npm', 'run', '-s', 'campaign:interleavings', '--', '--count', '100000'] },
  { name: 'falsified journals', command: ['npm', 'run', '-s', 'campaign:tamper', '--', '--count', '100000'] },
  { name: 'killed agents', command: ['npm', 'run', '-s', 'campaign:crash', '--', '--count', '10000'] },
  { name: 'killed writers', command: ['npm', 'run', '-s', 'campaign:restart', '--', '--count', '200'] },
  { name: 'power cuts', command: ['npm', 'run', '-s', 'campaign:replay', '--', '--count', '1000000'] },
  { name: 'delay of detection', command: ['npm', 'run', '-s', 'bench', '--', 'P13', '--count', '2000'] },
  { name: 'mutants of guard, lease and journal', command: ['npm', 'run', '-s', 'mutation'] },
  { name: 'end to end', command: ['npm', 'run', 'test:e2e'] },
];

const cwd = fileURLToPath(new URL('..', import.meta.url));
const results = campaigns.map(({ name, command: [program, ...args] }) => {
  console.log(`\n=== ${name}: ${program} ${args.join(' ')}`);
  const startedAtMs = Date.now();
  const { status } = spawnSync(program, args, { cwd, stdio: 'inherit' });
  return {
    campaign: name,
    result: status === 0 ? 'passed' : `failed (exit code ${status})`,
    minutes: minutesSince(startedAtMs),
  };
});
console.table(results);
process.exitCode = results.every(({ result }) => result === 'passed') ? 0 : 1;

function minutesSince(startedAtMs: number): number {
  return Math.round((Date.now() - startedAtMs) / 6000) / 10;
}
