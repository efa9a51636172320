import { expect, test } from 'vitest';
import { checkDeadExports } from '../../tools/tidy/dead-exports.ts';
import { checkImports, checkPlaybookFolder } from '../../tools/tidy/import-rules.ts';
import { checkChokePoint, checkPurity } from '../../tools/tidy/purity.ts';
import { checkSizes } from '../../tools/tidy/sizes.ts';
import { readSourceFile } from '../../tools/tidy/source-file.ts';
import { checkWords } from '../../tools/tidy/words.ts';

const rulesOf = (failures: readonly { rule: string }[]) => failures.map(({ rule }) => rule.split(':')[0]);
const importing = (path: string, statement: string) => rulesOf(checkImports(readSourceFile(path, statement)));
const impure = (path: string, code: string) => rulesOf(checkPurity(readSourceFile(path, code)));

test.each([
  ['model/plan.ts', "import type { Core } from '../agent/core.ts';"],
  ['model/plan.ts', "import { z } from 'zod';"],
  ['agent/ports.ts', "import type { Loop } from './loop.ts';"],
  ['agent/analyze/analyze.ts', "import { act } from '../execute/act.ts';"],
  ['agent/guard/decide.ts', "import type { Actuator } from '../ports.ts';"],
  ['agent/guard/decide.ts', "import type { LanguageModel } from '../ports.ts';"],
  ['agent/loop.ts', "import { ChatOpenAI } from '@langchain/openai';"],
  ['agent/loop.ts', "import Docker from 'dockerode';"],
  ['agent/loop.ts', "import { dockerActuator } from '../actuators/docker/docker-actuator.ts';"],
  ['agent/loop.ts', "import { startDaemon } from './main.ts';"],
  ['sim/twin/twin.ts', "import { createWorld } from '../world.ts';"],
  ['sim/world.ts', "import { decideVerdict } from '../agent/guard/decide.ts';"],
  ['collectors/nats/varz.ts', "import { createMonitor } from '../../agent/monitor/monitor.ts';"],
  ['tui/overview.ts', "import { decideVerdict } from '../agent/guard/decide.ts';"],
  ['cli/verbs/run.ts', "import { createMonitor } from '../../agent/monitor/monitor.ts';"],
  ['cli/verbs/run.ts', "const world = await import('../../agent/monitor/monitor.ts');"],
  ['examples/docker-cluster/programs/worker.ts', "import { subject } from '../../../model/entity.ts';"],
])('%s may not say %s', (path, statement) => {
  expect(importing(path, statement)).toEqual(['import-direction']);
});

test.each([
  ['model/plan.ts', "import type { EntityRef } from './entity.ts';"],
  ['agent/guard/decide.ts', "import type { Plan } from '../../model/plan.ts';"],
  ['agent/main.ts', "import { dockerActuator } from '../actuators/docker/docker-actuator.ts';"],
  ['collectors/docker/docker-collector.ts', "import Docker from 'dockerode';"],
  ['api/app.ts', "import { overviewOf } from '../agent/views/overview.ts';"],
  ['test/agent/loop.test.ts', "import { createWorld } from '../../sim/world.ts';"],
])('%s may say %s', (path, statement) => {
  expect(importing(path, statement)).toEqual([]);
});

test.each([
  'export const now = () => Date.now();',
  'export const now = () => new Date();',
  'export const luck = () => Math.random();',
  'export async function wait() {}',
  'export const later = (f: () => void) => setTimeout(f, 1);',
  "import { readFileSync } from 'node:fs';",
  "import { randomUUID } from 'node:crypto';",
])('the core may not say %s', (code) => {
  expect(impure('agent/loop.ts', code)).toEqual(['purity']);
});

test('the core may format a given instant and hash', () => {
  expect(impure('agent/views/text.ts', 'export const day = (ms: number) => new Date(ms).toISOString();')).toEqual([]);
  expect(impure('agent/knowledge/chain.ts', "import { hash } from 'node:crypto';")).toEqual([]);
});

test('composition roots and adapters may read the clock', () => {
  expect(impure('agent/main.ts', 'export const now = () => Date.now();')).toEqual([]);
  expect(impure('collectors/docker/stats.ts', 'export const now = () => Date.now();')).toEqual([]);
});

test('only the choke point calls an actuator', () => {
  const code = 'export const go = (a: any, call: object) => a.apply(call, () => {});';
  expect(rulesOf(checkChokePoint(readSourceFile('agent/loop.ts', code)))).toEqual(['choke-point']);
  expect(rulesOf(checkChokePoint(readSourceFile('agent/execute/act.ts', code)))).toEqual([]);
});

test('a playbook folder holds data only', () => {
  const paths = ['playbooks/a/playbook.yaml', 'playbooks/a/README.md', 'playbooks/a/run.sh'];
  expect(checkPlaybookFolder(paths).map(({ file }) => file)).toEqual(['playbooks/a/run.sh']);
});

test('names the line and the length of a function over the ratchet, which never goes over the ceiling', () => {
  const long = (lines: number) => readSourceFile('cli/x.ts', `\nfunction long() {\n${'f();\n'.repeat(lines - 2)}}\n`);
  expect(checkSizes([long(60)], { longestFunctionLines: 60 })).toEqual([]);
  expect(checkSizes([long(61)], { longestFunctionLines: 60 })).toMatchObject([{ line: 2 }]);
  expect(checkSizes([long(71)], { longestFunctionLines: 500 })).toHaveLength(1);
  expect(checkSizes([long(50)], { longestFunctionLines: 10 })).toEqual([]);
});

test('a file over 400 lines fails', () => {
  const file = (lines: number) => readSourceFile('cli/x.ts', 'f();\n'.repeat(lines));
  expect(checkSizes([file(400)], { longestFunctionLines: 70 })).toEqual([]);
  expect(rulesOf(checkSizes([file(401)], { longestFunctionLines: 70 }))).toEqual(['file-length']);
});

test('an export that only a test imports is dead', () => {
  const files = [
    readSourceFile('cli/a.ts', 'export const used = 1;\nexport const tested = 2;\nexport function unused() {}'),
    readSourceFile('cli/b.ts', "import { used } from './a.ts';"),
    readSourceFile('test/cli/a.test.ts', "import { tested } from '../../cli/a.ts';"),
  ];
  expect(checkDeadExports(files, {}).map(({ line, rule }) => [line, rule])).toEqual([
    [2, 'dead-export: tested'],
    [3, 'dead-export: unused'],
  ]);
});

test('a part that its own file uses may be exported for a test, but not for nobody', () => {
  const file = readSourceFile('cli/a.ts', 'export function part() {}\npart();');
  const tests = readSourceFile('test/cli/a.test.ts', "import { part } from '../../cli/a.ts';");
  expect(checkDeadExports([file, tests], {})).toEqual([]);
  expect(checkDeadExports([file], {})).toMatchObject([{ rule: 'dead-export: part' }]);
});

test('a list from which a type is made is part of that type', () => {
  const code =
    "export const states = ['on'] as const;\nexport type State = (typeof states)[number];\nexport const s: State = 'on';";
  const user = readSourceFile('cli/b.ts', "import { s } from './a.ts';");
  expect(checkDeadExports([readSourceFile('cli/a.ts', code), user], {})).toEqual([]);
});

test('a dynamic import and a namespace import use everything', () => {
  const files = [
    readSourceFile('cli/a.ts', 'export const one = 1;'),
    readSourceFile('cli/b.ts', 'export const two = 2;'),
    readSourceFile('cli/main.ts', "import * as b from './b.ts';\nexport {};\nawait import('./a.ts');\nb.two;"),
  ];
  expect(checkDeadExports(files, {})).toEqual([]);
});

test('a type that its own file uses is part of a signature', () => {
  const files = [
    readSourceFile('cli/a.ts', 'export interface Options { a: 1 }\nfunction f(o: Options) {}\nexport type Lost = 1;'),
  ];
  expect(checkDeadExports(files, {})).toMatchObject([{ rule: 'dead-export: Lost' }]);
});

test('an allowed dead export that came back to life must leave the list', () => {
  const files = [readSourceFile('cli/a.ts', 'export const kept = 1;')];
  expect(checkDeadExports(files, { 'cli/a.ts#kept': 'public API' })).toEqual([]);
  expect(checkDeadExports(files, { 'cli/a.ts#kept': 'public API', 'cli/a.ts#gone': 'was' })).toHaveLength(1);
});

test('words without meaning and focused tests fail', () => {
  const failing = (path: string, code: string) => checkWords(readSourceFile(path, code)).length;
  expect(failing('agent/utils.ts', '')).toBe(1);
  expect(failing('agent/loop.ts', 'class LeaseManager {}')).toBe(1);
  expect(failing('test/a.test.ts', "test.only('x', () => {});")).toBe(1);
  expect(failing('agent/loop.ts', 'const utility = 1;')).toBe(0);
});
