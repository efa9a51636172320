import type { ClusterId } from '../../model/entity.ts';
import { entityKey } from '../../model/entity.ts';
import type { Edge, Inventory, InventoryPart } from '../../model/inventory.ts';

/** The last full picture of one source. */
export interface SourcedPart {
  readonly source: string;
  readonly observedAtMs: number;
  readonly part: InventoryPart;
}

const byId = <T extends { readonly id: string }>(lists: readonly (readonly T[] | undefined)[]): T[] => {
  const merged = new Map<string, T>();
  for (const list of lists) for (const item of list ?? []) merged.set(item.id, item);
  return [...merged.values()].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
};

const edgeKey = (edge: Edge): string => `${edge.kind} ${entityKey(edge.from)} ${entityKey(edge.to)}`;

function mergeEdges(parts: readonly SourcedPart[]): Edge[] {
  const merged = new Map<string, Edge>();
  for (const { part } of parts) for (const edge of part.edges ?? []) merged.set(edgeKey(edge), edge);
  return [...merged.keys()].sort().map((key) => merged.get(key)!);
}

/**
 * Joins what each source knows into one inventory. Parts come in the order of their sources' names; where two sources
 * tell of the same entity, the later name wins, so the result does not depend on who reported first.
 */
export function mergeInventory(clusterId: ClusterId, parts: readonly SourcedPart[], version: number): Inventory {
  const sorted = [...parts].sort((a, b) => (a.source < b.source ? -1 : 1));
  return {
    clusterId,
    version,
    observedAtMs: Object.fromEntries(sorted.map((part) => [part.source, part.observedAtMs])),
    sites: byId(sorted.map(({ part }) => part.sites)),
    zones: byId(sorted.map(({ part }) => part.zones)),
    nodes: byId(sorted.map(({ part }) => part.nodes)),
    workloads: byId(sorted.map(({ part }) => part.workloads)),
    instances: byId(sorted.map(({ part }) => part.instances)),
    replicaGroups: byId(sorted.map(({ part }) => part.replicaGroups)),
    queues: byId(sorted.map(({ part }) => part.queues)),
    jobs: byId(sorted.map(({ part }) => part.jobs)),
    edges: mergeEdges(sorted),
  };
}

/** What moves the inventory's version: membership, spec, role and leader; never a state, a health or a sample. */
export function inventoryFingerprint(inventory: Inventory): string {
  return JSON.stringify([
    inventory.sites,
    inventory.zones,
    inventory.nodes.map((n) => [n.id, n.zoneId, n.cordoned, n.cpuCores, n.memoryBytes, n.diskBytes]),
    inventory.workloads.map((w) => [w.id, w.role, w.desired, w.version]),
    inventory.instances.map((i) => [i.id, i.workloadId, i.nodeId, i.generation, i.cpuLimitCores, i.memoryLimitBytes]),
    inventory.replicaGroups.map((g) => [g.id, g.members.map((m) => m.instanceId), g.leaderId, g.quorum, g.minInSync]),
    inventory.queues,
    inventory.jobs.map((j) => [j.id, j.workloadId]),
    inventory.edges.map(edgeKey),
  ]);
}
