import type { ContainerStats } from 'dockerode';
import { expect, test } from 'vitest';
import { statsToSamples } from '../../../collectors/docker/stats.ts';

const MiB = 2 ** 20;

/** A frame that burnt `cpuMs` in the second before it. */
function frame({ cpuMs = 0, usage = 0, inactive = {}, read = '2026-01-05T08:00:01Z' }): ContainerStats {
  const cpu = (total_usage: number) => ({ cpu_usage: { total_usage } });
  return {
    read,
    preread: '2026-01-05T08:00:00Z',
    cpu_stats: cpu(5e9 + cpuMs * 1e6),
    precpu_stats: cpu(5e9),
    memory_stats: { usage, stats: inactive },
    networks: { eth0: { rx_errors: 1, tx_errors: 2, rx_dropped: 3, tx_dropped: 4 } },
  } as unknown as ContainerStats;
}

const sampleOf = (name: string, stats: ContainerStats, cores: number | null = null): number | undefined =>
  statsToSamples('w', stats, cores).find((sample) => sample.name === name)?.value;

test('gives processor time as a share of the limit, and of one core where there is none', () => {
  expect(sampleOf('cpu.utilization', frame({ cpuMs: 250 }), 0.5)).toBeCloseTo(0.5);
  expect(sampleOf('cpu.utilization', frame({ cpuMs: 250 }))).toBeCloseTo(0.25);
});

test('takes file pages that could be dropped out of memory, under the key of either cgroup version', () => {
  expect(sampleOf('memory.usage', frame({ usage: 80 * MiB, inactive: { total_inactive_file: 30 * MiB } }))).toBe(
    50 * MiB,
  );
  expect(sampleOf('memory.usage', frame({ usage: 80 * MiB, inactive: { inactive_file: 20 * MiB } }))).toBe(60 * MiB);
});

test('adds up errors and drops of both directions', () => {
  expect(sampleOf('network.errors', frame({}))).toBe(10);
});

test('gives nothing for a stopped container and no processor share without a frame before', () => {
  expect(statsToSamples('w', frame({ read: '0001-01-01T00:00:00Z' }), null)).toEqual([]);
  const first = { ...frame({ cpuMs: 250 }), preread: '0001-01-01T00:00:00Z' };
  expect(sampleOf('cpu.utilization', first)).toBeUndefined();
  expect(sampleOf('memory.usage', first)).toBe(0);
});
