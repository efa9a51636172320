import { describe, expect, test } from 'vitest';
import { maskLine } from '../../../../agent/analyze/logs/mask.ts';
import { anySystem, TemplateMiner } from '../../../../agent/analyze/logs/template-miner.ts';

function templatesOf(lines: readonly string[], settings = anySystem): string[] {
  const miner = new TemplateMiner(settings);
  const handles = lines.map((line) => miner.add(line));
  return handles.map((handle) => miner.templateOf(handle));
}

describe('masking by form', () => {
  test.each([
    ['took 35 ms for 12.5 requests', 'took <*> ms for <*> requests'],
    ['connect to 10.2.3.4:8080 failed', 'connect to <*>:<*> failed'],
    ['closed by www.example.org:443', 'closed by <*>:<*>'],
    ['cannot read /var/lib/app/data.bin', 'cannot read <*>'],
    ['block blk_-1727475099218615100 is gone', 'block <*> is gone'],
    ['wrote core.2605', 'wrote core.<*>'],
    ['wrote 1190 bytes (1.16 KB) in <1 sec', 'wrote <*> bytes in <*>'],
    ['leader=true epoch=0x1f', 'leader=<*> epoch=<*>'],
    ['deleted 1 2 3 4 5', 'deleted <*>'],
    ['init2() is called', 'init2() is called'],
  ])('%s', (line, template) => {
    expect(maskLine(line)).toBe(template);
  });

  test('a line without end costs a bounded amount and an empty one gives an empty template', () => {
    expect(maskLine('a '.repeat(1_000_000)).length).toBeLessThan(5000);
    expect(maskLine('')).toBe('');
  });
});

describe('places that turn out variable', () => {
  test('three users of one sentence make the user a variable, also for the lines already seen', () => {
    const lines = ['ann', 'bob', 'eve'].map((user) => `session closed for user ${user}`);
    expect(new Set(templatesOf(lines))).toEqual(new Set(['session closed for user <*>']));
  });

  test('two sentences that differ in a plain word stay apart', () => {
    expect(templatesOf(['disk is full', 'disk is empty'])).toEqual(['disk is full', 'disk is empty']);
  });

  test('states in upper case stay apart where users would have become one', () => {
    const lines = ['NEW', 'READY', 'RUNNING', 'DONE'].map((state) => `task went to ${state}`);
    expect(new Set(templatesOf(lines)).size).toBe(4);
  });

  test('lines of many kinds beyond the bound share one template', () => {
    const letters = ['alpha beta', 'gamma', 'delta one two', 'omega', 'kappa'];
    const templates = templatesOf(letters, { ...anySystem, maxForms: 2 });
    expect(new Set(templates.slice(2)).size).toBe(1);
    expect(templates.slice(0, 2)).toEqual(letters.slice(0, 2));
  });
});
