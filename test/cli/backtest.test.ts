import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { pictureOf, terminalChart } from '../../cli/backtest-page.ts';
import { onGrid, readSeriesFile } from '../../cli/series-file.ts';
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
  [
    'dates without a zone, which are in UTC',
    't,v\n2024-01-01 00:00:00,1\n2024-01-01 00:01,2\n',
    [1_704_067_200_000, 1_704_067_260_000],
  ],
  [
    'a byte-order mark and line ends of Windows',
    '\uFEFFtime,value\r\n1700000000,1\r\n1700000060,2\r\n',
    [1_700_000_000_000, 1_700_000_060_000],
  ],
  ['quotes', '"time","value"\n"1700000000","1"\n"1700000060","2"\n', [1_700_000_000_000, 1_700_000_060_000]],
  [
    'semicolons and decimal commas',
    'time;value\n1700000000;1,0\n1700000060;2,0\n',
    [1_700_000_000_000, 1_700_000_060_000],
  ],
  ['tabs', 'time\tvalue\n1700000000\t1\n1700000060\t2\n', [1_700_000_000_000, 1_700_000_060_000]],
  [
    'times in the last column and names in the first',
    'host,cpu,when\nnode-1,1,2024-01-01T00:00:00Z\nnode-2,2,2024-01-01T00:01:00Z\n',
    [1_704_067_200_000, 1_704_067_260_000],
  ],
  ['rows out of order', '1700000060,2\n1700000000,1\n', [1_700_000_000_000, 1_700_000_060_000]],
  [
    'a time that repeats, of which the later row counts',
    '1700000000,9\n1700000000,1\n1700000060,2\n',
    [1_700_000_000_000, 1_700_000_060_000],
  ],
  ['a row without a time', 't,v\n1700000000,1\nsoon,7\n1700000060,2\n', [1_700_000_000_000, 1_700_000_060_000]],
  ['percent signs', '1700000000,1 %\n1700000060,2%\n', [1_700_000_000_000, 1_700_000_060_000]],
  ['values alone', '1\n2\n', [0, 1_000]],
])('reads a file with %s', (_what, text, atMs) => {
  write('s.csv', text);
  expect(readSeriesFile(ioIn(folder, []), 's.csv')).toMatchObject({ atMs, values: [1, 2] });
});

test('keeps missing cells as missing', () => {
  write('s.csv', '1,1\n2,\n3,nothing\n4,NaN\n5,5\n');
  expect(readSeriesFile(ioIn(folder, []), 's.csv').values).toEqual([1, Number.NaN, Number.NaN, Number.NaN, 5]);
});

test('takes the column that is asked for, and says which others there are', () => {
  write('s.csv', 'time,cpu,"mem, MiB",host\n1700000000,1,"1,024",a\n1700000060,2,"1,025",b\n');
  const io = ioIn(folder, []);
  expect(readSeriesFile(io, 's.csv')).toMatchObject({
    column: 'mem, MiB',
    values: [1024, 1025],
    notes: ['column mem, MiB; --column takes another: cpu'],
  });
  expect(readSeriesFile(io, 's.csv', 'cpu').values).toEqual([1, 2]);
  expect(readSeriesFile(io, 's.csv', '2').values).toEqual([1, 2]);
  expect(() => readSeriesFile(io, 's.csv', 'disk')).toThrow('has no column disk');
  expect(() => readSeriesFile(io, 's.csv', 'host')).toThrow('holds no number in column host');
});

test('says what it did to the rows', () => {
  write('s.csv', 't,v\n1700000060,2\n1700000000,1\nsoon,1\n1700000060,3\n1700000120,\n');
  const { values, notes } = readSeriesFile(ioIn(folder, []), 's.csv');
  expect(values).toEqual([1, 3, Number.NaN]);
  expect(notes).toEqual([
    '1 cells hold no number',
    'rows were not in order of time: sorted',
    '1 rows without a readable time are left out',
    '1 rows have the time of a later one, which counts',
  ]);
});

test('rows that lack count as gaps of a forecast', () => {
  write('s.csv', Array.from({ length: 10 }, (_, i) => `${1_700_000_000 + 60 * (i < 5 ? i : i + 2)},${i}`).join('\n'));
  const grid = onGrid(readSeriesFile(ioIn(folder, []), 's.csv'));
  expect(grid.values).toEqual([0, 1, 2, 3, 4, Number.NaN, Number.NaN, 5, 6, 7, 8, 9]);
  expect(grid.notes).toContain('2 rows lack between the others');
});

test.each([
  ['too short', '1,1\n2,2\n', 'it needs 62 values to know what is usual, and has 2'],
  [
    'constant',
    Array.from({ length: 90 }, (_, i) => `${i},5`).join('\n'),
    'every value is 5: there is nothing to compare',
  ],
])('abstains from a series that is %s, and says why', async (_what, text, why) => {
  write('s.csv', text);
  const out: string[] = [];
  expect(await detect(ioIn(folder, out), ['s.csv'], {})).toBe(0);
  expect(JSON.parse(out.join('')).results[0]).toMatchObject({ abstained: why, episodes: [] });
});

test('a chart of values that differ by less than rounding ends', () => {
  const chart = terminalChart(Array.from({ length: 300 }, (_, i) => 5 + (i % 2) * 1e-15));
  expect(chart.split('\n').length).toBeLessThan(12);
});

test('a chart marks what is odd, and shows how far out it was', () => {
  const values = Array.from({ length: 800 }, (_, i) => (i === 400 ? 100 : i % 10));
  const lines = terminalChart(values, { atMs: null, spans: [{ firstRow: 400, lastRow: 400 }] }).split('\n');
  expect(lines[0]).toMatch(/100\.00/);
  expect(lines.at(-1)!.trim()).toBe('^');
});

test('a picture of a million rows stays small', async () => {
  const values = Array.from({ length: 1_000_000 }, (_, i) => Math.sin(i / 1_000));
  expect((await pictureOf({ title: 's', values })).length).toBeLessThan(200_000);
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
