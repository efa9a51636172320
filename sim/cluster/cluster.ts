import type { Kernel } from '../kernel/kernel.ts';
import type { Streams } from '../kernel/random.ts';
import { Columns } from './columns.ts';
import { Effects } from './effects.ts';
import { advanceQueues, batchesOf } from './flow.ts';
import { instanceColumns, type SimInstance } from './instance.ts';
import { bringUp, checkHealth, finishInstances, healthCheckEveryMs } from './instances.ts';
import { advanceJob, createJob, startJob } from './jobs.ts';
import { type LoadSpec, loadFactor } from './load.ts';
import { nodeColumns } from './node.ts';
import { advanceNodes, createNode } from './nodes.ts';
import { NormalRows } from './normal-rows.ts';
import { partitionColumns } from './partitions.ts';
import { addInstance } from './placement.ts';
import { createQueue } from './queues.ts';
import { advanceGroup, createGroup } from './raft.ts';
import type { ClusterSpec, JobSpec, WorkloadSpec } from './spec.ts';
import type { ClusterState, News, SimGroup, SimWorkload } from './state.ts';
import { chargeServices, openSlots } from './work.ts';

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
    queueBatches: [],
    jobs: new Map(),
    news,
    nodeColumns: new Columns(nodeColumns),
    instanceColumns: new Columns(instanceColumns),
    partitionColumns: new Columns(partitionColumns),
    serviceNoise: new NormalRows(),
  };
  for (const node of spec.nodes) state.nodes.set(node.id, createNode(state, node));
  for (const workload of spec.workloads) startWorkload(state, workload);
  for (const group of spec.replicaGroups) state.groups.set(group.id, createGroup(state, group));
  for (const queue of spec.queues) state.queues.set(queue.id, createQueue(state, queue));
  state.queueBatches.push(...batchesOf([...state.queues.values()]));
  for (const job of spec.jobs) scheduleJob(state, job);
  for (const group of state.groups.values()) settle(state, group);
  scheduleChecks(state, [...state.instances.values()]);
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

/** Health checks of some instances, each at a phase of its own; those of one phase share a timer. */
export function scheduleChecks(state: ClusterState, instances: readonly SimInstance[]): void {
  const phaseOf = ({ id }: SimInstance) => state.streams.of(`health/${id}`).below(healthCheckEveryMs);
  for (const [phaseMs, together] of Map.groupBy(instances, phaseOf)) {
    const end = state.kernel.every(healthCheckEveryMs, state.kernel.nowMs() + phaseMs, () => {
      let left = 0;
      for (const instance of together) {
        if (instance.removed) continue;
        checkHealth(state, instance);
        left++;
      }
      if (left === 0) end();
    });
  }
}

/** One tick of the whole cluster. */
export function advanceCluster(state: ClusterState, load: LoadSpec, sinceMs: number, dtMs: number): void {
  for (const group of state.groups.values()) advanceGroup(state, group, dtMs);
  state.instanceColumns.of.jobCoreMs.fill(0);
  for (const job of state.jobs.values()) advanceJob(state, job, dtMs);
  openSlots(state, dtMs);
  const factor = loadFactor(load, state.kernel.nowMs(), sinceMs);
  for (const batch of state.queueBatches) advanceQueues(state, batch, factor, dtMs);
  chargeServices(state, dtMs);
  finishInstances(state, dtMs);
  advanceNodes(state, dtMs);
}
