import type { ActionSpec } from '../../model/actions.ts';
import type { EntityRef } from '../../model/entity.ts';
import { entityKey } from '../../model/entity.ts';
import type { Inventory, Workload } from '../../model/inventory.ts';
import type { Footprint } from '../../model/plan.ts';
import { indexInventory } from './inventory-index.ts';
import { consumersOf } from './taken.ts';

/**
 * What a plan binds to: the cluster, every target's generation, and the members of the workloads and replica groups
 * that it touches. Samples never move it; membership, spec, role and leader changes do.
 */
export function footprintOf(actions: readonly ActionSpec[], inventory: Inventory): Footprint {
  const targets = new Map(actions.map(({ target }) => [entityKey(target), generationOf(target, inventory)]));
  return {
    clusterId: inventory.clusterId,
    targets: Object.fromEntries([...targets].sort(([a], [b]) => (a < b ? -1 : 1))),
    members: membersOf(
      actions.map(({ target }) => target),
      inventory,
    ),
  };
}

/** Generation of one entity as text: `gone` when it is not there, so that a vanished target differs from every other. */
export function generationOf(target: EntityRef, inventory: Inventory): string {
  const index = indexInventory(inventory);
  switch (target.kind) {
    case 'instance':
      return text(index.instances.get(target.id), (instance) => `${instance.generation}`);
    case 'workload':
      return text(index.workloads.get(target.id), describeWorkload);
    case 'replica-group':
      return text(index.groups.get(target.id), (group) => group.leaderId ?? 'no leader');
    case 'node':
      return text(index.nodes.get(target.id), (node) => `${node.zoneId}${node.cordoned ? ' cordoned' : ''}`);
    case 'queue':
      return text(index.queues.get(target.id), (queue) => (queue.consumerPaused ? 'paused' : 'open'));
    case 'job':
      return text(index.jobs.get(target.id), (job) => `${job.attempts}`);
    case 'cluster':
    case 'site':
    case 'zone':
      return 'there';
    default:
      target.kind satisfies never;
      return 'gone';
  }
}

function describeWorkload(workload: Workload): string {
  return workload.version === null ? `${workload.desired}` : `${workload.desired}@${workload.version}`;
}

function text<Item>(item: Item | undefined, describe: (item: Item) => string): string {
  return item === undefined ? 'gone' : describe(item);
}

function membersOf(targets: readonly EntityRef[], inventory: Inventory): string[] {
  const index = indexInventory(inventory);
  const touched = new Set(targets.flatMap((target) => instancesBehind(target, inventory)));
  const workloadIds = new Set([...touched].map((id) => index.instances.get(id)?.workloadId ?? ''));
  const peers = [...workloadIds].flatMap((id) => index.instancesOfWorkload.get(id) ?? []).map((peer) => peer.id);
  const groups = inventory.replicaGroups.filter((group) => group.members.some((one) => touched.has(one.instanceId)));
  const members = groups.flatMap((group) => group.members.map((member) => member.instanceId));
  return [...new Set([...peers, ...members])].sort();
}

function instancesBehind(target: EntityRef, inventory: Inventory): string[] {
  const index = indexInventory(inventory);
  const ids = (instances: readonly { readonly id: string }[] | undefined) => (instances ?? []).map((one) => one.id);
  switch (target.kind) {
    case 'instance':
      return [target.id];
    case 'node':
      return ids(index.instancesOfNode.get(target.id));
    case 'workload':
      return ids(index.instancesOfWorkload.get(target.id));
    case 'replica-group':
      return (index.groups.get(target.id)?.members ?? []).map((member) => member.instanceId);
    case 'queue':
      return consumersOf(target.id, inventory).flatMap((id) => ids(index.instancesOfWorkload.get(id)));
    case 'job':
      return ids(index.instancesOfWorkload.get(index.jobs.get(target.id)?.workloadId ?? ''));
    case 'cluster':
    case 'site':
    case 'zone':
      return [];
    default:
      target.kind satisfies never;
      return [];
  }
}

/**
 * Says what changed since the footprint was taken, or null.
 * @param actedOn targets on which the plan itself has acted: their change, and that of the members, is its own doing
 */
export function footprintChanged(
  footprint: Footprint,
  inventory: Inventory,
  actedOn: ReadonlySet<string> = new Set(),
): string | null {
  if (footprint.clusterId !== inventory.clusterId) {
    return `cluster is ${inventory.clusterId}, the plan is for ${footprint.clusterId}`;
  }
  const targets = Object.keys(footprint.targets).map(parseKey);
  for (const target of targets) {
    const key = entityKey(target);
    const was = footprint.targets[key];
    const is = generationOf(target, inventory);
    if (was !== is && !actedOn.has(key)) return `${key} was ${was}, is ${is}`;
  }
  if (actedOn.size > 0) return null;
  const members = membersOf(targets, inventory);
  const gone = footprint.members.filter((id) => !members.includes(id)).map((id) => `-${id}`);
  const come = members.filter((id) => !footprint.members.includes(id)).map((id) => `+${id}`);
  return gone.length + come.length === 0 ? null : `members changed: ${[...gone, ...come].join(' ')}`;
}

/** The reverse of `entityKey`: no kind holds a slash, an id may. */
function parseKey(key: string): EntityRef {
  const slash = key.indexOf('/');
  return { kind: key.slice(0, slash) as EntityRef['kind'], id: key.slice(slash + 1) };
}
