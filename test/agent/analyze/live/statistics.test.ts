import fc from 'fast-check';
import { expect, test } from 'vitest';
import { centerOf, median, medianDeviation } from '../../../../agent/analyze/live/statistics.ts';

test('the centre with one sort is to the bit what median and deviation are by themselves', () => {
  const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ min: -1e9, max: 1e9, noNaN: true }));
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 40 }), (values) => {
      const { center, deviation } = centerOf(values);
      expect(center).toBe(median(values));
      expect(deviation).toBe(medianDeviation(values, center));
    }),
  );
});

test('nothing has no centre', () => {
  expect(centerOf([])).toEqual({ center: Number.NaN, deviation: Number.NaN });
});
