import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clockTime, durationText, escapeDeep, escapeText, isoTime } from '../../../agent/views/text.ts';

test.each([
  ['a terminal escape', '\u001b[2Jgone', '\\u{1b}[2Jgone'],
  ['a forged line end', 'ok\noutcome D-1 succeeded', 'ok\\u{a}outcome D-1 succeeded'],
  ['a C1 control', 'a\u009bb', 'a\\u{9b}b'],
  ['a bidirectional override', 'abc\u202etxt.exe', 'abc\\u{202e}txt.exe'],
  ['an isolate', '\u2066x\u2069', '\\u{2066}x\\u{2069}'],
  ['a zero-width space', 'wor\u200bker', 'wor\\u{200b}ker'],
  ['a tag character', 'a\u{e0041}', 'a\\u{e0041}'],
  ['half of a surrogate pair', 'a\ud800', 'a\\u{d800}'],
])('writes out %s', (_, text, shown) => {
  expect(escapeText(text)).toBe(shown);
});

test('leaves ordinary text of any script as it is', () => {
  const text = 'Ärger mit 注文-キュー, заказы, طلبات 🙂';
  expect(escapeText(text)).toBe(text);
});

test('nothing that a terminal obeys is left, whatever comes in', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(escapeText(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    }),
  );
});

test('cuts what is longer than its place', () => {
  expect(escapeText('x'.repeat(10), 4)).toBe('xxxx…');
});

test('escapes keys and values of plain data at any depth', () => {
  expect(escapeDeep({ 'a\u0000': [{ b: '\u202e' }, 1, null, true] })).toEqual({
    'a\\u{0}': [{ b: '\\u{202e}' }, 1, null, true],
  });
});

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [1_000, '1 s'],
  [61_000, '1 min 1 s'],
  [3_600_000, '1 h'],
  [3_661_000, '1 h 1 min'],
  [90_061_000, '1 d 1 h'],
  [-5_000, '-5 s'],
])('says %i ms as %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

test('tells times in UTC whatever zone the machine is in', () => {
  const atMs = Date.UTC(2026, 11, 31, 23, 5, 9, 999);
  expect([clockTime(atMs), isoTime(atMs)]).toEqual(['23:05:09', '2026-12-31T23:05:09Z']);
});
