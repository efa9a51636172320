import type { EntityRef } from '../../model/entity.ts';
import type { Instance, Inventory, Job, Node, Queue, ReplicaGroup, Workload, Zone } from '../../model/inventory.ts';

/** The inventory by id. */
export interface InventoryIndex {
  readonly instances: ReadonlyMap<string, Instance>;
  readonly workloads: ReadonlyMap<string, Workload>;
  readonly nodes: ReadonlyMap<string, Node>;
  readonly zones: ReadonlyMap<string, Zone>;
  readonly groups: ReadonlyMap<string, ReplicaGroup>;
  readonly queues: ReadonlyMap<string, Queue>;
  readonly jobs: ReadonlyMap<string, Job>;
  readonly instancesOfWorkload: ReadonlyMap<string, readonly Instance[]>;
  readonly instancesOfNode: ReadonlyMap<string, readonly Instance[]>;
}

// One judgement looks at the same inventory some twenty times; an inventory never changes once it is made.
const indexes = new WeakMap<Inventory, InventoryIndex>();

/** Index of an inventory, made once per inventory. */
export function indexInventory(inventory: Inventory): InventoryIndex {
  const known = indexes.get(inventory);
  if (known !== undefined) return known;
  const index: InventoryIndex = {
    instances: byId(inventory.instances),
    workloads: byId(inventory.workloads),
    nodes: byId(inventory.nodes),
    zones: byId(inventory.zones),
    groups: byId(inventory.replicaGroups),
    queues: byId(inventory.queues),
    jobs: byId(inventory.jobs),
    instancesOfWorkload: Map.groupBy(inventory.instances, (instance) => instance.workloadId),
    instancesOfNode: Map.groupBy(inventory.instances, (instance) => instance.nodeId),
  };
  indexes.set(inventory, index);
  return index;
}

function byId<Item extends { readonly id: string }>(items: readonly Item[]): Map<string, Item> {
  return new Map(items.map((item) => [item.id, item]));
}

/** Whether an entity is in the inventory, by kind and exact id. */
export function isKnown(entity: EntityRef, inventory: Inventory): boolean {
  const index = indexInventory(inventory);
  switch (entity.kind) {
    case 'cluster':
      return entity.id === inventory.clusterId;
    case 'site':
      return inventory.sites.some((site) => site.id === entity.id);
    case 'zone':
      return index.zones.has(entity.id);
    case 'node':
      return index.nodes.has(entity.id);
    case 'workload':
      return index.workloads.has(entity.id);
    case 'instance':
      return index.instances.has(entity.id);
    case 'replica-group':
      return index.groups.has(entity.id);
    case 'queue':
      return index.queues.has(entity.id);
    case 'job':
      return index.jobs.has(entity.id);
    default:
      entity.kind satisfies never;
      return false;
  }
}
