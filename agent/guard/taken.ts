import type { ActionSpec } from '../../model/actions.ts';
import type { Inventory } from '../../model/inventory.ts';
import { indexInventory } from './inventory-index.ts';

/** What one action takes from service, moves or interrupts, before asking whether it was healthy. */
export interface Taken {
  /** Instances that the action takes away, moves or interrupts. */
  readonly instanceIds: readonly string[];
  /** It takes them one after the other, each when the one before is ready again. */
  readonly oneByOne: boolean;
  /** Instances that it touches without taking anything from them: starting what runs changes nothing. */
  readonly startedIds: readonly string[];
  /** Instances that the engine will choose itself: a scale-in names a count, not its victims. */
  readonly anyOf: { readonly workloadId: string; readonly count: number } | null;
  readonly nodeIds: readonly string[];
  readonly workloadIds: readonly string[];
  readonly groupIds: readonly string[];
}

const nothing: Taken = {
  instanceIds: [],
  oneByOne: false,
  startedIds: [],
  anyOf: null,
  nodeIds: [],
  workloadIds: [],
  groupIds: [],
};

/** The footing of every capacity limit: a function from cluster facts to what an action takes, for the whole catalogue. */
export function takenBy(action: ActionSpec, inventory: Inventory): Taken {
  const { id } = action.target;
  const index = indexInventory(inventory);
  switch (action.name) {
    case 'instance.restart':
    case 'instance.stop':
    case 'instance.reconnect-network':
      return { ...nothing, instanceIds: [id] };
    case 'instance.start':
      return { ...nothing, startedIds: [id] };
    case 'workload.scale':
      return { ...nothing, workloadIds: [id], anyOf: scaledIn(id, action.params.to, inventory) };
    case 'workload.set-resources':
      // Engines replace the members, some of them all at once.
      return { ...nothing, workloadIds: [id], instanceIds: idsOf(index.instancesOfWorkload.get(id)) };
    case 'workload.rollback':
      return {
        ...nothing,
        workloadIds: [id],
        instanceIds: idsOf(index.instancesOfWorkload.get(id)),
        oneByOne: true,
      };
    case 'node.drain':
    case 'node.reboot':
    case 'node.park':
      return { ...nothing, nodeIds: [id], instanceIds: idsOf(index.instancesOfNode.get(id)) };
    case 'node.cordon':
    case 'node.uncordon':
    case 'node.unpark':
    case 'storage.reclaim':
      return { ...nothing, nodeIds: [id] };
    case 'replica.transfer-leader':
    case 'replica.rebalance':
      return { ...nothing, groupIds: [id] };
    case 'queue.pause-consumer':
    case 'queue.resume-consumer':
    case 'queue.quarantine-message':
      return { ...nothing, workloadIds: consumersOf(id, inventory) };
    case 'job.restart':
    case 'job.stop': {
      const job = index.jobs.get(id);
      return job === undefined ? nothing : { ...nothing, workloadIds: [job.workloadId] };
    }
    case 'traffic.shed':
      return { ...nothing, workloadIds: [id] };
    case 'person.page':
      return nothing;
    default:
      action satisfies never;
      return nothing;
  }
}

function idsOf(instances: readonly { readonly id: string }[] | undefined): string[] {
  return (instances ?? []).map((instance) => instance.id);
}

function scaledIn(workloadId: string, to: number, inventory: Inventory): Taken['anyOf'] {
  const index = indexInventory(inventory);
  const members = index.instancesOfWorkload.get(workloadId)?.length ?? 0;
  const desired = index.workloads.get(workloadId)?.desired ?? members;
  // Measured from whichever is larger: a count that is being reached still ends at `to`.
  const count = Math.max(members, desired) - to;
  return count > 0 ? { workloadId, count } : null;
}

/** Workloads that consume from a queue. */
export function consumersOf(queueId: string, inventory: Inventory): string[] {
  return inventory.edges
    .filter((edge) => edge.kind === 'consumes-from' && edge.to.kind === 'queue' && edge.to.id === queueId)
    .filter((edge) => edge.from.kind === 'workload')
    .map((edge) => edge.from.id);
}
