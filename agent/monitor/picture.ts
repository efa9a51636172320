import type { ClusterPicture, PicturedSeries } from '../../model/picture.ts';
import type { Slo } from '../../model/slo.ts';
import type { Monitor } from './monitor.ts';
import { lowerBound, type SeriesId, timeAt, valueAt } from './series-store.ts';

const stepMs = 10_000;
/** Twenty minutes: long enough to show what was usual before an incident. */
const steps = 120;
/** 6,000 series of 120 steps are 6 MB. */
const seriesMax = 6_000;

/** What a flow model of the cluster is calibrated from, the most telling first: those that do not fit are left out. */
const metricsInOrder: readonly string[] = [
  'queue.oldest_age',
  'queue.depth',
  'queue.enqueued',
  'queue.dequeued',
  'work.completed',
  'work.duration',
  'memory.usage',
  'cpu.utilization',
  'disk.usage',
];

/** Copies inventory and recent series out of the monitor, for a twin to work on elsewhere. Null before the first inventory. */
export function pictureOf(monitor: Monitor, slos: readonly Slo[], nowMs: number): ClusterPicture | null {
  if (monitor.inventory === null) return null;
  const { labels } = monitor.series;
  const told: SeriesId[] = [];
  for (const metric of metricsInOrder)
    for (let id = 0; id < labels.length; id++)
      if (labels[id]!.metric === metric && isAboutWork(labels[id]!.entity.kind)) told.push(id);
  const kept = told.slice(0, seriesMax);
  const series = kept.map((id) => thinned(monitor, id, nowMs));
  return { atMs: nowMs, stepMs, steps, inventory: monitor.inventory, slos, series, leftOut: told.length - kept.length };
}

function isAboutWork(kind: string): boolean {
  return kind === 'queue' || kind === 'instance' || kind === 'node';
}

function thinned({ series }: Monitor, id: SeriesId, nowMs: number): PicturedSeries {
  const { entity, metric, type } = series.labels[id]!;
  const values = new Float64Array(steps).fill(Number.NaN);
  const fromMs = nowMs - steps * stepMs;
  for (let i = lowerBound(series, id, fromMs + 1); i < series.length[id]!; i++) {
    const atMs = timeAt(series, id, i);
    if (atMs <= nowMs) values[Math.ceil((atMs - fromMs) / stepMs) - 1] = valueAt(series, id, i);
  }
  return { entity, metric, type, values };
}
