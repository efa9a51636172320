import type { Kernel } from '../kernel/kernel.ts';
import type { Streams } from '../kernel/random.ts';
import { advanceConsumers } from './consumers.ts';
import { Effects } from './effects.ts';
import { advanceMemory, bringUp, checkHealth, healthCheckEveryMs, isAlive } from './instances.ts';
import { advanceJob, createJob, startJob } from './jobs.ts';
import { arrivals, type LoadSpec } from './load.ts';
import { advanceNode, createNode } from './nodes.ts';
import { addInstance } from './placement.ts';
import { admit, createQueue } from './queues.ts';
import { advanceGroup, createGroup } from './raft.ts';
import type { ClusterSpec, JobSpec, WorkloadSpec } from './spec.ts';
import type { ClusterState, News, SimGroup, SimInstance, SimQueue, SimWorkload } from './state.ts';
import { chargePath, chargeServices, consume, noteTransit, openSlots } from './work.ts';

/** Steps of the flow model. Discrete things (starts, checks, faults) happen between them, at their own moments. */
export const tickMs = 1000;

/** Builds a cluster that has been up for a while: everything runs, leaders are elected. */
export function createCluster(spec: ClusterSpec, kernel: Kernel, streams: Streams, news: News): ClusterState {
  const state: ClusterState = {
    id: spec.id,
    kernel,
    streams,
    effects: new Effects(),
    sites: new Map(spec.sites.map((site) => [site.id, site])),
    zones: new Map(spec.zones.map((zone) => [zone.id, { id: zone.id, siteId: zone.site }])),
    nodes: new Map(),
    workloads: new Map(),
    instances: new Map(),
    groups: new Map(),
    queues: new Map(),
    jobs: new Map(),
    news,
  };
  for (const node of spec.nodes) state.nodes.set(node.id, createNode(state, node));
  for (const workload of spec.workloads) startWorkload(state, workload);
  for (const group of spec.replicaGroups) state.groups.set(group.id, createGroup(state, group));
  for (const queue of spec.queues) state.queues.set(queue.id, createQueue(state, queue));
  for (const job of spec.jobs) scheduleJob(state, job);
  for (const group of state.groups.values()) settle(state, group);
  for (const instance of state.instances.values()) scheduleChecks(state, instance);
  return state;
}

function startWorkload(state: ClusterState, spec: WorkloadSpec): void {
  const workload: SimWorkload = {
    id: spec.id,
    spec,
    desired: spec.replicas,
    version: spec.version,
    previousVersion: null,
    cpuLimitCores: spec.cpuCores,
    memoryLimitBytes: spec.memoryLimitBytes,
    traits: new Map(),
    shedRatio: 0,
    loadRatio: 0,
    calls: 0,
    nextOrdinal: 1,
    instances: [],
  };
  state.workloads.set(workload.id, workload);
  for (let i = 0; i < spec.replicas; i++) {
    const instance = addInstance(state, workload);
    if (instance === null) throw new Error(`the nodes have no room for ${spec.replicas} instances of ${spec.id}`);
    bringUp(state, instance);
    instance.ready = true;
    // Processes of a running cluster are not all of one age, nor equally grown.
    instance.memoryBytes = Math.round(spec.memoryBaseBytes * state.streams.of(`age/${instance.id}`).between(1, 1.15));
  }
}

/** The first election lies in the past: the first member leads from the start. */
function settle(state: ClusterState, group: SimGroup): void {
  const [first] = group.members;
  if (first === undefined) return;
  for (const member of group.members) Object.assign(member, { term: 1, votedFor: first.instanceId });
  first.role = 'leader';
  first.log.push({ term: 1, end: 1 });
  advanceGroup(state, group, tickMs);
}

function scheduleJob(state: ClusterState, spec: JobSpec): void {
  const job = createJob(spec);
  state.jobs.set(job.id, job);
  const firstAtMs = state.kernel.nowMs() + spec.startsAtMs;
  const start = () => {
    if (job.state !== 'stopped') startJob(state, job);
  };
  if (spec.everyMs === null) state.kernel.setAt(firstAtMs, start);
  else state.kernel.every(spec.everyMs, firstAtMs, start);
}

/** Health checks of an instance, at a phase of its own. */
export function scheduleChecks(state: ClusterState, instance: SimInstance): void {
  const firstAtMs = state.kernel.nowMs() + state.streams.of(`health/${instance.id}`).below(healthCheckEveryMs);
  const end = state.kernel.every(healthCheckEveryMs, firstAtMs, () => {
    if (instance.removed) end();
    else checkHealth(state, instance);
  });
}

/** One tick of the whole cluster. */
export function advanceCluster(state: ClusterState, load: LoadSpec, sinceMs: number, dtMs: number): void {
  for (const group of state.groups.values()) advanceGroup(state, group, dtMs);
  for (const instance of state.instances.values()) instance.jobCoreMs = 0;
  for (const job of state.jobs.values()) advanceJob(state, job, dtMs);
  for (const instance of state.instances.values()) openSlots(state, instance, dtMs);
  for (const queue of state.queues.values()) advanceQueue(state, queue, load, sinceMs, dtMs);
  chargeServices(state, dtMs);
  for (const instance of state.instances.values()) finishTick(state, instance, dtMs);
  for (const node of state.nodes.values()) advanceNode(state, node, dtMs);
}

function advanceQueue(state: ClusterState, queue: SimQueue, load: LoadSpec, sinceMs: number, dtMs: number): void {
  const gateways = instancesOfAll(queue.producedBy);
  const workers = instancesOfAll(queue.consumedBy);
  const shedRatio = queue.producedBy.reduce((most, workload) => Math.max(most, workload.shedRatio), 0);
  const offered = arrivals(state, queue, load, sinceMs, dtMs);
  const shed = Math.round(offered * shedRatio);
  queue.shed += shed;
  const before = { enqueued: queue.enqueued, dequeued: queue.dequeued };
  admit(state, queue, offered - shed, gateways);
  advanceConsumers(state, queue, workers);
  for (const worker of workers) if (worker.membership !== null) consume(state, queue, worker, worker.membership.reads);
  const done = queue.dequeued - before.dequeued;
  chargePath(state, queue, gateways, { accepted: queue.enqueued - before.enqueued, done });
  noteTransit(queue, workers, done, dtMs);
}

/** Most queues have one workload on either side, whose list then serves as it is. */
function instancesOfAll(workloads: readonly SimWorkload[]): readonly SimInstance[] {
  const [only] = workloads;
  return workloads.length === 1 ? only!.instances : workloads.flatMap((workload) => workload.instances);
}

function finishTick(state: ClusterState, instance: SimInstance, dtMs: number): void {
  if (!isAlive(instance)) return;
  instance.cpuRatio = Math.min(1, instance.busyCoreMs / (instance.cpuLimitCores * dtMs));
  advanceMemory(state, instance, dtMs);
}
