import { z } from 'zod';
import { parseDurationMs } from '../../agent/config/units.ts';
import { workloadRoles } from '../../model/inventory.ts';
import type { ClusterSpec } from '../cluster/spec.ts';
import { parseBytes } from './units.ts';
import { duration, id, lasting, size } from './values.ts';

/** A cluster spelled out in a scenario file; what is left out is as a worker of the preset `stream-small` has it. */

const sites = z
  .array(z.strictObject({ id, kind: z.enum(['core', 'edge']).describe('an edge site has one link to the core') }))
  .min(1)
  .describe('places');

const zones = z
  .array(z.strictObject({ id, site: id.describe('id of a site') }))
  .min(1)
  .describe('parts of a site that fail together');

const node = z.strictObject({
  id,
  zone: id.describe('id of a zone'),
  rack: id.optional().describe('otherwise `<zone>-rack`'),
  cpuCores: z.number().positive().default(4).describe('cores'),
  memory: size.default('8GiB').describe('size'),
  disk: size.default('100GiB').describe('size; 35 % of it is full at the start'),
});

const workload = z.strictObject({
  id: id.describe('its instances are called `<id>-1`, `<id>-2` and so on'),
  role: z.enum(workloadRoles).describe('workers and gateways keep no replicas, brokers and gateways run no jobs'),
  replicas: z.number().int().min(0).max(1000).default(1).describe('instances at the start; the nodes must have room'),
  version: z.string().default('v1').describe('name of the version that runs at the start'),
  cpuCores: z.number().positive().default(1).describe('cores that each instance gets'),
  memoryLimit: size.default('512MiB').describe('size at which an instance is killed'),
  memoryBase: size.default('180MiB').describe('size of a fresh, idle process; below memoryLimit'),
  serviceMs: z
    .number()
    .positive()
    .default(7)
    .describe(
      'mean ms that one item takes on a healthy core; an instance handles 1000 / serviceMs x min(concurrency, cpuCores) items per second. Brokers and gateways of the presets take 0.2',
    ),
  serviceCv: z.number().min(0).default(0.8).describe('coefficient of variation of that time; 0 is always the same'),
  concurrency: z.number().int().positive().default(1).describe('items that one instance works on at a time'),
  consumes: id.optional().describe('id of the queue that it reads'),
  produces: id
    .optional()
    .describe('id of the queue whose messages come in through it; without such a workload they come in unhindered'),
  dependsOn: z
    .array(id)
    .default([])
    .describe('ids of workloads that every item calls: their serviceMs is added, longer the busier they are'),
  site: id.optional().describe('id of the site that its instances stay in; otherwise any'),
});

const queue = z.strictObject({
  id,
  partitions: z.number().int().min(1).max(1024).default(24).describe('each is read by one instance at a time'),
  messagesPerS: z.number().min(0).describe('messages that arrive per second before `load`; nothing else fills a queue'),
  messageBytes: z.number().int().positive().default(1024).describe('bytes of a message'),
  replicaGroup: id.optional().describe('id of the replica group that stores it; otherwise it is always writable'),
  retryAfter: duration.default('20s').describe('clients that have waited this long send again'),
  retryRatio: z.number().min(0).max(10).default(0).describe('messages sent again per message that waits too long'),
});

const replicaGroup = z.strictObject({
  id,
  members: z.array(id).min(1).describe('ids of instances; the first one leads at the start'),
  quorum: z.number().int().positive().optional().describe('members that elect a leader; otherwise the majority'),
  minInSync: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('members that must keep up for writes to be taken; otherwise the majority'),
});

const job = z.strictObject({
  id,
  workload: id.describe('id of the workload that runs it'),
  starts: duration.describe('after the start of the scenario'),
  every: lasting.optional().describe('starts again this long after its last start; otherwise it runs once'),
  stages: z
    .array(
      z.strictObject({
        tasks: z.number().int().positive().describe('tasks, one per instance at a time'),
        task: lasting.describe('about how long a task takes'),
      }),
    )
    .min(1)
    .describe('one after another; a stage ends with its last task'),
});

const slo = z.strictObject({
  id,
  queue: id.describe('id of a queue'),
  metric: z
    .enum(['queue.oldest_age', 'queue.depth'])
    .default('queue.oldest_age')
    .describe('age of the oldest message in ms, or messages that wait'),
  below: z.number().positive().describe('bound of the metric: ms, or messages'),
  target: z
    .number({ error: 'is not a share; write it as a number, such as 0.99' })
    .gt(0)
    .lt(1)
    .default(0.99)
    .describe('share of the time, such as 0.99'),
  window: lasting.default('7d').describe('time over which the share counts'),
});

export const clusterFile = z.strictObject({
  id: id.default('cluster'),
  sites,
  zones,
  nodes: z.array(node).min(1).max(20_000).describe('machines'),
  workloads: z.array(workload).min(1).describe('programs, each in as many instances as it has replicas'),
  replicaGroups: z.array(replicaGroup).default([]).describe('brokers that store queues together'),
  queues: z.array(queue).default([]).describe('streams of messages'),
  jobs: z.array(job).default([]).describe('batch work'),
  slos: z.array(slo).default([]).describe('what is lost while a bound is broken'),
});
export type ClusterFile = z.infer<typeof clusterFile>;

/** Base units and defaults; references are checked by `scenario/cluster-mistakes.ts`. */
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
