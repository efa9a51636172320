import { beforeEach, describe, expect, test } from 'vitest';
import { analyze, createAnalysis } from '../../../agent/analyze/analyze.ts';
import { createMonitor, type Monitor, observe } from '../../../agent/monitor/monitor.ts';
import { conditionFacts, evaluateCondition } from '../../../agent/plan/conditions.ts';
import { instance } from '../guard/fixture.ts';

const worker = { kind: 'instance', id: 'worker-1' } as const;
const startMs = 1_000_000;
let monitor: Monitor;

const ask = (condition: string, nowMs = startMs + 60_000) => {
  const analysis = createAnalysis();
  analyze(analysis, monitor, [], nowMs);
  const hold = {
    entity: { kind: 'workload', id: 'worker' },
    untilMs: startMs + 100_000,
    why: 'db move',
    personId: 'unix:maria',
  } as const;
  return evaluateCondition(condition, worker, conditionFacts({ monitor, analysis, holds: [hold], nowMs })).value;
};

beforeEach(() => {
  monitor = createMonitor({ clusterId: 'c' });
  const listed = instance('worker-1', 'worker', 'node-1', { cpuLimitCores: 1, memoryLimitBytes: 1_000 });
  const workload = {
    id: 'worker',
    role: 'worker',
    desired: 2,
    version: 'v1',
    previousVersion: null,
    labels: {},
  } as const;
  observe(monitor, startMs, [
    { kind: 'inventory', source: 't', observedAtMs: startMs, part: { instances: [listed], workloads: [workload] } },
    ...Array.from({ length: 12 }, (_, i) => ({
      kind: 'metric' as const,
      source: 't',
      observedAtMs: startMs + i * 5_000,
      entity: worker,
      name: 'memory.usage',
      unit: 'By',
      type: 'gauge' as const,
      value: 400 + i * 20,
    })),
  ]);
});

describe('a condition', () => {
  test('compares the newest sample with its limit', () => {
    expect(ask('series.last(target, "memory") > 0.5 * series.limit(target, "memory")')).toBe(true);
    expect(ask('series.last(target, "memory") > 0.9 * series.limit(target, "memory")')).toBe(false);
  });

  test('has no answer when the sample is too old, rather than a guess', () => {
    expect(ask('series.last(target, "memory") > 1.0', startMs + 600_000)).toBeNull();
  });

  test('has no answer about a metric that was never seen, unless the rest decides', () => {
    expect(ask('series.last(target, "cpu") > 0.5')).toBeNull();
    expect(ask('series.last(target, "cpu") > 0.5 || instance.ready(target)')).toBe(true);
    expect(ask('series.last(target, "cpu") > 0.5 && instance.ready(target)')).toBeNull();
    expect(ask('series.last(target, "cpu") > 0.5 && !instance.ready(target)')).toBe(false);
  });

  test('sees a steady rise', () => {
    expect(ask('trend.monotonic(target, "memory", duration("1m"))')).toBe(true);
    expect(ask('trend.falling(target, "memory", duration("1m"))')).toBe(false);
  });

  test('counts ready members against those that should run', () => {
    expect(ask('workload.healthyShare(target.workload) == 0.5')).toBe(true);
  });

  test('knows that a hold of the workload covers its instances, until it ends', () => {
    expect(ask('entity.held(target)')).toBe(true);
    expect(ask('entity.held(target)', startMs + 100_001)).toBe(false);
  });
});
