import type { ContainerStats } from 'dockerode';
import type { MetricSample } from '../../model/observation.ts';

const nanosPerMs = 1e6;

/**
 * Turns one frame of `GET /containers/{id}/stats` into samples. A frame of a stopped container has no time and gives
 * none; the first frame of a stream has no frame before it and gives no processor share.
 * @param cpuLimitCores limit that the share is of; of one core where there is none
 */
export function statsToSamples(
  instanceId: string,
  stats: ContainerStats,
  cpuLimitCores: number | null,
): MetricSample[] {
  const observedAtMs = Date.parse(stats.read);
  if (observedAtMs <= 0 || stats.memory_stats?.usage === undefined) return [];
  const sample = (name: string, unit: string, type: MetricSample['type'], value: number): MetricSample => ({
    kind: 'metric',
    source: 'docker',
    observedAtMs,
    entity: { kind: 'instance', id: instanceId },
    name,
    unit,
    type,
    value,
  });
  const cores = coresUsed(stats);
  return [
    sample('memory.usage', 'By', 'gauge', workingSetBytes(stats)),
    ...(cores === null ? [] : [sample('cpu.utilization', '1', 'gauge', cores / (cpuLimitCores ?? 1))]),
    sample('network.errors', '{error}', 'counter', networkErrors(stats)),
  ];
}

/** Processor time over wall time between this frame and the one before it. */
function coresUsed({ read, preread, cpu_stats, precpu_stats }: ContainerStats): number | null {
  const wallMs = Date.parse(read) - Date.parse(preread);
  if (!(wallMs > 0) || Date.parse(preread) <= 0) return null;
  const usedMs = (cpu_stats.cpu_usage.total_usage - precpu_stats.cpu_usage.total_usage) / nanosPerMs;
  return Math.max(0, usedMs / wallMs);
}

/**
 * Memory that the kernel could not drop at once: usage without inactive file pages, which is how `docker stats` and the
 * kubelet count. The key differs between cgroup v1 and v2.
 */
function workingSetBytes({ memory_stats }: ContainerStats): number {
  const detail: Readonly<Record<string, number>> = { ...memory_stats.stats };
  const reclaimable = detail.total_inactive_file ?? detail.inactive_file ?? 0;
  return Math.max(0, memory_stats.usage - reclaimable);
}

function networkErrors({ networks }: ContainerStats): number {
  return Object.values(networks ?? {}).reduce(
    (sum, link) => sum + link.rx_errors + link.tx_errors + link.rx_dropped + link.tx_dropped,
    0,
  );
}
