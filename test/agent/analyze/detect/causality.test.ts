import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  applicationMetrics,
  serverMetrics,
  serviceSeries,
  unknownSeries,
} from '../../../../agent/analyze/detect/settings.ts';
import { alertOnSeries } from '../../../../bench/accuracy/cloudmon.ts';
import { judgeMachine } from '../../../../bench/accuracy/multivariate.ts';
import { announceSeries } from '../../../../bench/accuracy/nab.ts';
import { dailyWave, fiveMinutesMs, seededNoise } from './synthetic.ts';

/** A daily wave with a spike, a shift, gaps and a flat stretch, so that every family has something to say. */
function troubledSeries(seed: number): { atMs: Float64Array; values: Float64Array } {
  const rows = 900;
  const noise = seededNoise(seed);
  const values = dailyWave(rows, seed);
  values[Math.floor(noise() * rows)]! += 80;
  values[Math.floor(noise() * rows)] = Number.NaN;
  const shiftAt = Math.floor(noise() * rows);
  for (let i = shiftAt; i < rows; i++) values[i]! += 15;
  values.fill(values[600]!, 600, 640);
  return { atMs: Float64Array.from(values, (_, i) => i * fiveMinutesMs), values };
}

const cuts = fc.record({ seed: fc.integer({ min: 1, max: 1e6 }), cut: fc.integer({ min: 0, max: 900 }) });

describe('cutting the input changes nothing before the cut', () => {
  test('in announced scores of a single series', () => {
    fc.assert(
      fc.property(cuts, ({ seed, cut }) => {
        const { atMs, values } = troubledSeries(seed);
        const whole = announceSeries('s', { atMs, values }, unknownSeries).scores;
        const part = announceSeries('s', { atMs: atMs.slice(0, cut), values: values.slice(0, cut) }, unknownSeries);
        expect(part.scores).toEqual(whole.slice(0, cut));
      }),
      { numRuns: 15, seed: 1 },
    );
  });

  test('in scores of a service series, nor any alert that ended before it', () => {
    fc.assert(
      fc.property(cuts, ({ seed, cut }) => {
        const { atMs, values } = troubledSeries(seed);
        const whole = alertOnSeries('s', { atMs, values }, serviceSeries);
        const part = alertOnSeries('s', { atMs: atMs.slice(0, cut), values: values.slice(0, cut) }, serviceSeries);
        expect(part.scores).toEqual(whole.scores.slice(0, cut));
        expect(part.alerts!.map((each) => each.firstRow)).toEqual(
          whole.alerts!.filter((each) => each.firstRow < cut).map((each) => each.firstRow),
        );
      }),
      { numRuns: 15, seed: 2 },
    );
  });

  test.each([
    ['server', serverMetrics],
    ['application', applicationMetrics],
  ])('in scores of %s metrics', (_, settings) => {
    const train = [1, 2, 3, 4].map((seed) => dailyWave(600, seed));
    fc.assert(
      fc.property(cuts, ({ seed, cut }) => {
        const test = [1, 2, 3, 4].map((each) => troubledSeries(seed + each).values);
        const whole = judgeMachine('m', train, test, settings).scores;
        const part = judgeMachine(
          'm',
          train,
          test.map((column) => column.slice(0, cut)),
          settings,
        ).scores;
        expect(part).toEqual(whole.slice(0, cut));
      }),
      { numRuns: 8, seed: 3 },
    );
  });

  test('and the scores are not all alike, so the comparison means something', () => {
    const { atMs, values } = troubledSeries(5);
    expect(new Set(alertOnSeries('s', { atMs, values }, serviceSeries).scores).size).toBeGreaterThan(100);
  });
});
