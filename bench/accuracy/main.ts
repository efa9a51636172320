/**
 * `npm run -s accuracy -- --data ROOT --out DIR [--only nab,smd,...]`: runs the product's own analysis on labelled
 * public data, one configuration per task, and writes predictions for an outside scorer.
 * Exit codes: 0 done, 1 failed, 2 usage or unusable input, 3 a task asked for by name has no input under ROOT.
 */
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type AccuracyTask, UnusableInput } from './task.ts';

/** Loaded one by one, so that a task costs nothing unless it runs. */
const tasks: Readonly<Record<string, () => Promise<{ task: AccuracyTask }>>> = {
  nab: () => import('./nab.ts'),
  smd: () => import('./smd.ts'),
  asd: () => import('./asd.ts'),
  cloudmon: () => import('./cloudmon.ts'),
  loghub2k: () => import('./loghub2k.ts'),
  m4hourly: () => import('./m4hourly.ts'),
  reqrate: () => import('./reqrate.ts'),
  petshop: () => import('./petshop.ts'),
  'nezha-tt': () => import('./nezha-tt.ts'),
  backblaze: () => import('./backblaze.ts'),
};

const usage = `usage: npm run -s accuracy -- --data ROOT --out DIR [--only ${Object.keys(tasks).join(',')}]`;

interface Request {
  readonly dataDir: string;
  readonly outDir: string;
  readonly names: readonly string[];
  /** The person named the tasks, so a missing input is an error and not a skip. */
  readonly named: boolean;
}

function readRequest(argv: readonly string[]): Request | string {
  let values: { data?: string | undefined; out?: string | undefined; only?: string | undefined };
  try {
    const options = { data: { type: 'string' }, out: { type: 'string' }, only: { type: 'string' } } as const;
    values = parseArgs({ args: [...argv], options }).values;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  if (values.data === undefined || values.out === undefined) return '--data and --out are both needed';
  const names = values.only === undefined ? Object.keys(tasks) : values.only.split(',');
  const unknown = names.filter((name) => !(name in tasks));
  if (unknown.length > 0) return `no task called ${unknown.join(', ')}; there are ${Object.keys(tasks).join(', ')}`;
  return { dataDir: values.data, outDir: values.out, names, named: values.only !== undefined };
}

async function runTasks(request: Request): Promise<number> {
  mkdirSync(request.outDir, { recursive: true });
  for (const name of request.names) {
    const inputDir = path.join(request.dataDir, name, 'input');
    if (!existsSync(inputDir)) {
      console.error(`${name}: skipped, there is no ${inputDir}`);
      if (request.named) return 3;
      continue;
    }
    const startedAtMs = performance.now();
    const { task } = await tasks[name]!();
    const files = await task.run(request.dataDir, request.outDir);
    const tookS = ((performance.now() - startedAtMs) / 1000).toFixed(1);
    console.error(`${name}: wrote ${files.map((file) => path.basename(file)).join(', ')} in ${tookS} s`);
  }
  return 0;
}

/** @returns the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  const request = readRequest(argv);
  if (typeof request === 'string') {
    console.error(`${request}\n${usage}`);
    return 2;
  }
  try {
    return await runTasks(request);
  } catch (error) {
    if (!(error instanceof UnusableInput)) throw error;
    console.error(error.message);
    return 2;
  }
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
