import { describe, expect, test } from 'vitest';
import { analyze, createAnalysis } from '../../../../agent/analyze/analyze.ts';
import { createMonitor, observe } from '../../../../agent/monitor/monitor.ts';
import type { Instance } from '../../../../model/inventory.ts';
import type { Observation } from '../../../../model/observation.ts';
import recorded from '../../../fixtures/worker-memory.json' with { type: 'json' };
import { startMs, worker as workerOf } from './watched.ts';

const mib = 1_048_576;

function worker(id: string, limitMiB: number, startedAtMs: number): Instance {
  return { ...workerOf(id), startedAtMs, memoryLimitBytes: limitMiB * mib };
}

interface Watched {
  readonly everyMs: number;
  readonly limitMiB: number;
  /** When the processes started, ms before the first sample. */
  readonly ageMs: number;
  readonly memoryMiB: Readonly<Record<string, readonly number[]>>;
}

/** Shows the agent's analysis these working sets; the first warning of each worker, ms after the first sample. */
function firstWarnings({ everyMs, limitMiB, ageMs, memoryMiB }: Watched): ReadonlyMap<string, number> {
  const monitor = createMonitor({ clusterId: 'test' });
  const analysis = createAnalysis();
  const warned = new Map<string, number>();
  const instances = Object.keys(memoryMiB).map((id) => worker(id, limitMiB, startMs - ageMs));
  const length = Math.max(...Object.values(memoryMiB).map((values) => values.length));
  for (let i = 0; i < length; i += 1) {
    const nowMs = startMs + i * everyMs;
    const seen: Observation[] = [{ kind: 'inventory', source: 'engine', observedAtMs: nowMs, part: { instances } }];
    for (const [id, values] of Object.entries(memoryMiB)) {
      const entity = { kind: 'instance', id } as const;
      const value = Math.round(values[i]! * mib);
      const sample = { name: 'memory.usage', type: 'gauge', unit: 'By', value } as const;
      seen.push({ kind: 'metric', source: 'engine', observedAtMs: nowMs, entity, ...sample });
    }
    observe(monitor, nowMs, seen);
    for (const signal of analyze(analysis, monitor, [], nowMs).changed) {
      if (signal.kind !== 'trend-to-limit' || warned.has(signal.entity.id)) continue;
      warned.set(signal.entity.id, nowMs - startMs);
    }
  }
  return warned;
}

const path = (seconds: number, level: (second: number) => number) =>
  Array.from({ length: Math.ceil(seconds / 4) }, (_, i) => level(4 * i));

describe('memory on its way to its limit', () => {
  const { sampleEveryMs: everyMs, limitMiB, leakFromMs, workers } = recorded;
  const warned = firstWarnings({ everyMs, limitMiB, ageMs: 0, memoryMiB: workers });

  test('of six real workers that warm up only the one that leaks is warned of', () => {
    expect([...warned.keys()]).toEqual(['worker-3']);
  });

  test('the real leak is told while most of its way lies ahead', () => {
    const leakedMs = warned.get('worker-3')! - leakFromMs;
    const leftMs = workers['worker-3'].length * everyMs - warned.get('worker-3')!;
    expect(leakedMs).toBeGreaterThan(0);
    expect(leftMs).toBeGreaterThan(leakedMs);
  });

  test.each([15, 40, 90, 200, 400])('a heap that settles with a time constant of %i s is no leak', (settlesInS) => {
    const heap = path(900, (s) => 40 + 50 * (1 - Math.exp(-s / settlesInS)) + ((s * 7) % 5) / 10);
    const idle = path(900, (s) => 40 + ((s * 3) % 5) / 10);
    const memoryMiB = { young: heap, old: idle };
    expect([...firstWarnings({ everyMs: 4_000, limitMiB: 192, ageMs: 0, memoryMiB }).keys()]).toEqual([]);
  });

  test.each([2, 6, 20, 60])('a leak of %i MiB a minute is told long before the limit', (perMinute) => {
    const fromS = 400;
    const untilS = fromS + (150 / perMinute) * 60;
    const leak = path(untilS, (s) => 100 + Math.max(0, s - fromS) * (perMinute / 60) + ((s * 7) % 5) / 10);
    const calm = path(untilS, (s) => 100 + ((s * 3) % 5) / 10);
    const seen = firstWarnings({ everyMs: 4_000, limitMiB: 250, ageMs: 3_600_000, memoryMiB: { leak, calm } });
    expect([...seen.keys()]).toEqual(['leak']);
    const leftS = untilS - seen.get('leak')! / 1_000;
    expect(leftS).toBeGreaterThan(Math.min(1_400, 0.55 * (untilS - fromS)));
  });
});
