import { advanceCluster, createCluster, tickMs } from '../sim/cluster/cluster.ts';
import { healthCheckEveryMs } from '../sim/cluster/instances.ts';
import type { ClusterSpec } from '../sim/cluster/spec.ts';
import type { ClusterState } from '../sim/cluster/state.ts';
import { Kernel } from '../sim/kernel/kernel.ts';
import { RandomStream, Streams } from '../sim/kernel/random.ts';
import {
  brokerSpec,
  freshnessSlo,
  gatewaySpec,
  groupSpec,
  queueSpec,
  streamNodes,
  workerSpec,
} from '../sim/presets/stream.ts';
import { createTruth, hashState } from '../sim/truth.ts';
import { type BenchRow, runPairs } from './pair.ts';
import { BinaryHeap } from './sim-binary-heap.ts';

/*
 * P10: the cluster model against an empty heap loop with as many events pending. An event of the model is one node,
 * instance, replica member or queue that a tick takes on by one second, however little that costs it, or one health
 * check of an instance, also where several share a timer; of the loop, one pop and push. How long a day of 10,000 nodes
 * takes does not depend on what is counted.
 */

/** The shape of `stream-large` at any size: to six nodes one replica group of three, six workers, a gateway, a queue. */
function streamOf(nodes: number): ClusterSpec {
  const ids = Array.from({ length: Math.max(1, Math.round(nodes / 6)) }, (_, index) => `orders-${index + 1}`);
  const brokers = Array.from({ length: 3 * ids.length }, (_, index) => `broker-${index + 1}`);
  return {
    id: `stream-${nodes}`,
    sites: [{ id: 'core-1', kind: 'core' }],
    zones: ['zone-a', 'zone-b', 'zone-c'].map((id) => ({ id, site: 'core-1' })),
    nodes: streamNodes(nodes),
    workloads: [
      brokerSpec('broker', brokers.length),
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

interface Ran {
  readonly events: number;
  readonly tookMs: number;
  readonly pending: number;
  readonly stateHash: string;
}

/** Runs a cluster of that size for some simulated seconds after others; building it and those before are not counted. */
function runCluster(nodes: number, seconds: number, warmUpSeconds = 0): Ran {
  const startMs = Date.UTC(2026, 0, 5, 8);
  const kernel = new Kernel(startMs);
  const state = createCluster(streamOf(nodes), kernel, new Streams(1), { event: () => {}, log: () => {} });
  kernel.every(tickMs, startMs + tickMs, () =>
    advanceCluster(state, { pattern: 'daily', peak: 1, recorded: null }, startMs, tickMs),
  );
  kernel.runUntilMs(startMs + warmUpSeconds * tickMs);
  const beganAt = performance.now();
  kernel.runUntilMs(startMs + (warmUpSeconds + seconds) * tickMs);
  const tookMs = performance.now() - beganAt;
  return {
    events: Math.round(seconds * eventsPerTick(state)),
    tookMs,
    pending: state.instances.size,
    stateHash: hashState(state, createTruth([])),
  };
}

function eventsPerTick({ nodes, instances, groups, queues }: ClusterState): number {
  const members = [...groups.values()].reduce((sum, group) => sum + group.members.length, 0);
  const checks = (instances.size * tickMs) / healthCheckEveryMs;
  return nodes.size + instances.size + members + queues.size + checks;
}

/** Events per second of a heap that holds as many events and does nothing with them. */
function heapRate(pending: number, events: number): number {
  const random = new RandomStream('P10');
  const draws = Float64Array.from({ length: 65_536 }, () => random.exponential(1));
  const heap = new BinaryHeap(pending + 1);
  for (let id = 0; id < pending; id++) heap.push(draws[id % draws.length]!, id);
  const beganAt = performance.now();
  for (let i = 0; i < events; i++) {
    const time = heap.nextTime();
    heap.push(time + draws[i % draws.length]!, heap.pop());
  }
  return (events / (performance.now() - beganAt)) * 1000;
}

const dayS = 86_400;

/** Row of goal P10, and how long a day of 10,000 nodes takes: measured with `HOMEOSTAT_BENCH_FULL=1`, else extrapolated. */
export function benchSimCluster(): BenchRow[] {
  // About as long as the loop takes, once everybody has joined.
  const [nodes, seconds, warmUpSeconds] = [600, 300, 30];
  const { pending } = runCluster(nodes, 1);
  const row = runPairs({
    name: `P10 cluster model of ${nodes} nodes against an empty heap loop, ${pending} pending`,
    unit: 'events/s',
    candidate: () => {
      const { events, tookMs } = runCluster(nodes, seconds, warmUpSeconds);
      return (events / tookMs) * 1000;
    },
    reference: () => heapRate(pending, 1_000_000),
  });
  tellOfDay();
  return [row];
}

function tellOfDay(): void {
  const isFull = process.env.HOMEOSTAT_BENCH_FULL === '1';
  const [seconds, warmUpSeconds] = isFull ? [dayS, 0] : [120, 20];
  const runs = [runCluster(10_000, seconds, warmUpSeconds), runCluster(10_000, seconds, warmUpSeconds)];
  for (const { events, tookMs, stateHash } of runs) {
    const day = isFull ? '' : `, so a day would take about ${((tookMs * dayS) / seconds / 60_000).toFixed(0)} min`;
    console.error(
      `10000 nodes x ${seconds} s: ${events} events in ${(tookMs / 1000).toFixed(1)} s${day}; state ${stateHash}`,
    );
  }
  if (runs[0]!.stateHash !== runs[1]!.stateHash) throw new Error('the same seed gave two states');
}

if (import.meta.main) for (const row of benchSimCluster()) console.log(JSON.stringify(row));
