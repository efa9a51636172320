import type { EntityRef } from '../model/entity.ts';
import type { InventoryPart } from '../model/inventory.ts';
import { type MetricName, wellKnownMetrics } from '../model/metrics.ts';
import type { Observation } from '../model/observation.ts';
import type { Slo } from '../model/slo.ts';
import { noiseFrom } from './random.ts';

/*
 * Telemetry of a fleet in which nothing is wrong, drawn and not simulated, so that days of hundreds of series cost
 * seconds: load with a day and a week, instances that share it, Poisson counts, skewed durations with pauses now and
 * then, memory that a collector of garbage empties, disks that fill and are rotated, clocks and inlets that wander.
 */

export interface CalmFleet {
  readonly part: InventoryPart;
  readonly slos: readonly Slo[];
  /** One sample of every series. */
  samples(nowMs: number): Observation[];
}

export const sampleEveryMs = 10_000;
const everyS = sampleEveryMs / 1_000;
const dayMs = 86_400_000;
const mebibyte = 1_048_576;
const sizes = { nodes: 8, workloads: 4, instancesEach: 8 };
const memoryLimitBytes = 1_024 * mebibyte;
const nodeMemoryBytes = 16_384 * mebibyte;
const nodeDiskBytes = 200_000 * mebibyte;
/** A pause of a process lengthens the mean of one sample in this many. */
const pauseEvery = 2_000;

/** Random numbers of one fleet. */
class Draws {
  readonly uniform: () => number;

  constructor(seed: number) {
    this.uniform = noiseFrom(seed);
  }

  /** Standard normal (Box and Muller 1958). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Knuth's product of uniforms for small means; the normal approximation above 30. */
  poisson(mean: number): number {
    if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()));
    let count = 0;
    for (let product = this.uniform(); product > Math.exp(-mean); product *= this.uniform()) count += 1;
    return count;
  }

  /** A wandering value of unit variance: first-order autoregression, `memory` from sample to sample. */
  wander(memory: number): () => number {
    let value = this.normal();
    return () => {
      value = memory * value + Math.sqrt(1 - memory ** 2) * this.normal();
      return value;
    };
  }
}

/** A process of the fleet: what its series say at one moment. */
type Source = (nowMs: number) => readonly (readonly [MetricName, number])[];

/** @param startMs Unix ms of the first sample; processes have been up for a week */
export function calmFleet(seed: number, startMs: number): CalmFleet {
  const draws = new Draws(seed);
  const sources: [EntityRef, Source][] = [];
  const part = { ...emptyPart(), ...fleetPart(startMs) };
  for (const workload of part.workloads) {
    const loadAt = memo(loadOf(draws));
    const queue = part.queues.find(({ id }) => id === `queue-of-${workload.id}`)!;
    sources.push([{ kind: 'queue', id: queue.id }, queueSource(draws, loadAt)]);
    for (const { id, workloadId } of part.instances) {
      if (workloadId === workload.id) sources.push([{ kind: 'instance', id }, instanceSource(draws, loadAt)]);
    }
  }
  for (const { id } of part.nodes) sources.push([{ kind: 'node', id }, nodeSource(draws, startMs)]);
  const slos = part.queues.map(
    ({ id }): Slo => ({
      id: `${id}-fresh`,
      entity: { kind: 'queue', id },
      metric: 'queue.oldest_age',
      direction: 'below',
      bound: 30_000,
      target: 0.99,
      windowMs: dayMs,
    }),
  );
  return { part, slos, samples: (nowMs) => sources.flatMap(([entity, source]) => told(entity, source(nowMs), nowMs)) };
}

function told(entity: EntityRef, values: ReturnType<Source>, nowMs: number): Observation[] {
  return values.map(([name, value]) => {
    const { unit, type } = wellKnownMetrics[name];
    return { kind: 'metric', source: 'fleet', observedAtMs: nowMs, entity, name, unit, type, value };
  });
}

/** Around 1: half as much again at noon, less at weekends, and never quite the same. */
function loadOf(draws: Draws): (nowMs: number) => number {
  const wander = draws.wander(0.98);
  return (nowMs) => {
    const hours = 1 - 0.5 * Math.cos((2 * Math.PI * nowMs) / dayMs);
    return Math.max(0.05, hours * (1 - 0.3 * weekendness((nowMs / dayMs) % 7)) * (1 + 0.05 * wander()));
  };
}

/** 0 on five days, 1 on the other two; it takes six hours to become so. @param day of the week, 0 to 7 */
function weekendness(day: number): number {
  return day < 0.25 ? 1 - 4 * day : Math.max(0, Math.min(1, 4 * (day - 5)));
}

/** All instances of a workload see the same load in the same sample. */
function memo(load: (nowMs: number) => number): (nowMs: number) => number {
  let atMs = Number.NaN;
  let value = 0;
  return (nowMs) => {
    if (nowMs !== atMs) value = load(nowMs);
    atMs = nowMs;
    return value;
  };
}

function instanceSource(draws: Draws, loadAt: (nowMs: number) => number): Source {
  const share = draws.wander(0.8);
  const heap = draws.wander(0.99);
  const collectMs = (5 + 10 * draws.uniform()) * 60_000;
  const counts = { completed: 0, errors: 0, dropped: 0 };
  return (nowMs) => {
    const load = loadAt(nowMs) * (1 + 0.04 * share());
    const items = draws.poisson(20 * load * everyS);
    counts.completed += items;
    counts.errors += draws.poisson(0.002 * items);
    counts.dropped += draws.poisson(0.002 * everyS);
    const pause = draws.uniform() * pauseEvery < 1 ? 1.5 + 2.5 * draws.uniform() : 1;
    const garbage = 0.05 * ((nowMs % collectMs) / collectMs);
    return [
      ['cpu.utilization', Math.min(1, Math.max(0, 0.1 + 0.4 * load + 0.01 * draws.normal()))],
      ['memory.usage', Math.round(memoryLimitBytes * (0.4 + garbage + 0.005 * heap()))],
      ['work.completed', counts.completed],
      ['work.errors', counts.errors],
      ['work.duration', 40 * (1 + 0.3 * load) * Math.exp(0.08 * draws.normal()) * pause],
      ['network.errors', counts.dropped],
    ];
  };
}

function queueSource(draws: Draws, loadAt: (nowMs: number) => number): Source {
  const swell = draws.wander(0.7);
  let enqueued = 0;
  return (nowMs) => {
    const load = loadAt(nowMs);
    enqueued += draws.poisson(160 * load * everyS);
    const depth = draws.poisson(10 * load * load * Math.exp(0.3 * swell()));
    const ageMs = depth === 0 ? 0 : (1_000 * depth) / (160 * load) + 20 * draws.uniform();
    return [
      ['queue.depth', depth],
      ['queue.oldest_age', ageMs],
      ['queue.enqueued', enqueued],
      ['queue.dequeued', enqueued - depth],
    ];
  };
}

function nodeSource(draws: Draws, startMs: number): Source {
  const load = loadOf(draws);
  const [memory, inlet, clock] = [draws.wander(0.99), draws.wander(0.99), draws.wander(0.95)];
  let dropped = 0;
  return (nowMs) => {
    dropped += draws.poisson(0.01 * everyS);
    const day = (nowMs % dayMs) / dayMs;
    const rotated = (nowMs % 3_600_000) / 3_600_000;
    return [
      ['cpu.utilization', Math.min(1, Math.max(0, 0.15 + 0.35 * load(nowMs) + 0.01 * draws.normal()))],
      ['memory.usage', Math.round(nodeMemoryBytes * (0.5 + 0.01 * memory()))],
      ['disk.usage', Math.round(nodeDiskBytes * (0.4 + (0.005 * (nowMs - startMs)) / dayMs + 0.002 * rotated))],
      ['disk.errors', 0],
      ['network.errors', dropped],
      ['temperature', 22 + 3 * Math.sin(2 * Math.PI * day) + 0.5 * inlet() + 0.2 * draws.normal()],
      ['clock.offset', 2 * clock()],
    ];
  };
}

function emptyPart() {
  return { sites: [], zones: [], replicaGroups: [], jobs: [], edges: [] };
}

function fleetPart(startMs: number) {
  const names = Array.from({ length: sizes.workloads }, (_, i) => `service-${i + 1}`);
  return {
    nodes: Array.from({ length: sizes.nodes }, (_, i) => ({
      id: `node-${i + 1}`,
      zoneId: `zone-${(i % 3) + 1}`,
      state: 'ready' as const,
      cordoned: false,
      cpuCores: 8,
      memoryBytes: nodeMemoryBytes,
      diskBytes: nodeDiskBytes,
      labels: {},
    })),
    workloads: names.map((id) => ({
      id,
      role: 'worker' as const,
      desired: sizes.instancesEach,
      version: '1',
      previousVersion: null,
      labels: {},
    })),
    instances: names.flatMap((workloadId) =>
      Array.from({ length: sizes.instancesEach }, (_, i) => ({
        id: `${workloadId}-${i + 1}`,
        workloadId,
        nodeId: `node-${(i % sizes.nodes) + 1}`,
        state: 'running' as const,
        ready: true,
        generation: 1,
        startedAtMs: startMs - 7 * dayMs,
        exitCode: null,
        killedForMemory: false,
        restarts: 0,
        networkAttached: true,
        cpuLimitCores: 1,
        memoryLimitBytes,
        version: '1',
        labels: {},
      })),
    ),
    queues: names.map((id) => ({ id: `queue-of-${id}`, kind: 'stream' as const, consumerPaused: false })),
  };
}
