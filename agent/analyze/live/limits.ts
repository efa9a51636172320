import type { EntityRef } from '../../../model/entity.ts';
import type { Slo } from '../../../model/slo.ts';
import type { Topology } from '../../monitor/topology.ts';

/** The value of a metric at which its entity is in trouble, in the metric's own unit; null where none is known. */
export function limitOf(topology: Topology, slos: readonly Slo[], entity: EntityRef, metric: string): number | null {
  const positive = (value: number | null | undefined) =>
    value !== null && value !== undefined && value > 0 ? value : null;
  if (metric === 'memory.usage' && entity.kind === 'instance') {
    return positive(topology.instances.get(entity.id)?.memoryLimitBytes);
  }
  if (metric === 'memory.usage' && entity.kind === 'node') return positive(topology.nodes.get(entity.id)?.memoryBytes);
  if (metric === 'disk.usage' && entity.kind === 'node') return positive(topology.nodes.get(entity.id)?.diskBytes);
  const slo = slos.find((s) => s.metric === metric && s.entity.kind === entity.kind && s.entity.id === entity.id);
  return slo?.direction === 'below' ? slo.bound : null;
}
