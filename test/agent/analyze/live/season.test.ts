import { describe, expect, test } from 'vitest';
import { pushStep, stepMs, stepsPerDay } from '../../../../agent/analyze/models/history.ts';
import { keptText, takeKept } from '../../../../agent/analyze/models/kept-state.ts';
import { duel } from '../../../../agent/analyze/models/season.ts';
import { createSeriesModels, type SeriesModels } from '../../../../agent/analyze/models/series-models.ts';
import { noiseFrom } from '../../../../bench/random.ts';
import type { Rhythm } from '../../../../model/signal.ts';
import { startMs, Watched } from './watched.ts';

const workers = ['worker-1', 'worker-2', 'worker-3'];
const firstStep = Math.floor(startMs / stepMs);
const batchAt = firstStep + 25;
const batchSteps = 20;

/** A processor at 20 %, at 90 % in the batch of twenty minutes that comes `every` so many steps. */
function batches(every: number): (step: number) => number {
  const noise = noiseFrom(5);
  return (step) => {
    const at = (((step - batchAt) % every) + every) % every;
    return 0.2 + 0.02 * noise() + (at < batchSteps ? 0.7 : 0);
  };
}

/** Models of a series that have seen `days` of `valueAt` before the watch begins. */
function learned(id: string, days: number, valueAt: (step: number) => number): SeriesModels {
  const entity = { kind: 'instance', id } as const;
  const key = `instance/${id}:cpu.utilization`;
  const from = firstStep - days * stepsPerDay;
  const models = createSeriesModels({ key, entity, metric: 'cpu.utilization', unit: '1', startedAtMs: 0 }, from - 1);
  for (let step = from; step < firstStep; step++) {
    const value = valueAt(step);
    duel(models.season, models.history, value);
    pushStep(models.history, value);
  }
  return models;
}

/** Thirty-five minutes of workers that have behaved for days, with or without the batch that is due. */
function watched(days: number, hasBatch: boolean): Watched {
  const seen = new Watched(workers);
  for (const id of workers) {
    const models = learned(id, days, batches(stepsPerDay));
    seen.analysis.forecasts.byKey.set(models.key, { ...models, startedAtMs: Number.MAX_SAFE_INTEGER });
  }
  const today = hasBatch ? batches(stepsPerDay) : () => 0.21;
  for (let tick = 0; tick < 210; tick += 1) {
    const step = firstStep + Math.floor(tick / 6);
    const noise = noiseFrom(tick + 1);
    seen.tick(
      workers.map((id) => seen.gauge(id, 'cpu.utilization', '1', today(step) + 0.005 * noise())),
      10_000,
    );
  }
  return seen;
}

const servingAfter = (days: number, valueAt: (step: number) => number): Rhythm =>
  learned('worker-1', days, valueAt).season.serving;

describe('a series that keeps hours', () => {
  test('is judged by them once they have told better for a whole day what comes', () => {
    expect(servingAfter(2, batches(stepsPerDay))).toBe('recent');
    expect(servingAfter(5, batches(stepsPerDay))).toBe('hour-of-day');
  });

  test('is not told of what it does every day at this hour', () => {
    expect(watched(1, true).raised('level-high')).not.toEqual([]);
    expect(watched(5, true).changed.filter(({ metric }) => metric === 'cpu.utilization')).toEqual([]);
  });

  test('is missed when it does not come, with the numbers of this hour and of its peers', () => {
    const low = watched(5, false).raised('level-low');
    expect(low.map(({ entity }) => entity.id).toSorted()).toEqual(workers);
    const { numbers, explanation, model } = low[0]!;
    expect(model).toBe('seasonal-z');
    expect(numbers).toMatchObject({ unit: '1', usual: { of: 'hour-of-day' }, peers: { count: 2 } });
    expect(numbers!.usual!.low).toBeGreaterThan(numbers!.value);
    expect(explanation).toMatch(
      /^cpu.utilization 2\d(\.\d)? %, usual [\d.]+ % to [\d.]+ % at this hour; its 2 peers 2/,
    );
  });

  test('keeps them over a restart', () => {
    const models = learned('worker-1', 5, batches(stepsPerDay));
    const again = createSeriesModels(models, -1);
    expect(takeKept(again, keptText(models))).toBe(true);
    expect(again.season.standings).toEqual(models.season.standings);
    expect(again.season.serving).toBe('hour-of-day');
  });
});

test('a series that keeps the hours of a week is judged by the week', () => {
  const ofDay = batches(stepsPerDay);
  // Three hours later on each day of the week.
  const ofWeek = (step: number) => ofDay(step - 180 * (Math.floor(step / stepsPerDay) % 7));
  expect(servingAfter(9, ofWeek)).toBe('hour-of-week');
});

test('a series without hours is judged by the last minutes, however long it is watched', () => {
  const noise = noiseFrom(7);
  expect(servingAfter(10, () => 0.2 + 0.02 * noise())).toBe('recent');
  let level = 0.2;
  const wandering = () => {
    level += 0.01 * (noise() - 0.5);
    return level;
  };
  expect(servingAfter(10, wandering)).toBe('recent');
});
