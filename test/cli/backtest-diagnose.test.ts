import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Diagnosis } from '../../agent/analyze/backtest-diagnose.ts';
import { diagnose } from '../../cli/verbs/backtest-diagnose.ts';
import { ioIn } from './io-fixture.ts';

let folder: string;
let out: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'backtest-diagnose-'));
  out = [];
  writeFileSync(join(folder, 'calls.csv'), 'caller,callee\nfront,cart\nfront,pay\ncart,store\n');
});
afterEach(() => rmSync(folder, { recursive: true }));

function run(text: string, options: Record<string, string> = {}, json = true): Promise<number> {
  writeFileSync(join(folder, 's.csv'), text);
  return diagnose(ioIn(folder, out, json), ['s.csv'], options);
}

const said = () => (JSON.parse(out.join('')) as { results: Diagnosis[] }).results[0]!;

/** The store is slow from row 90 on, and those who wait for it with it; pay is not. */
const rows = Array.from({ length: 100 }, (_, row) => {
  const slow = row >= 90 ? 200 : 0;
  const ripple = row % 3;
  return {
    at: 1_700_000_000 + 60 * row,
    front: 50 + ripple + slow,
    cart: 30 + ripple + slow,
    store: 10 + ripple + slow,
    pay: 20 + ripple,
  };
});
const wide = [
  'timestamp,front.latency,cart.latency,store.latency,pay.latency',
  ...rows.map(({ at, front, cart, store, pay }) => [at, front, cart, store, pay].join(',')),
].join('\n');
const long = [
  'timestamp,service,metric,value',
  ...rows.flatMap((row) =>
    (['front', 'cart', 'store', 'pay'] as const).map((name) => `${row.at},${name},latency,${row[name]}`),
  ),
].join('\n');

test.each([
  ['wide', wide],
  ['long', long],
])('a %s file with a graph blames the service at the bottom, not those who wait for it', async (_what, text) => {
  expect(await run(text, { graph: 'calls.csv', alert: 'front', report: 'out.html' })).toBe(8);
  expect(said().suspects.map(({ service }) => service)).toEqual(['store']);
  expect(said().suspects[0]!.evidence[0]).toMatchObject({ metric: 'latency', usualMedian: 11, incidentMedian: 211 });
  expect(readFileSync(join(folder, 'out.html'), 'utf8')).toContain('store.latency');
});

test('without a graph all who got slow are suspects, and it says what would tell them apart', async () => {
  expect(await run(wide)).toBe(8);
  expect(
    said()
      .suspects.map(({ service }) => service)
      .toSorted(),
  ).toEqual(['cart', 'front', 'store']);
  expect(said().wouldSettle[0]).toContain('--graph');
});

test('people get a table and a chart', async () => {
  expect(await run(wide, { graph: 'calls.csv' }, false)).toBe(8);
  expect(out.join('')).toMatch(/SUSPECT .*\n *store .*latency/);
});

test('a service that the alerting one does not call is no suspect', async () => {
  expect(await run(wide, { graph: 'calls.csv', alert: 'pay' })).toBe(0);
  expect(said().abstained).not.toBeNull();
});

test('one metric that speaks clearly outweighs three quantiles of one that speaks less', async () => {
  const values = rows.map(({ at }, row) => {
    const late = 1 + 0.2 * (row % 3) + (row >= 90 ? 3 : 0);
    return [at, late, late, late, row >= 90 ? 50 : (row % 2) * 0.01];
  });
  const text = ['timestamp,a.p90,a.p95,a.p99,b.error_ratio', ...values.map((row) => row.join(','))].join('\n');
  expect(await run(text)).toBe(8);
  const [first, second] = said().suspects;
  expect([first!.service, second!.service]).toEqual(['b', 'a']);
  const nats = second!.evidence.map(({ harmShareRatio, timesUsual }) => harmShareRatio * Math.log(timesUsual));
  expect(nats.reduce((sum, each) => sum + each)).toBeGreaterThan(first!.weightNats);
});

test.each([['91'], ['1700005400'], ['2023-11-14T23:43:20Z']])('an incident that starts at %s is found', async (at) => {
  expect(await run(wide, { graph: 'calls.csv', at })).toBe(8);
  expect(said().incidentRows).toEqual([90, 99]);
});

const column = (value: (row: number) => string) =>
  ['timestamp,a.latency,b.latency', ...rows.map(({ at }, row) => `${at},${value(row)},${value(row)}`)].join('\n');

test.each([
  ['constant', column(() => '5')],
  ['huge', column(() => '1e308')],
  ['mostly missing', column((row) => (row === 50 ? '1' : 'NaN'))],
  ['of one row', 'timestamp,a.latency\n1,1\n'],
  ['out of range in time', 'timestamp,a.latency\n1e300,1\n'],
])('abstains on a file that is %s and says what would settle it', async (_what, text) => {
  expect(await run(text)).toBe(0);
  expect(said().suspects).toEqual([]);
  expect(said().abstained).not.toBeNull();
  expect(said().wouldSettle).not.toEqual([]);
});

test.each([
  ['empty', ''],
  ['a header alone', 'timestamp,a.latency\n'],
  ['without services', 'time,value\n1,2\n'],
  ['without numbers', 'timestamp,a.latency\n1,x\n'],
  ['without times', 'timestamp,service,metric,value\nsoon,a,latency,1\n'],
])('refuses a file that is %s', async (_what, text) => {
  await expect(run(text)).rejects.toMatchObject({ exitCode: 2 });
});

test.each([
  ['an alert of nobody', { alert: 'nobody', graph: 'calls.csv' }],
  ['an alert without a graph, which would change nothing', { alert: 'front' }],
  ['a start after the end', { at: '2033-01-01T00:00:00Z' }],
  ['a start that is no time', { at: 'soon' }],
  ['a graph without calls', { graph: 's.csv' }],
])('refuses %s', async (_what, options: Record<string, string>) => {
  await expect(run(options.graph === 's.csv' ? 'alone\n' : wide, options)).rejects.toMatchObject({ exitCode: 2 });
});
