/**
 * Goal P6: memory of the series store, all in (labels, state, ring), against the plain way: a Map of objects, each with
 * its labels and an array of sample objects. Both hold the same 16 samples of the same series. Bytes are what the heap
 * and its array buffers keep after a forced collection.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { appendSample, createSeriesStore } from '../agent/monitor/series-store.ts';
import type { MetricSample } from '../model/observation.ts';
import { type BenchRow, runPairs } from './pair.ts';

const seriesCount = 65_536;
const samplesPerSeries = 16;
const metricsPerEntity = 8;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function bytesPerSeries(build: () => unknown): number {
  collectGarbage();
  const before = process.memoryUsage();
  const kept = build();
  collectGarbage();
  const after = process.memoryUsage();
  const bytes = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  // Touching it keeps it alive until it has been measured.
  return kept === null ? Number.NaN : bytes / seriesCount;
}

function sampleOf(series: number, turn: number): MetricSample {
  const entity = { kind: 'instance', id: `worker-${Math.floor(series / metricsPerEntity)}` } as const;
  const name = `metric.number_${series % metricsPerEntity}`;
  return {
    kind: 'metric',
    source: 'bench',
    observedAtMs: 1e12 + turn * 5_000,
    entity,
    name,
    unit: 'By',
    type: 'gauge',
    value: series + turn,
  };
}

function buildStore(): unknown {
  const store = createSeriesStore({ maxSeries: seriesCount, samplesPerSeries });
  for (let turn = 0; turn < samplesPerSeries; turn += 1) {
    for (let series = 0; series < seriesCount; series += 1) appendSample(store, sampleOf(series, turn));
  }
  return store;
}

interface PlainSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: { readonly atMs: number; readonly value: number }[];
}

function buildPlain(): unknown {
  const all = new Map<string, PlainSeries>();
  for (let turn = 0; turn < samplesPerSeries; turn += 1) {
    for (let series = 0; series < seriesCount; series += 1) {
      const { entity, name, unit, type, observedAtMs: atMs, value } = sampleOf(series, turn);
      const key = `${entity.kind}/${entity.id} ${name}`;
      let one = all.get(key);
      if (one === undefined) {
        one = { labels: { kind: entity.kind, id: entity.id, name, unit, type }, samples: [] };
        all.set(key, one);
      }
      one.samples.push({ atMs, value });
    }
  }
  return all;
}

/** Lower is better: bytes per series. */
export function benchStore(): readonly BenchRow[] {
  return [
    runPairs({
      name: 'P6 series store memory',
      unit: 'bytes/series',
      candidate: () => bytesPerSeries(buildStore),
      reference: () => bytesPerSeries(buildPlain),
    }),
  ];
}
