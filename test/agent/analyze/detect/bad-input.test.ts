import { describe, expect, test } from 'vitest';
import { fitMultivariate } from '../../../../agent/analyze/detect/multivariate-model.ts';
import { SeriesDetector } from '../../../../agent/analyze/detect/series-detector.ts';
import {
  applicationMetrics,
  serverMetrics,
  serviceSeries,
  unknownSeries,
} from '../../../../agent/analyze/detect/settings.ts';
import { alertOnSeries } from '../../../../bench/accuracy/cloudmon.ts';
import { judgeMachine } from '../../../../bench/accuracy/multivariate.ts';
import { announceSeries } from '../../../../bench/accuracy/nab.ts';
import { dailyWave, fiveMinutesMs } from './synthetic.ts';

const awkward: Record<string, number[]> = {
  'no rows': [],
  'one row': [5],
  'a constant': new Array<number>(700).fill(5),
  zeros: new Array<number>(700).fill(0),
  'nothing but gaps': new Array<number>(700).fill(Number.NaN),
  'gaps in between': Array.from({ length: 700 }, (_, i) => (i % 3 === 0 ? Number.NaN : i % 7)),
  infinities: Array.from({ length: 700 }, (_, i) => (i % 50 === 0 ? Number.POSITIVE_INFINITY : i % 7)),
  'numbers near the largest': Array.from({ length: 700 }, (_, i) => (i % 2 === 0 ? 1e300 : -1e300)),
};

describe.each(Object.entries(awkward))('a series of %s', (_, list) => {
  const values = Float64Array.from(list);
  const atMs = Float64Array.from(values, (_value, i) => i * fiveMinutesMs);

  test('gets a finite score in [0, 1] per row', () => {
    const { scores } = announceSeries('s', { atMs, values }, unknownSeries);
    expect(scores).toHaveLength(values.length);
    expect(scores.every((score) => score >= 0 && score <= 1)).toBe(true);
  });

  test('gets a finite score per row and alerts within its rows', () => {
    const { scores, alerts } = alertOnSeries('s', { atMs, values }, serviceSeries);
    expect(scores.every(Number.isFinite)).toBe(true);
    expect(alerts!.every((each) => each.firstRow >= 0 && each.lastRow < values.length)).toBe(true);
  });

  test.each([
    ['server', serverMetrics],
    ['application', applicationMetrics],
  ])('is judged among %s metrics, in the history and after it', (_name, settings) => {
    const usual = dailyWave(Math.max(1, values.length), 3);
    for (const [train, rows] of [
      [
        [usual, usual],
        [values, values],
      ],
      [
        [values, usual],
        [usual, values],
      ],
    ] as const) {
      const { scores } = judgeMachine('m', train, rows, settings);
      expect(scores.every(Number.isFinite)).toBe(true);
    }
  });
});

test('a series that never changes raises no alert', () => {
  const values = new Float64Array(2000).fill(7);
  const atMs = Float64Array.from(values, (_, i) => i * fiveMinutesMs);
  expect(alertOnSeries('s', { atMs, values }, serviceSeries).alerts).toEqual([]);
  expect(Math.max(...announceSeries('s', { atMs, values }, unknownSeries).scores)).toBe(0);
});

test('stamps that cannot be read, repeat or run backwards leave the seasons out and nothing else', () => {
  const values = dailyWave(700, 4);
  for (const stamp of [() => Number.NaN, () => 5, (i: number) => -i * fiveMinutesMs]) {
    const atMs = Float64Array.from(values, (_, i) => stamp(i));
    expect(alertOnSeries('s', { atMs, values }, serviceSeries).scores.every(Number.isFinite)).toBe(true);
  }
});

test('a missing value gets no opinion and teaches nothing', () => {
  const detector = new SeriesDetector(unknownSeries.detector);
  const other = new SeriesDetector(unknownSeries.detector);
  const values = dailyWave(500, 9);
  values.forEach((value, i) => {
    if (i % 10 === 0) expect(detector.update(Number.NaN, i).score).toBeNull();
    expect(detector.update(value, i)).toEqual(other.update(value, i));
  });
});

test('fewer than 20 rows of history teach nothing', () => {
  expect(fitMultivariate([new Float64Array(19)], serverMetrics.channels)).toBeNull();
  expect(fitMultivariate([], serverMetrics.channels)).toBeNull();
});
