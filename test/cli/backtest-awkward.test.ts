import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { noiseFrom } from '../../bench/random.ts';
import { CliError, type Io, type Options } from '../../cli/io.ts';
import { detect, forecast, logs } from '../../cli/verbs/backtest.ts';
import { diagnose } from '../../cli/verbs/backtest-diagnose.ts';
import { failure } from '../../cli/verbs/backtest-failure.ts';
import { ioIn } from './io-fixture.ts';

let folder: string;
let out: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'backtest-awkward-'));
  out = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

type Verb = (io: Io, files: readonly string[], options: Options) => Promise<number>;
const verbs: readonly (readonly [string, Verb, Options, header: string])[] = [
  ['detect', detect, {}, 'time,value'],
  ['forecast', forecast, { season: '12' }, 'time,value'],
  ['failure', failure, {}, 'drive,hour,smart_5'],
  ['diagnose', diagnose, {}, 'timestamp,a.latency'],
  ['logs', logs, {}, 'started'],
];

const noise = noiseFrom(1);
const rowsOf = (value: (row: number) => string) =>
  Array.from({ length: 200 }, (_, row) => `${1_700_000_000 + 60 * row},${value(row)},${value(row)}`).join('\n');
const awkward: Readonly<Record<string, string>> = {
  empty: '',
  'of line ends alone': '\n\r\n\n\r',
  'of zero bytes': '\0'.repeat(10_000),
  'of binary rubbish': Array.from({ length: 5_000 }, () => String.fromCharCode(Math.floor(noise() * 65_536))).join(''),
  'one endless line': 'x,'.repeat(100_000),
  constant: rowsOf(() => '5'),
  'ridden with NaN': rowsOf((row) => (row % 3 === 0 ? 'NaN' : row % 3 === 1 ? '' : 'null')),
  'nothing but NaN': rowsOf(() => 'NaN'),
  'infinite and huge': rowsOf((row) => ['Infinity', '-Infinity', '1e308', '-1e308', '1e-320'][row % 5]!),
  'of one row': '1,1',
  'of times that stand still': Array.from({ length: 100 }, () => '1700000000,1,1').join('\n'),
  'of times that run backwards': Array.from({ length: 100 }, (_, row) => `${1_700_000_000 - 60 * row},1,1`).join('\n'),
  'of JSON': JSON.stringify({ time: 1, value: [1, 2, { a: null }] }),
  'of names that objects own': 'time,__proto__.x,constructor\n1,2,3\n2,__proto__,toString\n3,4,5',
};

describe.each(verbs)('backtest %s', (_name, verb, options, header) => {
  test.each(Object.entries(awkward))('ends on a file %s with an answer or a message of usage', async (_what, text) => {
    const documents: string[] = [];
    for (const [name, content, json, report] of [
      ['bare.csv', text, false, {}],
      ['headed.csv', `${header}\n${text}`, true, { report: 'out.html' }],
    ] as const) {
      writeFileSync(join(folder, name), content);
      const said = json ? documents : out;
      const ended = await verb(ioIn(folder, said, json), [name], { ...options, ...report }).catch(
        (error: unknown) => error,
      );
      if (ended instanceof CliError) expect(ended.exitCode).toBe(2);
      else expect([0, 8]).toContain(ended);
    }
    for (const document of documents) expect(() => JSON.parse(document) as unknown).not.toThrow();
  });
});

test('cutting a file at any row changes no episode that was over before', async () => {
  const values = Array.from(
    { length: 1_500 },
    (_, row) => 50 + 20 * Math.sin(row / 20) + 3 * noise() + (row % 400 > 390 ? 90 : 0),
  );
  const episodesOf = async (rows: number) => {
    out = [];
    writeFileSync(
      join(folder, 's.csv'),
      values
        .slice(0, rows)
        .map((value, row) => `${1_700_000_000 + 60 * row},${value}`)
        .join('\n'),
    );
    await detect(ioIn(folder, out, true), ['s.csv'], {});
    const { results } = JSON.parse(out.join('')) as {
      results: { episodes: { firstRow: number; lastRow: number }[] }[];
    };
    return results[0]!.episodes;
  };
  const whole = await episodesOf(values.length);
  expect(whole.length).toBeGreaterThan(1);
  for (const cut of [700, 999, 1_234]) {
    const over = whole.filter(({ lastRow }) => lastRow < cut - 1);
    expect((await episodesOf(cut)).slice(0, over.length)).toEqual(over);
  }
});
