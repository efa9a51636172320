import { expect, test } from 'vitest';
import { callBudget } from '../../collectors/call-budget.ts';

test('gives out no more than its number within any minute, and again as the minute moves on', () => {
  let nowMs = 1_000_000;
  const budget = callBudget(60, { nowMs: () => nowMs });
  expect(budget.take(40)).toBe(true);
  nowMs += 30_000;
  expect(budget.take(21)).toBe(false);
  expect(budget.take(20)).toBe(true);
  expect(budget.used()).toBe(60);
  nowMs += 29_999;
  expect(budget.take(1)).toBe(false);
  nowMs += 1;
  expect(budget.used()).toBe(20);
  expect(budget.take(40)).toBe(true);
  nowMs += 600_000;
  expect(budget.used()).toBe(0);
});
