import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CliError } from '../../cli/io.ts';
import { failure } from '../../cli/verbs/backtest-failure.ts';
import { ioIn } from './io-fixture.ts';

let folder: string;
let out: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'backtest-failure-'));
  out = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

function run(text: string, options: Record<string, string> = {}): Promise<number> {
  writeFileSync(join(folder, 'drives.csv'), text);
  return failure(ioIn(folder, out), ['drives.csv'], options);
}

const header = 'drive,hour,smart_5,smart_187,smart_197,smart_198,failed';
const sick = Array.from(
  { length: 40 },
  (_, i) => `sick,${9_000 + 24 * i},${64 * i},${3 * i},${8 * i},${8 * i},${i === 39 ? 1 : 0}`,
);
const sound = Array.from({ length: 40 }, (_, i) => `sound,${9_000 + 24 * i},0,0,0,0,0`);

test('a disk that wears out is an alarm before it fails, with reasons; a sound one is none', async () => {
  expect(await run([header, ...sick, ...sound].join('\n'), { report: 'out.html' })).toBe(8);
  const { results } = JSON.parse(out.join('')) as { results: { summary: object; drives: { drive: string }[] }[] };
  expect(results[0]!.summary).toMatchObject({ disks: 2, alarmed: 1, failed: 1, caught: 1, healthyAlarmedRatio: 0 });
  expect(results[0]!.drives[0]).toMatchObject({ drive: 'sick', failedHour: 9_936 });
  expect(results[0]!.drives[1]).toMatchObject({ drive: 'sound', alarmHour: null });
  expect(readFileSync(join(folder, 'out.html'), 'utf8')).toContain('1 of 1 failures seen before they came');
});

test('cutting the file changes nothing of what was said before the cut', async () => {
  const scoresOf = async (rows: readonly string[]) => {
    out = [];
    await run([header, ...rows].join('\n'));
    return (JSON.parse(out.join('')) as { results: { drives: { scores: number[] }[] }[] }).results[0]!.drives[0]!
      .scores;
  };
  const whole = await scoresOf(sick);
  expect(await scoresOf(sick.slice(0, 17))).toEqual(whole.slice(0, 17));
});

test.each([
  ['an empty file', ''],
  ['a header alone', header],
  ['no known attribute', 'drive,hour,colour\na,1,2\n'],
  ['no readable hour', 'drive,hour,smart_5\na,NaN,1\n,,\n'],
  ['no text at all', '\u0000\u0001\n\ufffd,\ufffd'],
])('refuses %s in words', async (_what, text) => {
  await expect(run(text)).rejects.toBeInstanceOf(CliError);
});

test('a constant, gappy life is no alarm', async () => {
  expect(await run('drive,hour,smart_5\na,1,0\na,2,NaN\na,3,\na,4,0\n')).toBe(0);
});
