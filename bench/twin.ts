/**
 * The twin's goal: 200 nodes, 30 simulated minutes, two branches, 10 paired samples in under 2 s of one core. One
 * rehearsal is everything from the picture on: calibration, back-test and all samples. The reference of the ratio is the
 * goal itself, 2,000 ms of processor time.
 */
import type { EntityRef } from '../model/entity.ts';
import type { Instance, Inventory } from '../model/inventory.ts';
import type { ClusterPicture, PicturedSeries } from '../model/picture.ts';
import type { Plan } from '../model/plan.ts';
import { RandomStream } from '../sim/kernel/random.ts';
import { rehearsePlans } from '../sim/twin/rehearse.ts';
import { type BenchRow, runPairs } from './pair.ts';

const goalMs = 2_000;
const [nodes, queues, readersPerQueue] = [200, 20, 40];
const [steps, stepMs] = [120, 10_000];

export function benchTwin(): BenchRow[] {
  const picture = picturedCluster(new RandomStream('bench/twin'));
  let turn = 0;
  const rehearseMs = () => {
    const began = process.cpuUsage();
    const [rehearsal] = rehearsePlans([scaleUp(turn++)], picture, { samples: 10, horizonMs: 30 * 60_000 });
    if (rehearsal?.status !== 'rehearsed') throw new Error(JSON.stringify(rehearsal));
    const { user, system } = process.cpuUsage(began);
    return (user + system) / 1_000;
  };
  return [runPairs({ name: 'TWIN 200 nodes', unit: 'ms', candidate: rehearseMs, reference: () => goalMs })];
}

function scaleUp(turn: number): Plan {
  const action = {
    name: 'workload.scale',
    target: { kind: 'workload', id: 'worker-1' },
    params: { to: readersPerQueue + 4 },
  } as const;
  return {
    planHash: `bench-${turn}`,
    cause: { kind: 'load-surge' },
    steps: [{ id: 'scale', action }],
  } as unknown as Plan;
}

function picturedCluster(random: RandomStream): ClusterPicture {
  const series: PicturedSeries[] = [];
  const add = (entity: EntityRef, metric: string, type: 'gauge' | 'counter', at: (step: number) => number) =>
    series.push({ entity, metric, type, values: Float64Array.from({ length: steps }, (_, step) => at(step)) });
  for (let q = 1; q <= queues; q++) {
    const queue: EntityRef = { kind: 'queue', id: `queue-${q}` };
    // Forty readers of 120 messages a second carry 4,800; the load is 3,000.
    add(queue, 'queue.enqueued', 'counter', (step) => 30_000 * step + random.below(300));
    add(queue, 'queue.dequeued', 'counter', (step) => 30_000 * step + random.below(300));
    add(queue, 'queue.depth', 'gauge', () => random.below(20));
    add(queue, 'queue.oldest_age', 'gauge', () => 20 + random.below(10));
  }
  const inventory = inventoryOf();
  for (const { id } of inventory.instances) {
    const entity: EntityRef = { kind: 'instance', id };
    add(entity, 'work.completed', 'counter', (step) => 750 * step);
    add(entity, 'work.duration', 'gauge', () => 8.3);
    add(entity, 'cpu.utilization', 'gauge', () => 0.62 + 0.02 * random.next());
    add(entity, 'memory.usage', 'gauge', () => 2e8 + random.below(1e6));
  }
  const slos = Array.from({ length: queues }, (_, q) => ({
    id: `fresh-${q + 1}`,
    entity: { kind: 'queue', id: `queue-${q + 1}` } as const,
    metric: 'queue.oldest_age',
    direction: 'below' as const,
    bound: 30_000,
    target: 0.99,
    windowMs: 86_400_000,
  }));
  return { atMs: 1e12, stepMs, steps, inventory, slos, series, leftOut: 0 };
}

function inventoryOf(): Inventory {
  const ids = Array.from({ length: queues }, (_, q) => q + 1);
  const instances = ids.flatMap((q) => Array.from({ length: readersPerQueue }, (_, n) => instanceOf(q, n)));
  return {
    clusterId: 'bench',
    version: 1,
    observedAtMs: {},
    sites: [],
    zones: [],
    nodes: Array.from({ length: nodes }, (_, n) => ({
      id: `node-${n}`,
      zoneId: 'zone-a',
      state: 'ready',
      cordoned: false,
      cpuCores: 8,
      memoryBytes: 32e9,
      diskBytes: null,
      labels: {},
    })),
    workloads: ids.map((q) => ({
      id: `worker-${q}`,
      role: 'worker',
      desired: readersPerQueue,
      version: null,
      previousVersion: null,
      labels: {},
    })),
    instances,
    replicaGroups: [],
    queues: ids.map((q) => ({
      id: `queue-${q}`,
      kind: 'stream',
      consumerPaused: false,
      partitions: 2 * readersPerQueue,
    })),
    jobs: [],
    edges: ids.map((q) => ({
      kind: 'consumes-from',
      from: { kind: 'workload', id: `worker-${q}` },
      to: { kind: 'queue', id: `queue-${q}` },
    })),
  };
}

function instanceOf(queue: number, n: number): Instance {
  return {
    id: `worker-${queue}-${n}`,
    workloadId: `worker-${queue}`,
    nodeId: `node-${((queue - 1) * readersPerQueue + n) % nodes}`,
    state: 'running',
    ready: true,
    generation: 1,
    startedAtMs: 0,
    exitCode: null,
    killedForMemory: false,
    restarts: 0,
    networkAttached: true,
    cpuLimitCores: 1,
    memoryLimitBytes: 512e6,
    version: null,
    labels: {},
  };
}
