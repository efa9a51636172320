import { expect, test } from 'vitest';
import { calmFleet, sampleEveryMs } from '../../bench/calm-fleet.ts';
import { poissonUpper, watchFleet } from '../../bench/false-alarms.ts';

test('the bound of a count is that of Poisson tables', () => {
  for (const [events, bound] of [
    [0, 2.996],
    [1, 4.744],
    [5, 10.513],
    [20, 29.062],
  ] as const)
    expect(Math.abs(poissonUpper(events) - bound)).toBeLessThan(0.02);
});

test('a calm fleet is the same for the same seed and differs for another', () => {
  const draw = (seed: number) => JSON.stringify(calmFleet(seed, 0).samples(sampleEveryMs));
  expect(draw(1)).toBe(draw(1));
  expect(draw(1)).not.toBe(draw(2));
});

test('an hour of a calm fleet is watched by the real detectors, and counted in series-days', () => {
  const { episodes, seriesDays } = watchFleet(3, 1);
  expect(episodes).toBe(0);
  expect(seriesDays).toBeCloseTo((264 * 0.5) / 24, 6);
});
