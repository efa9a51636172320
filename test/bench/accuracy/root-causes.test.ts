import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { task as nezha } from '../../../bench/accuracy/nezha-tt.ts';
import { task as petshop } from '../../../bench/accuracy/petshop.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'root-causes-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function put(file: string, text: string): void {
  const full = path.join(root, file);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, text);
}
const answers = (name: string) => JSON.parse(readFileSync(path.join(root, `${name}.json`), 'utf8')) as unknown;

const header = 'node,a,b,a,b\nmetric,latency,latency,requests,requests\nstatistic,Average,Average,Sum,Sum\nat,,,,\n';
const rows = (n: number, b: number) => Array.from({ length: n }, (_, i) => `${i},0.1,${b + i / 1e5},50,50`).join('\n');

test('a call graph with one slow callee blames it, and a quiet span of the normal rows nobody', async () => {
  put('petshop/input/graph.csv', ',a,b\na,0,1\nb,0,0\n');
  put('petshop/input/normal.csv', header + rows(40, 0.05));
  put('petshop/input/cases/slow.csv', header + rows(5, 2));
  const target = { node: 'a', metric: 'latency', agg: 'Average' };
  const quiet = { ...target, normal_rows: [0, 29], case_rows: [30, 34] };
  put('petshop/input/targets.json', JSON.stringify({ slow: target, quiet }));
  await petshop.run(root, root);
  expect(answers('petshop')).toEqual({ slow: ['b'], quiet: [] });
});

test('a table full of nonsense is answered with silence', async () => {
  put('petshop/input/graph.csv', ',a,b\na,x,1\nb,,\n');
  put('petshop/input/normal.csv', `${header}1,NaN,Infinity,,\n2,-,1e400,x\n`);
  put('petshop/input/cases/odd.csv', `${header}1,,,,\n`);
  put('petshop/input/targets.json', JSON.stringify({ odd: { node: 'ghost', metric: 'latency', agg: 'Average' } }));
  await petshop.run(root, root);
  expect(answers('petshop')).toEqual({ odd: [] });
});

test('an empty table and a broken target file end in a message that names the file', async () => {
  put('petshop/input/graph.csv', ',a\na,0\n');
  put('petshop/input/normal.csv', '');
  put('petshop/input/targets.json', '{');
  await expect(petshop.run(root, root)).rejects.toThrow(/normal\.csv:1: three header rows/);
  put('petshop/input/normal.csv', header);
  await expect(petshop.run(root, root)).rejects.toThrow(/targets\.json/);
});

test('a minute without logs or metrics is answered with silence, a missing column with a message', async () => {
  const spans =
    'trace,span,parent,service,operation,start_us,duration_us\n1,1,0,gate,/*,0,100\n1,2,1,shop,order,10,50\n';
  for (const stem of ['normal.monday', 'cases/calm']) {
    put(`nezha-tt/input/${stem}.trace.csv`, spans);
    put(`nezha-tt/input/${stem}.log.jsonl`, 'no log line\n[broken]\n');
  }
  put('nezha-tt/input/cases/calm.metrics.csv', 'service,timestamp,CpuUsageRate(%)\nshop,5,\n');
  put('nezha-tt/input/targets.json', JSON.stringify({ calm: { day: 'monday', window_start_unix: 1000 } }));
  await nezha.run(root, root);
  expect(answers('nezha-tt')).toEqual({ calm: [] });
  put('nezha-tt/input/cases/calm.trace.csv', 'trace,span\n1,1\n');
  await expect(nezha.run(root, root)).rejects.toThrow(/calm\.trace\.csv:1: the header has to name/);
});
