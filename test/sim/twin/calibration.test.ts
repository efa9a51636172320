import { expect, test } from 'vitest';
import type { EntityRef } from '../../../model/entity.ts';
import type { Instance } from '../../../model/inventory.ts';
import type { ClusterPicture } from '../../../model/picture.ts';
import { RandomStream } from '../../../sim/kernel/random.ts';
import { capacityOf } from '../../../sim/twin/capacity.ts';
import { stoppagesOf } from '../../../sim/twin/failover.ts';
import { History } from '../../../sim/twin/history.ts';
import { lastsOnMs } from '../../../sim/twin/lasting.ts';
import { growthOf } from '../../../sim/twin/memory.ts';

const worker: EntityRef = { kind: 'instance', id: 'worker-1' };

function historyOf(entity: EntityRef, metrics: Readonly<Record<string, (step: number) => number>>): History {
  const series = Object.entries(metrics).map(([metric, at]) => ({
    entity,
    metric,
    values: Float64Array.from({ length: 120 }, (_, step) => at(step)),
  }));
  return new History({ stepMs: 10_000, steps: 120, series } as unknown as ClusterPicture);
}

const instance = { id: 'worker-1', cpuLimitCores: 1 } as Instance;

test('an instance that has just become slow is known by its newest service time, not by what it did before', () => {
  const history = historyOf(worker, {
    'work.completed': (step) => 1_000 * step,
    'work.duration': (step) => (step < 119 ? 7 : 42),
    'cpu.utilization': () => 0.7,
  });
  const { perStep, sinceMs } = capacityOf(instance, history);
  expect(perStep).toBeCloseTo(10_000 / 42, 3);
  expect(sinceMs).toBe(10_000);
});

test('an instance of several cores can do more than one item at a time', () => {
  const history = historyOf(worker, {
    'work.completed': (step) => 450 * step,
    'work.duration': () => 20,
    'cpu.utilization': () => 0.45,
  });
  expect(capacityOf({ ...instance, cpuLimitCores: 2 }, history).perStep).toBeCloseTo(1_000, 3);
});

test('growth that has just begun is not diluted by the quiet before it', () => {
  const points = Array.from({ length: 120 }, (_, i): [number, number] => [i, 1e9 + 5e6 * Math.max(0, i - 110)]);
  expect(growthOf(points, 2e9, 120).growthPerStep).toBeCloseTo(5e6, -4);
});

test('changes of leader are timed by what did not come in, and a lost sample is none', () => {
  const queue: EntityRef = { kind: 'queue', id: 'orders' };
  const missing = new Map([
    [40, 600],
    [80, 350],
    [100, 200],
  ]);
  let total = 0;
  const enqueued = Array.from({ length: 120 }, (_, step) => {
    total += 1_000 - (missing.get(step) ?? 0) + (missing.get(step - 1) ?? 0);
    return total;
  });
  const found = stoppagesOf('orders', historyOf(queue, { 'queue.enqueued': (step) => enqueued[step]! }));
  expect(found.map(Math.round)).toEqual([6_000, 3_500]);
});

test('what has lasted long lasts on longer', () => {
  const median = (soFarMs: number) => {
    const random = new RandomStream(`lasts ${soFarMs}`);
    return Array.from({ length: 401 }, () => lastsOnMs(soFarMs, random)).sort((a, b) => a - b)[200]!;
  };
  expect(median(0)).toBeGreaterThan(60_000);
  expect(median(1_800_000)).toBeGreaterThan(2 * median(60_000));
});
