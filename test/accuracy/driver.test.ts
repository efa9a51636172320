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
  ['reqrate/input/tasks.json', '{broken', 'reqrate', 'tasks.json: '],
  ['m4hourly/input/train.csv', 'H1,1,2\n', 'm4hourly', 'series H1 has not two days of values'],
  ['backblaze/input/events.csv', 'a,b\n', 'backblaze', 'drives.csv: there is no such file'],
  ['petshop/input/targets.json', '[1]', 'petshop', 'graph.csv: there is no such file'],
  ['nezha-tt/input/targets.json', '{"a":{"day":1}}', 'nezha-tt', 'targets.json: '],
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

test('log lines of binary rubbish, of nothing and of enormous length are lines like others', () => {
  put('loghub2k/input/S.content.txt', `\0\u0001\ufffd\n\n${'x7 '.repeat(100_000)}\nplain\n`);
  expect(runDriver('loghub2k').status).toBe(0);
  expect(
    readFileSync(path.join(dir, 'out', 'loghub2k', 'S.csv'), 'utf8')
      .trim()
      .split('\n'),
  ).toHaveLength(5);
});

test('values that are missing, constant or huge end in scores, not in a crash', () => {
  const rows = (value: (i: number) => string) =>
    `timestamp,value\n${Array.from({ length: 300 }, (_, i) => `2020-01-01 00:00:${i % 60},${value(i)}`).join('\n')}\n`;
  put(
    'cloudmon/input/constant.csv',
    rows(() => '5'),
  );
  put(
    'cloudmon/input/gaps.csv',
    rows((i) => (i % 2 === 0 ? 'NaN' : String(i))),
  );
  put(
    'cloudmon/input/huge.csv',
    rows((i) => (i % 2 === 0 ? '1e308' : '-1e308')),
  );
  expect(runDriver('cloudmon').status).toBe(0);
  for (const { scores, alerts } of readLines('cloudmon.jsonl')) {
    expect(scores).toHaveLength(300);
    expect(scores.every(Number.isFinite)).toBe(true);
    expect(Array.isArray(alerts)).toBe(true);
  }
});

test('a task without input that was asked for by name is not found, an unknown one is a usage error', () => {
  expect(runDriver('nab').status).toBe(3);
  const { status, stderr } = runDriver('nonsense');
  expect(status).toBe(2);
  expect(stderr).toContain('no task called nonsense');
});
