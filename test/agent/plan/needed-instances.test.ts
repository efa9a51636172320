import { describe, expect, test } from 'vitest';
import { analyze, createAnalysis } from '../../../agent/analyze/analyze.ts';
import { createMonitor, observe } from '../../../agent/monitor/monitor.ts';
import { conditionFacts } from '../../../agent/plan/conditions.ts';
import { neededInstances } from '../../../agent/plan/needed-instances.ts';
import type { Observation } from '../../../model/observation.ts';
import { instance } from '../guard/fixture.ts';

const startMs = 1_000_000;
const queue = { kind: 'queue', id: 'orders' } as const;

interface TwoMinutes {
  readonly arrive: number;
  readonly done: number;
  readonly depth: number | null;
  readonly stopped?: readonly string[];
  /** By how much arrivals grow per second, from one second to the next, over the two minutes. */
  readonly growth?: number;
}

/** A queue read by four workers for two minutes, at these rates per second and with so many messages waiting at its end. */
function needed({ arrive, done, depth, stopped = [], growth = 0 }: TwoMinutes): number {
  const monitor = createMonitor({ clusterId: 'c' });
  const ids = ['worker-1', 'worker-2', 'worker-3', 'worker-4'];
  const worker = {
    id: 'worker',
    role: 'worker',
    desired: 4,
    version: 'v1',
    previousVersion: null,
    labels: {},
  } as const;
  const part = {
    instances: ids.map((id) =>
      instance(id, 'worker', 'node-1', stopped.includes(id) ? { state: 'stopped', ready: false } : {}),
    ),
    workloads: [worker],
    queues: [{ id: 'orders', kind: 'stream' as const, consumerPaused: false }],
    edges: [{ kind: 'consumes-from', from: { kind: 'workload', id: 'worker' }, to: queue } as const],
  };
  observe(monitor, startMs, [{ kind: 'inventory', source: 't', observedAtMs: startMs, part }]);
  for (let s = 0; s <= 120; s += 5) {
    const sample = (name: string, type: 'counter' | 'gauge', value: number): Observation => ({
      kind: 'metric',
      source: 't',
      observedAtMs: startMs + s * 1_000,
      entity: queue,
      name,
      unit: '{message}',
      type,
      value,
    });
    observe(monitor, startMs + s * 1_000, [
      sample('queue.enqueued', 'counter', s * arrive + (growth * s * s) / 2),
      sample('queue.dequeued', 'counter', s * done),
      ...(depth === null ? [] : [sample('queue.depth', 'gauge', depth)]),
    ]);
  }
  const nowMs = startMs + 120_000;
  const analysis = createAnalysis();
  analyze(analysis, monitor, [], nowMs);
  return neededInstances(conditionFacts({ monitor, analysis, holds: [], nowMs }), 'worker');
}

describe('how many readers are needed', () => {
  test('the present ones while hardly anything waits, however busy they are', () => {
    expect(needed({ arrive: 400, done: 400, depth: 400 })).toBe(4);
  });

  test('as many as what arrives takes at their present pace, with time to spare, in pairs', () => {
    // 100 a second each; 600 / 100 / 0.85 = 7.1 and 3,000 / 300 s = 10 a second more.
    expect(needed({ arrive: 600, done: 400, depth: 3_000 })).toBe(8);
  });

  test('more where much waits', () => {
    // 360,000 waiting are 1,200 a second for five minutes.
    expect(needed({ arrive: 400, done: 400, depth: 360_000 })).toBe(20);
  });

  test('what arrivals grow to meanwhile', () => {
    // From 400 a second by 0.5 each second: 455 in the last 20 s, 30 more than the minute before, so 150 more in five minutes.
    expect(needed({ arrive: 400, done: 400, depth: 3_000 })).toBe(6);
    expect(needed({ arrive: 400, done: 400, depth: 3_000, growth: 0.5 })).toBe(8);
  });

  test('never fewer than there should be', () => {
    expect(needed({ arrive: 10, done: 400, depth: 3_000 })).toBe(4);
  });

  test('others in the place of those that are down', () => {
    // Two do 200 a second each; 500 / 200 / 0.85 = 2.9 and 3,000 / 300 s = 10 a second more: two more than the two.
    expect(needed({ arrive: 500, done: 400, depth: 3_000, stopped: ['worker-3', 'worker-4'] })).toBe(6);
  });

  test('unknown where the depth is not known, or nothing is finished', () => {
    expect(() => needed({ arrive: 600, done: 400, depth: null })).toThrow('queue.depth of orders is not known');
    expect(() => needed({ arrive: 600, done: 0, depth: 3_000 })).toThrow('nothing is finished in orders');
  });
});
