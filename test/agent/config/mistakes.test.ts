import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseConfig } from '../../../agent/config.ts';

const folder = join(import.meta.dirname, '../../config/homeostat');

/** For each file of mistakes: code, line and column, and what the message or the hint must say. */
const expected: Readonly<Record<string, readonly (readonly [code: string, at: string, says: string])[]>> = {
  'alias-bomb.yaml': [['CONFIG_ALIASES', '1:1', 'aliases']],
  'duplicate-key.yaml': [['CONFIG_SYNTAX', '2:1', 'unique']],
  'empty.yaml': [['CONFIG_VALUE', '1:1', 'it is empty']],
  'keep-too-short.yaml': [['CONFIG_VALUE', '4:16', 'at least 90d']],
  'llm-key-in-file.yaml': [
    ['CONFIG_VALUE', '4:17', 'http'],
    ['CONFIG_UNKNOWN_KEY', '4:43', 'apiKeyFile'],
  ],
  'missing-cluster.yaml': [['CONFIG_MISSING', '1:1', 'cluster']],
  'nats-list.yaml': [['CONFIG_VALUE', '4:18', 'keys with values']],
  'no-engine.yaml': [['CONFIG_VALUE', '3:9', 'exactly one engine']],
  'not-a-map.yaml': [['CONFIG_VALUE', '1:1', 'keys with values']],
  'port-out-of-range.yaml': [['CONFIG_VALUE', '4:14', '65535']],
  'shape-and-meaning.yaml': [
    ['CONFIG_VALUE', '3:9', 'exactly one engine'],
    ['CONFIG_VALUE', '3:33', 'text'],
    ['CONFIG_UNKNOWN_KEY', '3:47', 'known keys: docker, sim'],
    ['CONFIG_VALUE', '5:5', 'exactly one bound'],
    ['CONFIG_VALUE', '6:21', 'did you mean queue?'],
    ['CONFIG_VALUE', '10:16', '99%'],
    ['CONFIG_VALUE', '11:13', 'unit'],
    ['CONFIG_UNKNOWN_KEY', '12:8', 'did you mean port?'],
  ],
  'slo-no-bound.yaml': [['CONFIG_VALUE', '5:5', 'exactly one bound']],
  'slo-units.yaml': [
    ['CONFIG_VALUE', '9:16', '99%'],
    ['CONFIG_VALUE', '10:13', 'unit'],
  ],
  'slo-unknown-kind.yaml': [['CONFIG_VALUE', '6:21', 'queue']],
  'syntax.yaml': [['CONFIG_SYNTAX', '3:1', '']],
  'two-engines.yaml': [['CONFIG_VALUE', '4:3', 'exactly one engine']],
  'unknown-key.yaml': [['CONFIG_UNKNOWN_KEY', '4:1', 'did you mean policy?']],
  'unknown-nested-key.yaml': [
    ['CONFIG_UNKNOWN_KEY', '2:21', 'known keys: id'],
    ['CONFIG_UNKNOWN_KEY', '5:5', 'socketPath'],
  ],
  'unknown-preset.yaml': [['CONFIG_VALUE', '3:26', 'stream-small']],
  'wrong-version.yaml': [['CONFIG_VALUE', '1:10', '1']],
};

test('every file of mistakes has its expectation, and the other way round', () => {
  expect(Object.keys(expected).toSorted()).toEqual(readdirSync(folder).toSorted());
});

test.each(Object.keys(expected))('tells what is wrong in %s, with line and hint', (name) => {
  const file = join(folder, name);
  const parsed = parseConfig(readFileSync(file, 'utf8'), file);
  const problems = parsed.ok ? [] : parsed.problems;
  expect(problems.map(({ code, where }) => [code, where])).toEqual(
    expected[name]!.map(([code, at]) => [code, `${file}:${at}`]),
  );
  for (const [index, [, , says]] of expected[name]!.entries()) {
    expect(`${problems[index]!.message} ${problems[index]!.hint}`).toContain(says);
    expect(problems[index]!.hint).toBeTruthy();
  }
});
