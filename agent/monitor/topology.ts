import type { EntityRef } from '../../model/entity.ts';
import type { EdgeKind, Inventory, Node, Queue, ReplicaGroup, Workload } from '../../model/inventory.ts';
import { type InventoryIndex, indexInventory } from '../guard/inventory-index.ts';

/** Look-ups over one inventory: the guard's own index, and what only the analysis and the planner ask. */
export interface Topology extends InventoryIndex {
  readonly inventory: Inventory;
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
    ...indexInventory(inventory),
    inventory,
    groupsOfInstance,
    nodesOfZone: Map.groupBy(inventory.nodes, (node) => node.zoneId),
  };
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
