import { expect, test } from 'vitest';
import { families } from '../../../../agent/analyze/models/families.ts';
import type { StepSeries } from '../../../../agent/analyze/models/family.ts';

const day = 1_440;
const ahead = [1, 5, 15, 30, 60];

function seriesOf(length: number, valueAt: (step: number) => number): StepSeries {
  return { values: Float64Array.from({ length }, (_, step) => valueAt(step)), endStep: length - 1 };
}

/** Largest error over all steps ahead, as a share of the size. */
function worstError(name: string, series: StepSeries, valueAt: (step: number) => number): number {
  const family = families.find((one) => one.name === name)!;
  const said = family.forecast(series, family.fit?.(series) ?? null, ahead)!;
  const errors = ahead.map((steps, i) => {
    const is = valueAt(series.endStep + steps);
    return Math.abs(said[i]! - is) / Math.abs(is);
  });
  return Math.max(...errors);
}

test.each(families.map(({ name }) => name))('%s stays on a constant', (name) => {
  expect(
    worstError(
      name,
      seriesOf(3 * day, () => 40),
      () => 40,
    ),
  ).toBeLessThan(1e-6);
});

test.each(['theil-sen', 'theta', 'lag-regression'])('%s follows a straight line', (name) => {
  const rising = (step: number) => 1_000 + 3 * step;
  expect(worstError(name, seriesOf(600, rising), rising)).toBeLessThan(0.05);
});

test.each(['seasonal-naive', 'holt-winters', 'day-week-profile', 'lag-regression'])('%s knows the hour', (name) => {
  const daily = (step: number) => 100 + 60 * Math.sin((2 * Math.PI * step) / day);
  // The steepest hour of the day: standing still errs by 15 % and more there.
  const series = seriesOf(3 * day, daily);
  expect(worstError('persistence', series, daily)).toBeGreaterThan(0.13);
  expect(worstError(name, series, daily)).toBeLessThan(0.06);
});

test('no family speaks before it has the history that it needs', () => {
  for (const family of families) {
    const short = seriesOf(family.stepsMin, (step) => 10 + (step % 7));
    const said = family.forecast(short, family.fit?.(short) ?? null, ahead);
    if (said !== null) expect([...said].every(Number.isFinite)).toBe(true);
  }
});
