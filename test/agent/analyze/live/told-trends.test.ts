import { expect, test } from 'vitest';
import { pastOfTrend, rememberTrend, type ToldTrends } from '../../../../agent/analyze/live/told-trends.ts';
import type { Forecast } from '../../../../model/forecast.ts';

const minuteMs = 60_000;
const steps = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

/** Says that 100 grows by 10 a minute, give or take 2. */
function forecastAt(minute: number): Forecast {
  const path = (off: number) => steps.map((step) => 100 + 10 * (minute + step) + off);
  return {
    type: 'forecast',
    atMs: minute * minuteMs,
    entity: { kind: 'instance', id: 'worker-1' },
    metric: 'memory.usage',
    unit: 'By',
    model: 'theil-sen',
    stepMs: minuteMs,
    q10: path(-2),
    q50: path(0),
    q90: path(2),
    limit: null,
    pastErrorRatio: null,
    pastCoverageRatio: null,
  };
}

function play(minutes: number, actualAt: (minute: number) => number) {
  const told: ToldTrends = new Map();
  let past = pastOfTrend(told, 'k', actualAt(0), 0);
  for (let minute = 0; minute < minutes; minute++) {
    past = pastOfTrend(told, 'k', actualAt(minute), minute * minuteMs);
    rememberTrend(told, 'k', forecastAt(minute));
  }
  return past;
}

test('a trend that came true has no error and full coverage', () => {
  expect(play(8, (minute) => 100 + 10 * minute)).toEqual({ pastErrorRatio: 0, pastCoverageRatio: 1 });
});

test('a trend that did not go on is charged for it', () => {
  const { pastErrorRatio, pastCoverageRatio } = play(8, () => 100);
  expect(pastErrorRatio).toBeGreaterThan(0.2);
  expect(pastCoverageRatio).toBe(0);
});

test('says nothing of itself before it was held against enough', () => {
  expect(play(3, (minute) => 100 + 10 * minute)).toEqual({ pastErrorRatio: null, pastCoverageRatio: null });
});
