import { expect, test } from 'vitest';
import { analyze, createAnalysis } from '../../../../agent/analyze/analyze.ts';
import { createMonitor, observe } from '../../../../agent/monitor/monitor.ts';
import { noiseFrom } from '../../../../bench/random.ts';
import type { Observation } from '../../../../model/observation.ts';
import type { Signal } from '../../../../model/signal.ts';
import type { Slo } from '../../../../model/slo.ts';
import { startMs, worker } from './watched.ts';

const mib = 1_048_576;
const queue = { kind: 'queue', id: 'orders' } as const;
const slo: Slo = {
  id: 'fresh',
  entity: queue,
  metric: 'queue.oldest_age',
  direction: 'below',
  bound: 30_000,
  target: 0.99,
  windowMs: 86_400_000,
};

/** Half an hour as usual, then a queue that fills, ages past its bound, and a worker that leaks. */
function signalsOfABadDay(): Signal[] {
  const monitor = createMonitor({ clusterId: 'test' });
  const analysis = createAnalysis();
  const noise = noiseFrom(1);
  const instances = ['a', 'b', 'c', 'd'].map((id) => ({ ...worker(id), memoryLimitBytes: 512 * mib }));
  const part = { instances, queues: [{ id: 'orders', kind: 'stream', consumerPaused: false }] } as const;
  const signals: Signal[] = [];
  for (let second = 0; second < 2_100; second += 5) {
    const nowMs = startMs + second * 1_000;
    const bad = Math.max(0, second - 1_800);
    const base = { kind: 'metric', source: 'engine', observedAtMs: nowMs, type: 'gauge' } as const;
    const seen: Observation[] = [
      { kind: 'inventory', source: 'engine', observedAtMs: nowMs, part },
      {
        ...base,
        entity: queue,
        name: 'queue.depth',
        unit: '{message}',
        value: 10 + Math.floor(5 * noise()) + 40 * bad,
      },
      { ...base, entity: queue, name: 'queue.oldest_age', unit: 'ms', value: 100 + 50 * noise() + 500 * bad },
      ...instances.map(({ id }): Observation => {
        const value = Math.round((100 + 4 * noise() + (id === 'a' ? 0.5 * bad : 0)) * mib);
        return { ...base, entity: { kind: 'instance', id }, name: 'memory.usage', unit: 'By', value };
      }),
    ];
    observe(monitor, nowMs, seen);
    signals.push(...analyze(analysis, monitor, [slo], nowMs).changed);
  }
  return signals;
}

const signals = signalsOfABadDay();
const first = (kind: Signal['kind'], metric: string) =>
  signals.find((signal) => signal.kind === kind && signal.metric === metric)!;

test('a burning SLO tells its value, its bound and what was usual', () => {
  const { explanation, numbers } = first('slo-burn', 'queue.oldest_age');
  expect(explanation).toMatch(
    /^queue.oldest_age 3\d(\.\d)? s, usual 0 ms to \d+ ms; beyond its bound of 30 s for 10 s; \d+ %/,
  );
  expect(numbers).toMatchObject({ unit: 'ms', limit: 30_000, usual: { of: 'recent' }, peers: null });
  expect(numbers!.value).toBeGreaterThan(30_000);
});

test('a backlog tells how much waits, what was usual and how fast it grows', () => {
  const { explanation, numbers } = first('backlog-growing', 'queue.depth');
  expect(explanation).toMatch(/^\d+ messages wait, usual \d+(\.\d)? to \d+(\.\d)?; \+\d+\.\d a second over 45 s$/);
  expect(numbers!.value).toBeGreaterThan(10 * numbers!.usual!.high);
});

test('memory on its way to its limit tells the limit, what was usual and what its peers have', () => {
  const { entity, explanation, numbers } = first('trend-to-limit', 'memory.usage');
  expect(entity.id).toBe('a');
  expect(explanation).toMatch(
    /^\d+ MiB of 512 MiB, usual \d+(\.\d)? MiB to \d+ MiB; its 3 peers 10\d MiB; \+\d+(\.\d)? MiB a minute: limit in \d+(\.\d)? min \(/,
  );
  expect(numbers).toMatchObject({ unit: 'By', limit: 512 * mib, peers: { count: 3 } });
});

test('an age that is nothing beside its bound is no signal', () => {
  expect(signals.filter(({ sinceMs }) => sinceMs < startMs + 1_800_000)).toEqual([]);
});
