import { expect, test } from 'vitest';
import { fitModels, needsFit } from '../../../../agent/analyze/models/fitting.ts';
import { stepMs } from '../../../../agent/analyze/models/history.ts';
import { coverageRatio, servedErrorRatio } from '../../../../agent/analyze/models/interval.ts';
import { keptText, takeKept } from '../../../../agent/analyze/models/kept-state.ts';
import {
  advance,
  bandPaths,
  createSeriesModels,
  type SeriesModels,
} from '../../../../agent/analyze/models/series-models.ts';
import { RandomStream } from '../../../../sim/kernel/random.ts';

const identity = {
  key: 'queue/orders:queue.enqueued',
  entity: { kind: 'queue', id: 'orders' },
  metric: 'queue.enqueued',
  unit: '{message}/s',
  startedAtMs: 0,
} as const;

function live(steps: number, valueAt: (step: number) => number, models = createSeriesModels(identity, -1)) {
  const events = [];
  for (let i = 0; i < steps; i++) {
    const step = models.history.endStep + 1;
    events.push(...advance(models, valueAt(step)).map((event) => ({ step, ...event })));
    if (needsFit(models)) fitModels(models, step * stepMs);
  }
  return { models, events };
}

const random = new RandomStream('models');
const noise = Float64Array.from({ length: 20_000 }, () => random.next() + random.next() + random.next() - 1.5);
const daily = (step: number) => 100 + 60 * Math.sin((2 * Math.PI * step) / 1_440) + 4 * noise[step]!;

test('a model that knows the day wins the series, and its band holds what it promises', () => {
  const { models, events } = live(3 * 1_440, daily);
  expect(events.filter(({ change }) => change === 'promoted').length).toBeGreaterThan(0);
  expect(models.throne.champion).not.toBe('persistence');
  expect(coverageRatio(models.bands)).toBeGreaterThan(0.72);
  expect(coverageRatio(models.bands)).toBeLessThan(0.88);
  expect(servedErrorRatio(models.bands)).toBeLessThan(0.08);
  const { low, middle, high } = bandPaths(models);
  for (const [i, value] of middle.entries()) {
    expect(low[i]!).toBeLessThanOrEqual(value);
    expect(high[i]!).toBeGreaterThanOrEqual(value);
  }
});

test('what is said of a step rests on the steps before it', () => {
  const one = live(300, daily).models;
  const other = live(300, daily).models;
  advance(one, 1e9);
  advance(other, 0);
  expect(one.boards.get('theta')!.residuals[4]!.length).toBe(other.boards.get('theta')!.residuals[4]!.length);
  const before = live(300, daily).models;
  expect(keptText(before)).toBe(keptText(live(300, daily).models));
});

test('a series that changes its ways is found to drift, and all models are fitted anew', () => {
  const jumpy = (step: number) => (step < 400 ? 100 + noise[step]! : 100 + 60 * Math.sin(step / 2) + noise[step]!);
  const { events, models } = live(500, jumpy);
  const drifted = events.find(({ change }) => change === 'drifted');
  expect(drifted?.step).toBeGreaterThan(400);
  expect(drifted?.step).toBeLessThan(430);
  expect(models.drifts).toBeGreaterThan(0);
});

test('a pinned model serves on, however badly it does', () => {
  const models = createSeriesModels(identity, -1);
  models.throne.champion = 'theil-sen';
  models.throne.pinned = true;
  const { events } = live(1_500, daily, models);
  expect(models.throne.champion).toBe('theil-sen');
  expect(events.filter(({ change }) => change === 'promoted' || change === 'demoted')).toEqual([]);
});

test('what was learned is taken up again, word for word', () => {
  const { models } = live(400, daily);
  const text = keptText(models);
  const heir = createSeriesModels(identity, -1);
  expect(takeKept(heir, text)).toBe(true);
  expect(keptText(heir)).toBe(text);
});

test.each(['', '{}', 'null', '{"layout":2}', '[1,2', '{"layout":1,"values":[null]}'])(
  'a kept state that cannot be read (%s) is as good as none',
  (text) => {
    const models: SeriesModels = createSeriesModels(identity, 7);
    expect(takeKept(models, text)).toBe(false);
    expect(models.history.endStep).toBe(7);
  },
);
