import type { ClusterSpec, GroupSpec, NodeSpec, QueueSpec, WorkloadSpec } from '../cluster/spec.ts';

const mib = 1024 ** 2;
const gib = 1024 ** 3;

/** Numbers of a stream-processing cluster; ids follow the contracts' presets. */
export function streamNodes(count: number): NodeSpec[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `node-${index + 1}`,
    zone: `zone-${'abc'[index % 3]}`,
    rack: `rack-${'abc'[index % 3]}${1 + (Math.floor(index / 3) % 4)}`,
    cpuCores: 4,
    memoryBytes: 8 * gib,
    diskBytes: 100 * gib,
  }));
}

/** A worker handles an item in 7 ms, so six of them carry 857 messages/s: 70 % busy at the base load of 600. */
export const workerSpec = (id: string, replicas: number, queue: string): WorkloadSpec => ({
  id,
  role: 'worker',
  replicas,
  version: 'v1',
  cpuCores: 1,
  memoryLimitBytes: 512 * mib,
  memoryBaseBytes: 180 * mib,
  serviceMs: 7,
  serviceCv: 0.8,
  concurrency: 1,
  consumes: queue,
  produces: null,
  dependsOn: [],
  site: null,
});

export const brokerSpec = (id: string, replicas: number): WorkloadSpec => ({
  id,
  role: 'broker',
  replicas,
  version: 'v1',
  cpuCores: 1,
  memoryLimitBytes: 2 * gib,
  memoryBaseBytes: 600 * mib,
  serviceMs: 0.2,
  serviceCv: 0.5,
  concurrency: 4,
  consumes: null,
  produces: null,
  dependsOn: [],
  site: null,
});

/** One gateway passes 5,000 messages/s. */
export const gatewaySpec = (id: string, queue: string): WorkloadSpec => ({
  id,
  role: 'gateway',
  replicas: 1,
  version: 'v1',
  cpuCores: 1,
  memoryLimitBytes: 512 * mib,
  memoryBaseBytes: 120 * mib,
  serviceMs: 0.2,
  serviceCv: 0.5,
  concurrency: 1,
  consumes: null,
  produces: queue,
  dependsOn: [],
  site: null,
});

export const queueSpec = (id: string, messagesPerS: number): QueueSpec => ({
  id,
  partitions: 24,
  messagesPerS,
  messageBytes: 1024,
  replicaGroup: id,
  retryAfterMs: 20_000,
  retryRatio: 0,
});

export const groupSpec = (id: string, members: readonly string[]): GroupSpec => ({
  id,
  members,
  quorum: Math.floor(members.length / 2) + 1,
  minInSync: Math.floor(members.length / 2) + 1,
});

/** The oldest message waits less than 30 s, 99 % of a week. */
export const freshnessSlo = (queue: string) => ({
  id: `${queue}-freshness`,
  entity: { kind: 'queue', id: queue } as const,
  metric: 'queue.oldest_age',
  direction: 'below' as const,
  bound: 30_000,
  target: 0.99,
  windowMs: 7 * 86_400_000,
});

const zones = ['zone-a', 'zone-b', 'zone-c'].map((id) => ({ id, site: 'core-1' }));

/** Six nodes in three zones, three brokers, six workers, one gateway, one queue. */
export function streamSmall(): ClusterSpec {
  return {
    id: 'stream-small',
    sites: [{ id: 'core-1', kind: 'core' }],
    zones,
    nodes: streamNodes(6),
    workloads: [brokerSpec('broker', 3), workerSpec('worker', 6, 'orders'), gatewaySpec('gateway', 'orders')],
    replicaGroups: [groupSpec('orders', ['broker-1', 'broker-2', 'broker-3'])],
    queues: [queueSpec('orders', 600)],
    jobs: [],
    slos: [freshnessSlo('orders')],
  };
}

/** The same shape with 60 nodes and ten groups: `orders-1` .. `orders-10`, each with its brokers, workers and gateway. */
export function streamLarge(): ClusterSpec {
  const ids = Array.from({ length: 10 }, (_, index) => `orders-${index + 1}`);
  const brokers = Array.from({ length: 30 }, (_, index) => `broker-${index + 1}`);
  return {
    id: 'stream-large',
    sites: [{ id: 'core-1', kind: 'core' }],
    zones,
    nodes: streamNodes(60),
    workloads: [
      brokerSpec('broker', 30),
      ...ids.flatMap((id, index) => [
        workerSpec(`worker-${index + 1}`, 6, id),
        gatewaySpec(`gateway-${index + 1}`, id),
      ]),
    ],
    replicaGroups: ids.map((id, index) => groupSpec(id, brokers.slice(index * 3, index * 3 + 3))),
    queues: ids.map((id) => queueSpec(id, 600)),
    jobs: [],
    slos: ids.map(freshnessSlo),
  };
}
