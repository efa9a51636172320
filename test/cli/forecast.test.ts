import { expect, test } from 'vitest';
import { forecastsText } from '../../cli/verbs/forecast.ts';
import type { Forecast } from '../../model/forecast.ts';
import { forecast } from '../agent/views/records.ts';

const told = (limit: Partial<NonNullable<Forecast['limit']>>) =>
  forecastsText({ forecasts: [{ ...forecast, limit: { ...forecast.limit!, ...limit } }], predictions: [] });

test('a limit is told with its band, and an end beyond the horizon as later', () => {
  const text = told({ crossMsP10: 60_000, crossMsP50: 120_000, crossMsP90: null });
  expect(text).toMatch(/2 min +1 min to later/);
});

test('a limit that no end of the band meets within the horizon is not in sight', () => {
  const text = told({ crossMsP10: null, crossMsP50: null, crossMsP90: null });
  expect(text).toMatch(/none in sight +-/);
  expect(text).not.toContain('later');
});
