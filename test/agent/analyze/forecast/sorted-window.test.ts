import { expect, test } from 'vitest';
import { SortedWindow } from '../../../../agent/analyze/forecast/sorted-window.ts';
import { noiseFrom } from '../../../../bench/random.ts';

test('a sorted window holds what a sort of the same numbers would give, as they come and go', () => {
  const noise = noiseFrom(4);
  const values = Array.from({ length: 400 }, () => Math.round(20 * noise()));
  const window = new SortedWindow(50);
  for (let i = 0; i < values.length; i++) {
    if (i >= 50) window.remove(values[i - 50]!);
    window.add(values[i]!);
    expect([...window.sorted()]).toEqual(values.slice(Math.max(0, i - 49), i + 1).toSorted((a, b) => a - b));
  }
});

test('a sorted window refuses what does not fit, and what it does not hold', () => {
  const window = new SortedWindow(1);
  window.add(1);
  expect(() => window.add(2)).toThrow('full');
  expect(() => window.remove(2)).toThrow('not in the window');
});

test('a number that is none comes and goes unnoticed', () => {
  const window = new SortedWindow(2);
  for (const value of [Number.NaN, 3, Number.NaN, 1]) window.add(value);
  window.remove(Number.NaN);
  expect([...window.sorted()]).toEqual([1, 3]);
});
