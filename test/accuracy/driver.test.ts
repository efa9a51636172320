import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';

const driver = fileURLToPath(new URL('../../bench/accuracy/main.ts', import.meta.url));
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'accuracy-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function put(file: string, text: string): void {
  const full = path.join(dir, 'data', file);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, file.endsWith('.gz') ? gzipSync(text) : text);
}

function runDriver(only: string): { status: number | null; stderr: string } {
  const args = [driver, '--data', path.join(dir, 'data'), '--out', path.join(dir, 'out'), '--only', only];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return { status, stderr };
}

function readLines(file: string): { series: string; scores: number[]; alerts?: number[][] }[] {
  const lines = readFileSync(path.join(dir, 'out', file), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as { series: string; scores: number[] });
}

function stampedRows(count: number): string {
  const rows = Array.from({ length: count }, (_, i) => {
    const stamp = new Date(1_600_000_000_000 + i * 300_000).toISOString().slice(0, 19).replace('T', ' ');
    return `${stamp},${i === 400 ? '' : 10 + (i % 12)}`;
  });
  return `timestamp,value\n${rows.join('\n')}\n`;
}

test('one score per row, gzipped or not, with the frozen thresholds beside', () => {
  put('nab/input/group/a.csv.gz', stampedRows(500));
  put('nab/input/group/b.csv', stampedRows(50));
  expect(runDriver('nab').status).toBe(0);
  expect(readLines('nab.jsonl').map((line) => [line.series, line.scores.length])).toEqual([
    ['group/a.csv', 500],
    ['group/b.csv', 50],
  ]);
  const thresholds = JSON.parse(readFileSync(path.join(dir, 'out', 'nab-thresholds.json'), 'utf8')) as object;
  expect(Object.keys(thresholds)).toEqual(['standard', 'reward_low_FP_rate', 'reward_low_FN_rate']);
});

test('scores and alerts for every format', () => {
  put('cloudmon/input/s.csv', stampedRows(500));
  put('smd/input/m.train.dcol', `${Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 7 : -7)).join(',')}\n`);
  put('smd/input/m.test.dcol', '1000000,1,-1\n');
  put('asd/input/o.train.csv', '1,2\n2,3\n'.repeat(20));
  put('asd/input/o.test.csv', '1,2\n50,nonsense\n');
  expect(runDriver('cloudmon,smd,asd').status).toBe(0);
  for (const [file, series, rows] of [
    ['cloudmon.jsonl', 's', 500],
    ['smd.jsonl', 'm', 3],
    ['asd.jsonl', 'o', 2],
  ]) {
    const [line] = readLines(String(file));
    expect([line!.series, line!.scores.length]).toEqual([series, rows]);
    expect(Array.isArray(line!.alerts)).toBe(true);
  }
});

test.each([
  ['cloudmon/input/s.csv', 'a,b\n1,2\n', 'cloudmon', 's.csv:1: the header has to name timestamp and value'],
  ['smd/input/m.test.dcol', '1,two,3\n', 'smd', 'm.train.dcol: there is no such file'],
])('unusable input %s ends in a message and exit code 2', (file, text, only, message) => {
  put(file, text);
  const { status, stderr } = runDriver(only);
  expect(status).toBe(2);
  expect(stderr).toContain(message);
});

test('an empty file is a series without rows', () => {
  put('cloudmon/input/s.csv', 'timestamp,value\n');
  expect(runDriver('cloudmon').status).toBe(0);
  expect(readLines('cloudmon.jsonl')).toEqual([{ series: 's', scores: [], alerts: [] }]);
});

test('a task without input that was asked for by name is not found, an unknown one is a usage error', () => {
  expect(runDriver('nab').status).toBe(3);
  const { status, stderr } = runDriver('nonsense');
  expect(status).toBe(2);
  expect(stderr).toContain('no task called nonsense');
});
