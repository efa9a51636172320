import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DigitBlindIndex, numbersMatter } from '../../../../agent/analyze/logs/digit-blind-index.ts';
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
    ['4711:(3) came back', '<*>:(<*>) came back'],
    ['loaded C:\\Windows\\core.dll from cache', 'loaded <*> from cache'],
    ['lock=7, owner=WorkSource{1000 app}', 'lock=<*>, owner=<*>'],
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

  test('places that vary together become variable together, however few lines share all but one word', () => {
    const names = ['mail', 'safari', 'chrome', 'agent', 'helper', 'dock', 'finder', 'spotlight'];
    const lines = names.map((name, i) => `sandbox: ${name} denied lookup of ${names[(i + 3) % 8]}`);
    expect(new Set(templatesOf(lines))).toEqual(new Set(['sandbox: <*> denied lookup of <*>']));
  });

  test('sentences of one shape with little in common stay apart', () => {
    const lines = ['fan speed low', 'disk space gone', 'link error seen', 'node state down', 'port count odd'];
    expect(new Set(templatesOf(lines)).size).toBe(5);
  });

  test('a numbered first word is variable, a first word without a number is the name of the event', () => {
    const numbered = ['cpu0', 'cpu1', 'cpu2'].map((cpu) => `${cpu}: temperature above the threshold`);
    expect(new Set(templatesOf(numbered)).size).toBe(1);
    const named = ['disk', 'core', 'fan'].map((part) => `${part}: temperature above the threshold`);
    expect(new Set(templatesOf(named)).size).toBe(3);
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

describe('lines that differ in their numbers alone', () => {
  test.each([
    ['took 35 ms', 'took 71 ms', true],
    ['took 35 ms', 'took 351 ms', false],
    ['ssh2 on port 22', 'ssh2 on port 81', true],
    ['ssh2 on port 22', 'ssh1 on port 22', false],
    ['flags 0x15', 'flags 3x15', false],
    ['took 35 ms', 'took 35 us', false],
  ])('%s and %s: %s', (line, other, same) => {
    const index = new DigitBlindIndex();
    index.keep(line, 7);
    expect(index.find(line)).toBe(7);
    expect(index.find(other)).toBe(same ? 7 : -1);
  });

  test('are found only where masking each anew would have said the same', () => {
    const words = fc.constantFrom(
      '7',
      '42',
      '0x1f',
      '3x4',
      'ssh2',
      'a1b2c3',
      '10.0.0.1',
      'x=5',
      'f3(',
      '64bit',
      'disk',
      '1-2',
      '#9',
    );
    const line = fc.array(words, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(' '));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        const index = new DigitBlindIndex();
        lines.forEach((text, at) => {
          const form = maskLine(text);
          const found = index.find(text);
          if (found >= 0) expect(maskLine(lines[found]!)).toBe(form);
          else if (!numbersMatter(form)) index.keep(text, at);
        });
      }),
      { numRuns: 60, seed: 3 },
    );
  });
});
