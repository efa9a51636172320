import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parsePlaybook } from '../../../agent/plan/playbook.ts';

const folder = join(import.meta.dirname, '../../config/playbook');
const parse = (name: string) => parsePlaybook(readFileSync(join(folder, name), 'utf8'), name);

/** File -> code, line and a word of the message of its only mistake. */
const mistakes: Readonly<Record<string, readonly [code: string, line: number, says: string]>> = {
  'playbook.unknown-cause.yaml': ['PLAYBOOK_VALUE', 7, 'causes'],
  'playbook.unknown-function.yaml': ['PLAYBOOK_EXPRESSION', 21, 'redy'],
  'playbook.unknown-metric.yaml': ['PLAYBOOK_EXPRESSION', 21, 'is not a metric'],
  'playbook.condition-not-boolean.yaml': ['PLAYBOOK_EXPRESSION', 21, 'should be a bool'],
  'playbook.unknown-parameter.yaml': ['PLAYBOOK_PARAMETER', 13, 'daed'],
  'playbook.wrong-target-kind.yaml': ['PLAYBOOK_TARGET', 13, 'node.drain is for a node'],
  'playbook.unknown-action.yaml': ['PLAYBOOK_VALUE', 14, 'action'],
  'playbook.no-inverse.yaml': ['PLAYBOOK_UNDO', 14, 'has no inverse'],
  'playbook.duration-without-unit.yaml': ['PLAYBOOK_VALUE', 16, 'duration'],
  'playbook.requires-more-than-given.yaml': ['PLAYBOOK_REQUIRE', 9, 'could never run'],
  'playbook.condition-syntax.yaml': ['PLAYBOOK_EXPRESSION', 10, 'instance.state'],
  'playbook.unknown-key.yaml': ['PLAYBOOK_UNKNOWN_KEY', 9, 'colour'],
  'playbook.no-undo.yaml': ['PLAYBOOK_MISSING', 1, 'undo'],
};

describe('a playbook file', () => {
  test.each(Object.entries(mistakes))('%s is refused with its code and line', (file, [code, line, says]) => {
    const parsed = parse(file);
    if (parsed.ok) throw new Error(`${file} was accepted`);
    expect(parsed.problems).toHaveLength(1);
    expect(parsed.problems[0]!.code).toBe(code);
    expect(parsed.problems[0]!.where).toMatch(new RegExp(`^${file}:${line}:\\d+$`));
    expect(parsed.problems[0]!.message).toContain(says);
    expect(parsed.problems[0]!.hint).toBeTruthy();
  });

  test('tells two mistakes at once, with hints that name the word that was meant', () => {
    const parsed = parse('playbook.two-mistakes.yaml');
    if (parsed.ok) throw new Error('it was accepted');
    expect(parsed.problems.map((problem) => problem.hint).sort()).toEqual([
      'did you mean dead?',
      'did you mean instance.ready?',
    ]);
  });

  test('tells mistakes of shape and of meaning together, in the order of the text', () => {
    const parsed = parse('playbook.shape-and-meaning.yaml');
    if (parsed.ok) throw new Error('it was accepted');
    const told = parsed.problems.map(({ code, where }) => `${where.split(':')[1]} ${code.replace('PLAYBOOK_', '')}`);
    expect(told).toEqual([
      '2 VALUE',
      '5 VALUE',
      '6 EXPRESSION',
      '7 MISSING',
      '8 REQUIRE',
      '8 EXPRESSION',
      '9 EXPRESSION',
      '11 UNDO',
      '11 VALUE',
      '12 PARAMETER',
      '12 PARAMETER',
      '13 VALUE',
    ]);
  });

  test('is compiled: durations in ms, defaults filled in, the gravest risk of its steps', () => {
    const parsed = parse('playbook.valid.yaml');
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const { trigger, steps, verify, risk } = parsed.playbook;
    expect(trigger).toEqual({ causes: ['instance-crash'], roles: null, minConfidence: 0.6, cooldownMs: 600_000 });
    expect(steps[0]!.timeoutMs).toBe(60_000);
    expect([verify.afterMs, verify.withinMs]).toEqual([5_000, 120_000]);
    expect(risk).toBe('low');
  });

  test('every file of the folder is one of the cases above', () => {
    const files = readdirSync(folder).filter((file) => file.startsWith('playbook.'));
    const known = [
      ...Object.keys(mistakes),
      'playbook.valid.yaml',
      'playbook.two-mistakes.yaml',
      'playbook.shape-and-meaning.yaml',
    ];
    expect(files.sort()).toEqual(known.sort());
  });
});
