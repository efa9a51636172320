import { expect, test } from 'vitest';
import { lineBudget, toLogLine } from '../../../collectors/docker/log-lines.ts';

test.each([
  ['[7] 2026/11/21 [ERR] JetStream out of resources', 'error'],
  ['{"level":40,"msg":"slow"}', 'warn'],
  ['info retry after an error', 'info'],
  ['panic: no space left', 'fatal'],
  ['order 7 done', 'unknown'],
] as const)('reads the severity of %j as %s', (text, severity) => {
  expect(toLogLine('worker-1', `2026-11-21T00:31:17.6Z ${text}`)?.severity).toBe(severity);
});

test('takes the time from the front of the line and bounds its text', () => {
  const line = toLogLine('worker-1', `2026-11-21T00:31:17.601962721Z ${'x'.repeat(5_000)}`);
  expect(line?.observedAtMs).toBe(Date.parse('2026-11-21T00:31:17.601Z'));
  expect(line?.text).toHaveLength(2_000);
});

test('refuses a line without a time or without text', () => {
  expect(toLogLine('worker-1', 'no time here')).toBeNull();
  expect(toLogLine('worker-1', '2026-11-21T00:31:17.6Z ')).toBeNull();
});

test('lets no more lines through than a window holds, and again in the next', () => {
  const hasRoom = lineBudget(2, 1_000);
  expect([0, 10, 20].map(hasRoom)).toEqual([true, true, false]);
  expect(hasRoom(1_000)).toBe(true);
});
