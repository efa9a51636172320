import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readSeriesFile } from '../../cli/series-file.ts';
import { detect, logs } from '../../cli/verbs/backtest.ts';
import { ioIn } from './io-fixture.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'backtest-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

test.each([
  ['a header and seconds', 'time,value\n1700000000,1\n1700000060,2\n', [1_700_000_000_000, 1_700_000_060_000]],
  ['no header and ms', '1700000000000,1\n1700000060000,2\n', [1_700_000_000_000, 1_700_000_060_000]],
  ['dates', '2024-01-01T00:00:00Z,1\n2024-01-01T00:01:00Z,2\n', [1_704_067_200_000, 1_704_067_260_000]],
  ['values alone', '1\n2\n', [0, 1_000]],
])('reads a file with %s', (_what, text, atMs) => {
  write('s.csv', text);
  expect(readSeriesFile(ioIn(folder, []), 's.csv')).toMatchObject({ atMs, values: [1, 2] });
});

test('keeps missing cells as missing', () => {
  write('s.csv', '1,1\n2,\n3,nothing\n4,NaN\n5,5\n');
  expect(readSeriesFile(ioIn(folder, []), 's.csv').values).toEqual([1, Number.NaN, Number.NaN, Number.NaN, 5]);
});

test.each([
  ['empty', ''],
  ['without a number', 'a,b\nc,d\n'],
])('refuses a file that is %s', async (_what, text) => {
  write('s.csv', text);
  await expect(detect(ioIn(folder, []), ['s.csv'], {})).rejects.toMatchObject({ exitCode: 2 });
});

test('refuses a file that is not there', async () => {
  await expect(detect(ioIn(folder, []), ['s.csv'], {})).rejects.toMatchObject({ exitCode: 3 });
});

test('writes a page that loads nothing and escapes what the file says', async () => {
  write('l.log', '<script>alert(1)</script> started\n');
  const out: string[] = [];
  expect(await logs(ioIn(folder, out), ['l.log'], { report: 'out.html' })).toBe(0);
  const page = readFileSync(join(folder, 'out.html'), 'utf8');
  expect(page).not.toContain('<script');
  expect(JSON.parse(out.join('')).results[0].templates).toHaveLength(1);
});

test.each([[''], ['constant'], ['huge']])('survives a series that is %s', async (kind) => {
  const value = kind === 'huge' ? '1e300' : '5';
  write(
    's.csv',
    Array.from({ length: 400 }, (_, row) => `${row * 60},${kind === '' && row % 3 === 0 ? '' : value}`).join('\n'),
  );
  expect(await detect(ioIn(folder, []), ['s.csv'], {})).toBe(0);
});
