import type { EntityRef } from '../../model/entity.ts';
import type { Inventory, WorkloadRole } from '../../model/inventory.ts';
import { indexInventory } from './inventory-index.ts';

/** Role of what an entity belongs to; null where it has none, as a node. */
export function roleOf(target: EntityRef, inventory: Inventory): WorkloadRole | null {
  const index = indexInventory(inventory);
  const ofInstance = (id: string) => index.workloads.get(index.instances.get(id)?.workloadId ?? '')?.role ?? null;
  switch (target.kind) {
    case 'instance':
      return ofInstance(target.id);
    case 'workload':
      return index.workloads.get(target.id)?.role ?? null;
    case 'replica-group':
      return ofInstance(index.groups.get(target.id)?.members[0]?.instanceId ?? '');
    case 'job':
      return index.workloads.get(index.jobs.get(target.id)?.workloadId ?? '')?.role ?? null;
    case 'cluster':
    case 'site':
    case 'zone':
    case 'node':
    case 'queue':
      return null;
    default:
      target.kind satisfies never;
      return null;
  }
}

/** Class of a target in track records: its role, or its kind where it has none. */
export function targetClassOf(target: EntityRef, inventory: Inventory): string {
  return roleOf(target, inventory) ?? target.kind;
}
