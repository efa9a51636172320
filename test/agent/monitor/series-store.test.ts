import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  appendSample,
  createSeriesStore,
  findSeries,
  lastValue,
  takeTouched,
} from '../../../agent/monitor/series-store.ts';
import {
  completenessRatio,
  counterIncrease,
  freshnessMs,
  ratePerSecond,
  readWindow,
} from '../../../agent/monitor/series-window.ts';
import type { MetricSample } from '../../../model/observation.ts';

const entity = { kind: 'instance', id: 'worker-1' } as const;
const sample = (observedAtMs: number, value: number, more: Partial<MetricSample> = {}): MetricSample => ({
  kind: 'metric',
  source: 'test',
  observedAtMs,
  entity,
  name: 'memory.usage',
  unit: 'By',
  type: 'gauge',
  value,
  ...more,
});
const storeOf = (samplesPerSeries = 8, maxSeries = 4) => createSeriesStore({ samplesPerSeries, maxSeries });

describe('the series store', () => {
  test('puts a late sample in its place', () => {
    const store = storeOf();
    appendSample(store, sample(1_000, 1));
    appendSample(store, sample(3_000, 3));
    expect(appendSample(store, sample(2_000, 2))).toBe('reordered');
    expect([...readWindow(store, 0, 0).values]).toEqual([1, 2, 3]);
  });

  test('takes the later report of the same moment, and counts it', () => {
    const store = storeOf();
    appendSample(store, sample(1_000, 1));
    expect(appendSample(store, sample(1_000, 9))).toBe('duplicate');
    expect(lastValue(store, 0)).toBe(9);
    expect(store.refused.duplicate).toBe(1);
  });

  test('keeps the newest samples when the ring is full, and refuses what is older than all of them', () => {
    const store = storeOf(3);
    for (const at of [1, 2, 3, 4, 5]) appendSample(store, sample(at * 1_000, at));
    expect([...readWindow(store, 0, 0).values]).toEqual([3, 4, 5]);
    expect(appendSample(store, sample(500, 0))).toBe('too-late');
  });

  test('refuses NaN, infinity and a changed unit', () => {
    const store = storeOf();
    appendSample(store, sample(1_000, 1));
    expect(appendSample(store, sample(2_000, Number.NaN))).toBe('not-a-number');
    expect(appendSample(store, sample(2_000, Number.POSITIVE_INFINITY))).toBe('not-a-number');
    expect(appendSample(store, sample(2_000, 1, { unit: 'MiBy' }))).toBe('unit-changed');
    expect(lastValue(store, 0)).toBe(1);
  });

  test('refuses one series more than it may hold, and goes on serving the others', () => {
    const store = storeOf(4, 2);
    for (const id of ['a', 'b']) appendSample(store, sample(1_000, 1, { entity: { kind: 'node', id } }));
    expect(appendSample(store, sample(1_000, 1, { entity: { kind: 'node', id: 'c' } }))).toBe('full');
    expect(appendSample(store, sample(2_000, 2, { entity: { kind: 'node', id: 'a' } }))).toBe('stored');
    expect(store.refused.full).toBe(1);
  });

  test('keeps what it holds while its columns grow', () => {
    const store = createSeriesStore({ samplesPerSeries: 4, maxSeries: 1_000 });
    for (let i = 0; i < 500; i += 1) appendSample(store, sample(1_000, i, { entity: { kind: 'node', id: `n${i}` } }));
    for (let i = 0; i < 500; i += 1) {
      expect(lastValue(store, findSeries(store, { kind: 'node', id: `n${i}` }, 'memory.usage')!)).toBe(i);
    }
  });

  test('counts a reset of a counter as a start from zero', () => {
    const store = storeOf();
    const counter = (at: number, value: number) => sample(at, value, { type: 'counter' });
    for (const [at, value] of [
      [0, 100],
      [10_000, 150],
      [20_000, 30],
      [30_000, 50],
    ] as const)
      appendSample(store, counter(at, value));
    expect(counterIncrease(store, 0, 0)).toEqual({ increase: 100, overMs: 30_000 });
    expect(ratePerSecond(store, 0, 30_000, 30_000)).toBeCloseTo(100 / 30);
    expect(store.resets[0]).toBe(1);
  });

  test('knows how fresh and how complete a series is', () => {
    const store = storeOf(100);
    for (let at = 0; at <= 50_000; at += 1_000) if (at < 20_000 || at >= 30_000) appendSample(store, sample(at, at));
    expect(freshnessMs(store, 0, 52_000)).toBe(2_000);
    expect(completenessRatio(store, 0, 50_000, 20_000)).toBe(1);
    expect(completenessRatio(store, 0, 50_000, 40_000)).toBeCloseTo(0.78, 1);
  });

  test('hands over each touched series once', () => {
    const store = storeOf();
    appendSample(store, sample(1_000, 1));
    appendSample(store, sample(2_000, 1));
    expect(takeTouched(store)).toEqual([0]);
    expect(takeTouched(store)).toEqual([]);
  });

  test('whatever the order of arrival, holds the samples in time order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 1_000 }), { maxLength: 30 }), (times) => {
        const store = storeOf(64);
        for (const at of times) appendSample(store, sample(at, at));
        expect(times.length === 0 ? [] : [...readWindow(store, 0, 0).values]).toEqual(times.toSorted((a, b) => a - b));
      }),
    );
  });
});
