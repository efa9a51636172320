import type { EntityRef } from '../../model/entity.ts';
import type { Edge, Instance, InventoryPart, Node, ReplicaGroup, Workload } from '../../model/inventory.ts';
import type { SimInstance } from '../cluster/instance.ts';
import { controlReaches } from '../cluster/network.ts';
import type { SimNode } from '../cluster/node.ts';
import { memberIsUp } from '../cluster/raft.ts';
import type { ClusterState, SimGroup, SimWorkload } from '../cluster/state.ts';

/** The engine's picture of the cluster: what its API would list, which is not always what is true. */
export function readInventory(state: ClusterState): Required<InventoryPart> {
  return {
    sites: [...state.sites.values()],
    zones: [...state.zones.values()],
    nodes: [...state.nodes.values()].map((node) => describeNode(state, node)),
    workloads: [...state.workloads.values()].map(describeWorkload),
    instances: listed(state).map((instance) => describeInstance(state, instance)),
    replicaGroups: [...state.groups.values()].map((group) => describeGroup(state, group)),
    queues: [...state.queues.values()].map((queue) => ({
      id: queue.id,
      kind: 'stream',
      consumerPaused: queue.consumerPaused,
      partitions: queue.partitions.length,
    })),
    jobs: [...state.jobs.values()].map((job) => ({
      id: job.id,
      workloadId: job.spec.workload,
      state: job.state,
      attempts: job.attempts,
    })),
    edges: describeEdges(state),
  };
}

/** The instances that the engine lists: all of them, unless its view has collapsed. */
function listed(state: ClusterState): SimInstance[] {
  const all = [...state.instances.values()];
  const lost = Math.min(1, state.effects.sum('cluster', state.id, 'inventoryLost'));
  return all.slice(0, Math.round(all.length * (1 - lost)));
}

function describeNode(state: ClusterState, node: SimNode): Node {
  const reachable = controlReaches(state, node) && !state.effects.has('node', node.id, 'telemetryDead');
  return {
    id: node.id,
    zoneId: node.zoneId,
    state: node.parked ? 'parked' : reachable ? 'ready' : 'not-ready',
    cordoned: node.cordoned,
    cpuCores: node.spec.cpuCores,
    memoryBytes: node.spec.memoryBytes,
    diskBytes: node.spec.diskBytes,
    labels: { 'homeostat.rack': node.spec.rack },
  };
}

function describeWorkload(workload: SimWorkload): Workload {
  return {
    id: workload.id,
    role: workload.spec.role,
    desired: workload.desired,
    version: workload.version,
    previousVersion: workload.previousVersion,
    labels: {},
  };
}

/** An engine cannot see what runs on a node that does not answer. */
function describeInstance(state: ClusterState, instance: SimInstance): Instance {
  const { node } = instance;
  const { effects } = state;
  const calledDead =
    effects.has('instance', instance.id, 'telemetryDead') || effects.has('node', node.id, 'telemetryDead');
  const seen = controlReaches(state, node) && !calledDead;
  const started = instance.state === 'running' || instance.state === 'paused';
  return {
    id: instance.id,
    workloadId: instance.workloadId,
    nodeId: instance.nodeId,
    state: seen ? instance.state : 'unknown',
    ready: seen ? instance.ready : null,
    generation: instance.generation,
    startedAtMs: started ? instance.startedAtMs : null,
    exitCode: instance.exitCode,
    killedForMemory: instance.killedForMemory,
    restarts: instance.restarts,
    networkAttached: instance.networkAttached,
    cpuLimitCores: instance.cpuLimitCores,
    memoryLimitBytes: instance.memoryLimitBytes,
    version: instance.version,
    labels: {},
  };
}

function describeGroup(state: ClusterState, group: SimGroup): ReplicaGroup {
  return {
    id: group.id,
    members: group.members.map((member) => ({
      instanceId: member.instanceId,
      online: memberIsUp(state, member),
      inSync: group.inSync.has(member.instanceId),
    })),
    leaderId: group.leaderId,
    quorum: group.quorum,
    minInSync: group.minInSync,
  };
}

function describeEdges(state: ClusterState): Edge[] {
  const edges: Edge[] = [];
  const add = (kind: Edge['kind'], from: EntityRef, to: EntityRef) => edges.push({ kind, from, to });
  for (const instance of state.instances.values())
    add('runs-on', { kind: 'instance', id: instance.id }, { kind: 'node', id: instance.nodeId });
  for (const group of state.groups.values())
    for (const member of group.members)
      add('replicates', { kind: 'instance', id: member.instanceId }, { kind: 'replica-group', id: group.id });
  for (const workload of state.workloads.values()) {
    const from: EntityRef = { kind: 'workload', id: workload.id };
    const { produces, consumes, dependsOn } = workload.spec;
    if (produces !== null) add('produces-to', from, { kind: 'queue', id: produces });
    if (consumes !== null) add('consumes-from', from, { kind: 'queue', id: consumes });
    for (const id of dependsOn) add('depends-on', from, { kind: 'workload', id });
  }
  for (const queue of state.queues.values())
    if (queue.spec.replicaGroup !== null)
      add('depends-on', { kind: 'queue', id: queue.id }, { kind: 'replica-group', id: queue.spec.replicaGroup });
  for (const job of state.jobs.values())
    add('runs-on', { kind: 'job', id: job.id }, { kind: 'workload', id: job.spec.workload });
  return edges;
}
