import { parseArgs } from 'node:util';
import type { BenchRow } from './pair.ts';

/** One benchmark: the goal it shows and the rows that it measures. Loaded alone, so that one can be run alone. */
interface Bench {
  readonly name: string;
  /** @param count how often, where a benchmark counts cases and not pairs; undefined: few */
  readonly load: (count?: number) => Promise<readonly BenchRow[]>;
}

const benches: readonly Bench[] = [
  { name: 'P1', load: async () => (await import('./detect-tier0.ts')).detectTierZeroRows() },
  { name: 'P2', load: async () => (await import('./detect-half-space.ts')).detectHalfSpaceRows() },
  { name: 'P6', load: async () => (await import('./store.ts')).benchStore() },
  { name: 'P7', load: async () => (await import('./log-templates.ts')).logTemplateRows() },
  { name: 'P8', load: async () => (await import('./forecast.ts')).forecastRows() },
  { name: 'P9', load: async () => (await import('./sim-kernel.ts')).benchSimKernel() },
  { name: 'P10', load: async () => (await import('./sim-cluster.ts')).benchSimCluster() },
  { name: 'P11', load: async () => (await import('./guard.ts')).benchGuard() },
  { name: 'P12', load: async () => (await import('./journal.ts')).benchJournal() },
  { name: 'P13', load: async (count) => (await import('./detection-delay.ts')).detectionDelayRows(count) },
  { name: 'P17', load: async () => (await import('./restart.ts')).benchRestart() },
  { name: 'TWIN', load: async () => (await import('./twin.ts')).benchTwin() },
  { name: 'TUI', load: async () => (await import('./tui.ts')).benchTui() },
];

/** `npm run -s bench -- [-o json] [--count N] [NAME...]`: prints what it measured, also when it is bad. Returns the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: { output: { type: 'string', short: 'o', default: 'table' }, count: { type: 'string' } },
    allowPositionals: true,
  });
  const count = values.count === undefined ? undefined : Number(values.count);
  if (count !== undefined && !(Number.isInteger(count) && count > 0)) {
    console.error(`--count takes a whole number above 0, not ${values.count}`);
    return 2;
  }
  const unknown = positionals.filter((name) => !benches.some((bench) => bench.name === name));
  if (unknown.length > 0) {
    console.error(`no benchmark ${unknown.join(', ')}; there are ${benches.map(({ name }) => name).join(', ')}`);
    return 2;
  }
  const chosen = positionals.length === 0 ? benches : benches.filter(({ name }) => positionals.includes(name));
  for (const bench of chosen) {
    for (const row of await bench.load(count))
      console.log(values.output === 'json' ? JSON.stringify(row) : rowText(row));
  }
  return 0;
}

function rowText(row: BenchRow): string {
  const number = (value: number) => value.toPrecision(3);
  const noisy =
    row.referenceSpread > 0.3 ? `; the reference alone spread by ${number(row.referenceSpread)}: noisy` : '';
  return `${row.name}: ratio ${number(row.ratioMedian)} (${number(row.ratioMin)} to ${number(row.ratioMax)}, ${row.pairs} pairs), ${number(row.candidate)} against ${number(row.reference)} ${row.unit}${noisy}`;
}

process.exitCode = await main(process.argv.slice(2));
