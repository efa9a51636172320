/**
 * Goal P7: template mining against a plain Drain in Python (the language of Drain3, which is measured elsewhere) and
 * against a scan for line ends. Grouping accuracy and its F1 stand beside the speed, as speed alone is easy.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TemplateMiner } from '../agent/analyze/logs/template-miner.ts';
import { makeLogLines } from './log-lines.ts';
import { type BenchRow, runPairs } from './pair.ts';
import { noiseFrom } from './random.ts';

const lineCount = 100_000;
const unit = 'lines/s';
/** One scan is too short to be timed. */
const scans = 20;
const drainProgram = path.join(import.meta.dirname, 'log-drain.py');
const { lines, sentence } = makeLogLines(lineCount, noiseFrom(5));
const text = lines.join('\n');

interface Mined {
  readonly perSecond: number;
  readonly cluster: readonly number[];
}

/** Processor time, as other work on the machine would spoil the times of a wall clock; helper threads are included. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function mine(): Mined {
  const startedAtMs = processorMs();
  const miner = new TemplateMiner();
  const handles = lines.map((line) => miner.add(line));
  const perSecond = (lineCount * 1000) / (processorMs() - startedAtMs);
  return { perSecond, cluster: handles.map((handle) => miner.clusterOf(handle)) };
}

function drain(file: string): Mined {
  const { status, stdout, stderr } = spawnSync('python3', [drainProgram, file], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(`python3 ${drainProgram}: ${stderr}`);
  const { seconds, cluster } = JSON.parse(stdout) as { seconds: number; cluster: number[] };
  return { perSecond: lineCount / seconds, cluster };
}

function scanPerSecond(): number {
  const bytes = Buffer.from(text);
  const startedAtMs = processorMs();
  let ends = 0;
  for (let scan = 0; scan < scans; scan++) {
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) ends++;
  }
  return (ends * 1000) / (processorMs() - startedAtMs);
}

/** Share of lines in exactly right groups (GA) and F1 over groups (FGA), as in Zhu et al., ICSE-SEIP 2019. */
export function groupingOf(truth: readonly number[], found: readonly number[]): { ga: number; fga: number } {
  const sizes = new Map<string, number>();
  const count = (key: string) => sizes.set(key, (sizes.get(key) ?? 0) + 1);
  truth.forEach((each, i) => {
    count(`truth ${each}`);
    count(`found ${found[i]}`);
    count(`both ${each} ${found[i]}`);
  });
  let groups = 0;
  let right = 0;
  for (const pair of new Set(truth.map((each, i) => `${each} ${found[i]}`))) {
    const [of, as] = pair.split(' ');
    const both = sizes.get(`both ${pair}`)!;
    if (both !== sizes.get(`truth ${of}`) || both !== sizes.get(`found ${as}`)) continue;
    groups++;
    right += both;
  }
  return { ga: right / truth.length, fga: (2 * groups) / (new Set(truth).size + new Set(found).size) };
}

/** Rows of goal P7. The goal of 30 is against Drain3, which does more than the plain Drain here. */
export function logTemplateRows(): BenchRow[] {
  const dir = mkdtempSync(path.join(tmpdir(), 'log-lines-'));
  try {
    const file = path.join(dir, 'lines.txt');
    writeFileSync(file, text);
    for (const [name, { cluster }] of [
      ['here', mine()],
      ['plain Drain', drain(file)],
    ] as const) {
      const { ga, fga } = groupingOf(sentence, cluster);
      console.error(`P7: ${name}: GA ${ga.toFixed(3)}, FGA ${fga.toFixed(3)}, ${new Set(cluster).size} groups`);
    }
    const candidate = () => mine().perSecond;
    return [
      runPairs({
        name: 'P7 log templates against a plain Drain in Python',
        unit,
        candidate,
        reference: () => drain(file).perSecond,
      }),
      runPairs({ name: 'P7 log templates against a scan for line ends', unit, candidate, reference: scanPerSecond }),
    ];
  } finally {
    rmSync(dir, { recursive: true });
  }
}

if (import.meta.main) for (const row of logTemplateRows()) console.log(JSON.stringify(row));
