import type { ClusterSpec } from '../cluster/spec.ts';
import { brokerSpec, freshnessSlo, gatewaySpec, groupSpec, queueSpec, streamNodes, workerSpec } from './stream.ts';

const minuteMs = 60_000;

/**
 * Executors that run batch jobs beside a stream of small tasks, each of which calls a database.
 * `rollup` runs every quarter of an hour; `nightly` is the long one, three stages of which the last has stragglers.
 */
export function batchSmall(): ClusterSpec {
  const executor = workerSpec('executor', 6, 'tasks');
  return {
    id: 'batch-small',
    sites: [{ id: 'core-1', kind: 'core' }],
    zones: ['zone-a', 'zone-b', 'zone-c'].map((id) => ({ id, site: 'core-1' })),
    nodes: streamNodes(6),
    workloads: [
      brokerSpec('broker', 3),
      { ...executor, cpuCores: 2, concurrency: 2, serviceMs: 18, dependsOn: ['db'] },
      { ...brokerSpec('coordinator', 1), role: 'coordinator', memoryBaseBytes: 300 * 1024 ** 2 },
      { ...brokerSpec('db', 1), role: 'storage', serviceMs: 2, concurrency: 4, cpuCores: 2 },
      gatewaySpec('gateway', 'tasks'),
    ],
    replicaGroups: [groupSpec('tasks', ['broker-1', 'broker-2', 'broker-3'])],
    queues: [queueSpec('tasks', 250)],
    jobs: [
      {
        id: 'rollup',
        workload: 'executor',
        startsAtMs: 5 * minuteMs,
        everyMs: 15 * minuteMs,
        stages: [{ tasks: 24, taskMs: 20_000 }],
      },
      {
        id: 'nightly',
        workload: 'executor',
        startsAtMs: 10 * minuteMs,
        everyMs: null,
        stages: [
          { tasks: 60, taskMs: 30_000 },
          { tasks: 24, taskMs: 45_000 },
          { tasks: 6, taskMs: 90_000 },
        ],
      },
    ],
    slos: [freshnessSlo('tasks')],
  };
}
