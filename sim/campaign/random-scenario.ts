import type { EntityRef } from '../../model/entity.ts';
import type { ClusterSpec } from '../cluster/spec.ts';
import { type FaultEntry, faultCatalogue } from '../faults/catalogue.ts';
import type { Fault, ParamSpec, ParamValue } from '../faults/fault.ts';
import type { RandomStream } from '../kernel/random.ts';
import {
  brokerSpec,
  freshnessSlo,
  gatewaySpec,
  groupSpec,
  queueSpec,
  streamNodes,
  workerSpec,
} from '../presets/stream.ts';
import { idsOf } from '../scenario/entities.ts';
import type { Scenario } from '../scenario.ts';
import type { Temper } from './temper.ts';

/** Length of the phase in which everything may break, ms. */
export const safetyMs = 6 * 60_000;
/** When, after that phase, one worker crashes that a live agent must notice. */
export const probeAfterMs = 3 * 60_000;
/** Length of the phase in which nothing else breaks any more, ms. */
const livenessMs = 6.5 * 60_000;

/** Faults per minute of safety are far above any real cluster: a campaign looks for what happens when they coincide. */
const faultsAtMost = 6;
/** Faults that an agent with the built-in playbooks soon acts on. */
const mendableFaults = faultCatalogue.filter(({ kind }) =>
  ['instance-crash', 'instance-hang', 'partition', 'bad-deploy', 'leader-flapping', 'load-surge'].includes(kind),
);
/** Load so light that a seed costs a fraction of a second; what is tested is the agent. */
const messagesPerS = 20;

/** A cluster, its load and its faults, drawn from one stream. The last fault is the probe. */
export function randomScenario(seed: number, random: RandomStream, temper: Temper): Scenario {
  const cluster = randomCluster(random);
  const faults = temper.crashesInARow ? crashesInARow(cluster, random) : randomFaults(cluster, random, temper.mendable);
  if (temper.collapse) faults.unshift(...collapse(cluster, random));
  const probe: Fault = {
    id: 'F-99',
    ...crashOf(`worker-${1 + random.below(2)}`),
    atMs: safetyMs + probeAfterMs,
  };
  const isAsked = temper.strict !== 'nothing' && temper.strict !== 'budgets';
  const people = isAsked && random.next() < 0.8 ? [randomPerson(random), randomPerson(random)] : [];
  return {
    name: `campaign-${seed}`,
    about: '',
    durationMs: safetyMs + livenessMs,
    cluster,
    load: { pattern: 'steady', peak: random.between(0.5, 1.2), recorded: null },
    faults: [...faults, probe],
    expect: { causes: [], never: [] },
    people,
  };
}

function randomCluster(random: RandomStream): ClusterSpec {
  const workers = 3 + random.below(3);
  const brokers = random.next() < 0.8 ? 3 : 5;
  const worker = workerSpec('worker', workers, 'orders');
  return {
    id: 'campaign',
    sites: [{ id: 'core-1', kind: 'core' }],
    zones: ['zone-a', 'zone-b', 'zone-c'].map((id) => ({ id, site: 'core-1' })),
    nodes: streamNodes(3 + random.below(5)),
    // Workers are busy with the light load, so that losing some of them is felt.
    workloads: [brokerSpec('broker', brokers), { ...worker, serviceMs: 100 }, gatewaySpec('gateway', 'orders')],
    replicaGroups: [
      groupSpec(
        'orders',
        Array.from({ length: brokers }, (_, index) => `broker-${index + 1}`),
      ),
    ],
    queues: [queueSpec('orders', messagesPerS)],
    jobs: [],
    slos: [freshnessSlo('orders')],
  };
}

/**
 * The engine lists a small part of what is there, for long enough that other things break meanwhile. A broker has
 * crashed just before, so that a plan waits; where the brokers are what is left, nothing that it is about has changed.
 */
function collapse({ id, workloads }: ClusterSpec, random: RandomStream): Fault[] {
  const all = workloads.reduce((sum, { replicas }) => sum + replicas, 0);
  const brokers = workloads.find((workload) => workload.id === 'broker')!.replicas;
  const atMs = 60_000 + random.below(60_000);
  const lost: Fault = {
    id: 'F-98',
    kind: 'telemetry-lost',
    target: { kind: 'cluster', id },
    atMs,
    lastsMs: 120_000 + random.below(120_000),
    params: { ramp: 0, period: 0, inventoryLost: random.next() < 0.6 ? 1 - brokers / all : random.between(0.5, 1) },
  };
  const crash: Fault = {
    id: 'F-97',
    ...crashOf(`broker-${1 + random.below(brokers)}`),
    atMs: atMs - 3_000 - random.below(20_000),
  };
  return [lost, crash];
}

function randomFaults(cluster: ClusterSpec, random: RandomStream, mendable: number): Fault[] {
  const count = 1 + random.below(faultsAtMost);
  return Array.from({ length: count }, (_, index) => randomFault(`F-${index + 1}`, cluster, random, mendable));
}

/** Every worker crashes once, spread over the safety phase: more plans than a tight budget bears. */
function crashesInARow({ workloads }: ClusterSpec, random: RandomStream): Fault[] {
  const count = workloads.find(({ id }) => id === 'worker')!.replicas;
  const everyMs = (safetyMs - 60_000) / count;
  return Array.from({ length: count }, (_, index) => ({
    id: `F-${index + 1}`,
    ...crashOf(`worker-${index + 1}`),
    atMs: 45_000 + Math.round(everyMs * (index + random.next())),
  }));
}

function crashOf(worker: string): Pick<Fault, 'kind' | 'target' | 'lastsMs' | 'params'> {
  const entry = faultCatalogue.find(({ kind }) => kind === 'instance-crash')!;
  return { kind: entry.kind, target: { kind: 'instance', id: worker }, lastsMs: null, params: fallbacks(entry) };
}

function randomFault(id: string, cluster: ClusterSpec, random: RandomStream, mendable: number): Fault {
  const ids = idsOf(cluster);
  const pool = random.next() < mendable ? mendableFaults : faultCatalogue;
  const usable = pool.filter((entry) => entry.targets.some((kind) => ids[kind].length > 0));
  const entry = usable[random.below(usable.length)]!;
  const targets = entry.targets.flatMap((kind) => ids[kind].map((target): EntityRef => ({ kind, id: target })));
  return {
    id,
    kind: entry.kind,
    target: targets[random.below(targets.length)]!,
    atMs: 60_000 + random.below(safetyMs - 120_000),
    lastsMs: random.next() < 0.6 ? 5_000 + random.below(safetyMs / 2) : null,
    params: randomParams(entry, random),
  };
}

function fallbacks({ params }: FaultEntry): Record<string, ParamValue> {
  return Object.fromEntries(Object.entries(params).map(([name, spec]) => [name, spec.fallback]));
}

function randomParams({ kind, params }: FaultEntry, random: RandomStream): Record<string, ParamValue> {
  const entries = Object.entries(params).map(([name, spec]) => [name, randomParam(name, spec, random)] as const);
  const drawn = Object.fromEntries(entries);
  // Half of all lost telemetry takes a part of the inventory with it.
  if (kind === 'telemetry-lost' && random.next() < 0.5) drawn.inventoryLost = random.between(0.3, 1);
  return drawn;
}

/** Around the fallback, from nearly nothing to four times as much; creeping and flapping are rare. */
function randomParam(name: string, { range, fallback }: ParamSpec, random: RandomStream): ParamValue {
  if (name === 'ramp' || name === 'period') return random.next() < 0.2 ? 5_000 + random.below(120_000) : 0;
  if (typeof fallback !== 'number' || range === null || random.next() < 0.4) return fallback;
  const [least, most] = range;
  return Math.min(most, Math.max(least, fallback * random.between(0.1, 4)));
}

function randomPerson(random: RandomStream): Scenario['people'][number] {
  return { afterMs: 1_000 + random.below(90_000), answer: random.next() < 0.8 ? 'approve' : 'deny' };
}
