import type { EntityRef } from '../../../model/entity.ts';
import { entityKey } from '../../../model/entity.ts';
import type { SeriesId } from '../../monitor/series-store.ts';
import { findSeries } from '../../monitor/series-store.ts';
import type { Scene } from '../signals/finding.ts';

/** Most series that are forecast; those named first matter most. */
const servedMax = 200;

/** The name of a series in the registry: `queue/orders:queue.depth`. */
function seriesKey(entity: EntityRef, metric: string): string {
  return `${entityKey(entity)}:${metric}`;
}

/** Series that are worth a forecast, in order of weight: indicators, queues, disks and memory, then processors. */
export function servedSeries(scene: Scene): Map<string, SeriesId> {
  const served = new Map<string, SeriesId>();
  const add = (entity: EntityRef, metric: string): void => {
    const id = findSeries(scene.monitor.series, entity, metric);
    if (id !== null && served.size < servedMax) served.set(seriesKey(entity, metric), id);
  };
  for (const { entity, metric } of scene.slos) add(entity, metric);
  const { queues, nodes, instances } = scene.inventory;
  for (const metric of ['queue.enqueued', 'queue.depth', 'queue.oldest_age']) {
    for (const { id } of queues) add({ kind: 'queue', id }, metric);
  }
  for (const metric of ['disk.usage', 'memory.usage']) for (const { id } of nodes) add({ kind: 'node', id }, metric);
  for (const metric of ['memory.usage', 'cpu.utilization']) {
    for (const { id, state } of instances) if (state === 'running') add({ kind: 'instance', id }, metric);
  }
  for (const { id } of nodes) add({ kind: 'node', id }, 'cpu.utilization');
  return served;
}
