import type { EntityRef } from '../../model/entity.ts';
import type { EdgeKind, Instance, Inventory, Node, Queue, ReplicaGroup, Workload } from '../../model/inventory.ts';

/** Look-ups over one inventory. */
export interface Topology {
  readonly inventory: Inventory;
  readonly nodes: ReadonlyMap<string, Node>;
  readonly workloads: ReadonlyMap<string, Workload>;
  readonly instances: ReadonlyMap<string, Instance>;
  readonly groups: ReadonlyMap<string, ReplicaGroup>;
  readonly queues: ReadonlyMap<string, Queue>;
  readonly instancesOfNode: ReadonlyMap<string, readonly Instance[]>;
  readonly instancesOfWorkload: ReadonlyMap<string, readonly Instance[]>;
  readonly groupsOfInstance: ReadonlyMap<string, readonly ReplicaGroup[]>;
  readonly nodesOfZone: ReadonlyMap<string, readonly Node[]>;
}

const known = new WeakMap<Inventory, Topology>();

/** Built once per inventory. */
export function topologyOf(inventory: Inventory): Topology {
  let topology = known.get(inventory);
  if (topology === undefined) {
    topology = buildTopology(inventory);
    known.set(inventory, topology);
  }
  return topology;
}

function buildTopology(inventory: Inventory): Topology {
  const groupsOfInstance = new Map<string, ReplicaGroup[]>();
  for (const group of inventory.replicaGroups) {
    for (const member of group.members) {
      groupsOfInstance.set(member.instanceId, [...(groupsOfInstance.get(member.instanceId) ?? []), group]);
    }
  }
  return {
    inventory,
    nodes: byId(inventory.nodes),
    workloads: byId(inventory.workloads),
    instances: byId(inventory.instances),
    groups: byId(inventory.replicaGroups),
    queues: byId(inventory.queues),
    instancesOfNode: Map.groupBy(inventory.instances, (instance) => instance.nodeId),
    instancesOfWorkload: Map.groupBy(inventory.instances, (instance) => instance.workloadId),
    groupsOfInstance,
    nodesOfZone: Map.groupBy(inventory.nodes, (node) => node.zoneId),
  };
}

function byId<T extends { readonly id: string }>(items: readonly T[]): Map<string, T> {
  return new Map(items.map((item) => [item.id, item]));
}

function workloadsByEdge(topology: Topology, kind: EdgeKind, queueId: string): Workload[] {
  const linked = topology.inventory.edges.filter((edge) => edge.kind === kind && isRef(edge.to, 'queue', queueId));
  const ids = new Set(linked.map(({ from }) => (from.kind === 'instance' ? workloadIdOf(topology, from.id) : from.id)));
  return [...ids].flatMap((id) => topology.workloads.get(id ?? '') ?? []);
}

/** Workloads that read a queue; where no source tells of edges, every worker may. */
export function consumersOf(topology: Topology, queueId: string): readonly Workload[] {
  const told = workloadsByEdge(topology, 'consumes-from', queueId);
  if (told.length > 0) return told;
  return topology.inventory.workloads.filter((workload) => workload.role === 'worker');
}

/** Workloads that write to a queue; where no source tells of edges, every gateway may. */
export function producersOf(topology: Topology, queueId: string): readonly Workload[] {
  const told = workloadsByEdge(topology, 'produces-to', queueId);
  if (told.length > 0) return told;
  return topology.inventory.workloads.filter((workload) => workload.role === 'gateway');
}

/** Queues that a workload reads. */
export function queuesReadBy(topology: Topology, workloadId: string): readonly Queue[] {
  return topology.inventory.queues.filter((queue) => consumersOf(topology, queue.id).some((w) => w.id === workloadId));
}

/** Replica groups that keep a queue: by an edge, else the group of the same id, else the only one there is. */
export function groupsOfQueue(topology: Topology, queueId: string): readonly ReplicaGroup[] {
  const told = topology.inventory.edges
    .filter((edge) => edge.kind === 'depends-on' && isRef(edge.from, 'queue', queueId))
    .flatMap((edge) => topology.groups.get(edge.to.id) ?? []);
  if (told.length > 0) return told;
  const named = topology.groups.get(queueId);
  if (named !== undefined) return [named];
  return topology.inventory.replicaGroups.length === 1 ? topology.inventory.replicaGroups : [];
}

function workloadIdOf(topology: Topology, instanceId: string): string | null {
  return topology.instances.get(instanceId)?.workloadId ?? null;
}

function isRef(entity: EntityRef, kind: EntityRef['kind'], id: string): boolean {
  return entity.kind === kind && entity.id === id;
}

/** Whether the entity is in the inventory. */
export function isKnown(topology: Topology, entity: EntityRef): boolean {
  const { inventory } = topology;
  switch (entity.kind) {
    case 'cluster':
      return entity.id === inventory.clusterId;
    case 'site':
      return inventory.sites.some((site) => site.id === entity.id);
    case 'zone':
      return inventory.zones.some((zone) => zone.id === entity.id);
    case 'node':
      return topology.nodes.has(entity.id);
    case 'workload':
      return topology.workloads.has(entity.id);
    case 'instance':
      return topology.instances.has(entity.id);
    case 'replica-group':
      return topology.groups.has(entity.id);
    case 'queue':
      return topology.queues.has(entity.id);
    case 'job':
      return inventory.jobs.some((job) => job.id === entity.id);
  }
}
