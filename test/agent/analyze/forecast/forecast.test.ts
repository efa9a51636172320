import { describe, expect, test } from 'vitest';
import { carryLevel, pastDays, usualDays } from '../../../../agent/analyze/forecast/day-profile.ts';
import { forecastByEnsemble } from '../../../../agent/analyze/forecast/ensemble.ts';
import { fitFleet, forecastHourly } from '../../../../agent/analyze/forecast/fleet-forecast.ts';
import { solvePositiveDefinite } from '../../../../agent/analyze/forecast/linear-system.ts';

const rhythm = { season: 24, horizon: 24 };

/** A daily wave of hourly rates around `level`; deterministic. */
function dailyWave(hours: number, level = 100): number[] {
  return Array.from({ length: hours }, (_, hour) => level + 50 * Math.sin((2 * Math.PI * hour) / 24) + (hour % 5));
}

describe('forecast by ensemble', () => {
  test('a steady day comes again, inside its interval', () => {
    const values = dailyWave(24 * 21);
    const forecast = forecastByEnsemble(values.slice(0, 24 * 20), rhythm)!;
    const errors = values.slice(24 * 20).map((value, i) => Math.abs(value - forecast.mean[i]!));
    expect(Math.max(...errors)).toBeLessThan(6);
    expect(forecast.backtestRatio).toBeLessThan(1.05);
    for (let i = 0; i < 24; i++) expect(forecast.q10[i]!).toBeLessThanOrEqual(forecast.q90[i]!);
  });

  test('weights add up to one and the best family comes first', () => {
    const { families } = forecastByEnsemble(dailyWave(24 * 15), rhythm)!;
    expect(families.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1);
    expect(families[0]!.weight).toBe(Math.max(...families.map(({ weight }) => weight)));
  });

  test.each([
    ['an empty history', []],
    ['less than two days', dailyWave(47)],
    ['nothing but gaps', Array.from({ length: 100 }, () => Number.NaN)],
  ])('abstains from %s', (_name, values) => {
    expect(forecastByEnsemble(values, rhythm)).toBeNull();
  });

  test('gaps, infinities, constants and huge values end in finite forecasts', () => {
    const gapped = dailyWave(24 * 10).map((value, i) => (i % 7 === 3 ? Number.NaN : i === 50 ? Infinity : value));
    const histories = [gapped, new Array(240).fill(0), new Array(240).fill(7), dailyWave(240, 1e15)];
    for (const values of histories) {
      const { mean, q10, q90 } = forecastByEnsemble(values, rhythm)!;
      expect([...mean, ...q10, ...q90].every((value) => Number.isFinite(value))).toBe(true);
    }
  });
});

describe('forecast of a fleet of hourly series', () => {
  test('beats repeating the last value where days repeat', () => {
    const fleet = [80, 100, 300].map((level) => dailyWave(24 * 25, level));
    const model = fitFleet(
      fleet.map((values) => values.slice(0, 24 * 23)),
      48,
    );
    const forecast = forecastHourly(model, fleet[1]!.slice(0, 24 * 23))!;
    const errors = fleet[1]!.slice(24 * 23).map((value, i) => Math.abs(value - forecast[i]!));
    expect(Math.max(...errors)).toBeLessThan(10);
  });

  test('a short, a constant or a negative series still gets a finite forecast, an unusable one none', () => {
    const model = fitFleet([dailyWave(60)], 48);
    for (const values of [dailyWave(60), new Array(400).fill(3), dailyWave(400, -500)]) {
      expect(forecastHourly(model, values)!.every((value) => Number.isFinite(value))).toBe(true);
    }
    expect(forecastHourly(model, dailyWave(20))).toBeNull();
    expect(forecastHourly(model, new Array(400).fill(Number.NaN))).toBeNull();
  });
});

describe('symmetric linear systems', () => {
  test('are solved for several right-hand sides', () => {
    const solution = solvePositiveDefinite(Float64Array.of(4, 0, 2, 3), 2, Float64Array.of(8, 4, 7, 2), 2)!;
    expect([...solution].map((x) => Number(x.toFixed(9)))).toEqual([1.25, 1, 1.5, 0]);
  });

  test('that are not positive definite have no solution', () => {
    expect(solvePositiveDefinite(Float64Array.of(0, 0, 0, 0), 2, Float64Array.of(1, 1), 1)).toBeNull();
  });
});

test('a quiet Sunday moves no Monday: the last day is measured by its own weekday', () => {
  const season = 96;
  const level = (day: number) => (day % 7 >= 5 ? 40 : 100);
  const values = Float64Array.from({ length: 28 * season }, (_, i) => level(Math.floor(i / season)));
  const days = usualDays(pastDays(values, season), { memoryDays: 20, sameWeekdayWeight: 40 });
  const lasting = { recentShare: 0, fadeHours: 1, lastingShare: 0.9 };
  const monday = carryLevel(values, days, { season, horizon: season }, lasting);
  expect(Math.min(...monday)).toBeGreaterThan(85);
});
