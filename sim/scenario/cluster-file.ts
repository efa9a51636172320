import { z } from 'zod';
import { parseDurationMs } from '../../agent/config/units.ts';
import { workloadRoles } from '../../model/inventory.ts';
import type { ClusterSpec } from '../cluster/spec.ts';
import { parseBytes } from './units.ts';

/** A cluster spelled out in a scenario file; what is left out is as in the preset `stream-small`. */

const id = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'is no name; lower-case words joined by dashes');
const bytes = z.string().refine((text) => parseBytes(text) !== null, 'is not a size; such as 512MiB or 8GiB');
const duration = z.string().refine((text) => parseDurationMs(text) !== null, 'is not a duration; such as 7ms or 30s');

const node = z.strictObject({
  id,
  zone: id,
  rack: id.optional(),
  cpuCores: z.number().positive().default(4),
  memory: bytes.default('8GiB'),
  disk: bytes.default('100GiB'),
});

const workload = z.strictObject({
  id,
  role: z.enum(workloadRoles),
  replicas: z.number().int().min(0).max(1000).default(1),
  version: z.string().default('v1'),
  cpuCores: z.number().positive().default(1),
  memoryLimit: bytes.default('512MiB'),
  memoryBase: bytes.default('180MiB'),
  serviceMs: z.number().positive().default(7),
  serviceCv: z.number().min(0).default(0.8),
  concurrency: z.number().int().positive().default(1),
  consumes: id.optional(),
  produces: id.optional(),
  dependsOn: z.array(id).default([]),
  site: id.optional(),
});

const queue = z.strictObject({
  id,
  partitions: z.number().int().min(1).max(1024).default(24),
  messagesPerS: z.number().min(0),
  messageBytes: z.number().int().positive().default(1024),
  replicaGroup: id.optional(),
  retryAfter: duration.default('20s'),
  retryRatio: z.number().min(0).max(10).default(0),
});

const replicaGroup = z.strictObject({
  id,
  members: z.array(id).min(1),
  quorum: z.number().int().positive().optional(),
  minInSync: z.number().int().positive().optional(),
});

const job = z.strictObject({
  id,
  workload: id,
  starts: duration,
  every: duration.optional(),
  stages: z.array(z.strictObject({ tasks: z.number().int().positive(), task: duration })).min(1),
});

const slo = z.strictObject({
  id,
  queue: id,
  metric: z.enum(['queue.oldest_age', 'queue.depth']).default('queue.oldest_age'),
  below: z.number().positive(),
  target: z.number().gt(0).lt(1).default(0.99),
  window: duration.default('7d'),
});

export const clusterFile = z.strictObject({
  id: id.default('cluster'),
  sites: z.array(z.strictObject({ id, kind: z.enum(['core', 'edge']) })).min(1),
  zones: z.array(z.strictObject({ id, site: id })).min(1),
  nodes: z.array(node).min(1).max(20_000),
  workloads: z.array(workload).min(1),
  replicaGroups: z.array(replicaGroup).default([]),
  queues: z.array(queue).default([]),
  jobs: z.array(job).default([]),
  slos: z.array(slo).default([]),
});
export type ClusterFile = z.infer<typeof clusterFile>;

/** Base units and defaults; references are checked by `scenario/check.ts`. */
export function compileCluster(file: ClusterFile): ClusterSpec {
  return {
    id: file.id,
    sites: file.sites,
    zones: file.zones,
    nodes: file.nodes.map((entry) => ({
      id: entry.id,
      zone: entry.zone,
      rack: entry.rack ?? `${entry.zone}-rack`,
      cpuCores: entry.cpuCores,
      memoryBytes: parseBytes(entry.memory)!,
      diskBytes: parseBytes(entry.disk)!,
    })),
    workloads: file.workloads.map(({ memoryLimit, memoryBase, consumes, produces, site, ...entry }) => ({
      ...entry,
      memoryLimitBytes: parseBytes(memoryLimit)!,
      memoryBaseBytes: parseBytes(memoryBase)!,
      consumes: consumes ?? null,
      produces: produces ?? null,
      site: site ?? null,
    })),
    replicaGroups: file.replicaGroups.map((entry) => {
      const majority = Math.floor(entry.members.length / 2) + 1;
      return { ...entry, quorum: entry.quorum ?? majority, minInSync: entry.minInSync ?? majority };
    }),
    queues: file.queues.map(({ retryAfter, replicaGroup: group, ...entry }) => ({
      ...entry,
      replicaGroup: group ?? null,
      retryAfterMs: parseDurationMs(retryAfter),
    })),
    jobs: file.jobs.map((entry) => ({
      id: entry.id,
      workload: entry.workload,
      startsAtMs: parseDurationMs(entry.starts)!,
      everyMs: entry.every === undefined ? null : parseDurationMs(entry.every),
      stages: entry.stages.map((stage) => ({ tasks: stage.tasks, taskMs: parseDurationMs(stage.task)! })),
    })),
    slos: file.slos.map((entry) => ({
      id: entry.id,
      entity: { kind: 'queue', id: entry.queue },
      metric: entry.metric,
      direction: 'below',
      bound: entry.below,
      target: entry.target,
      windowMs: parseDurationMs(entry.window)!,
    })),
  };
}
