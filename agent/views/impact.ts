import { type EntityRef, entityKey } from '../../model/entity.ts';
import type { Instance, Inventory, ReplicaGroup, Workload } from '../../model/inventory.ts';
import { escapeDeep } from './text.ts';

/** A workload that would lose instances. */
export interface WorkloadImpact {
  readonly id: string;
  readonly losesInstances: number;
  readonly healthyBefore: number;
  readonly healthyAfter: number;
  readonly desired: number;
}

/** A replica group that would lose members. */
export interface GroupImpact {
  readonly id: string;
  readonly onlineAfter: number;
  readonly quorum: number;
  readonly keepsQuorum: boolean;
  /** Whether its leader is among what stops, so that writers wait for an election. */
  readonly losesLeader: boolean;
}

/** What stops if an entity stops, counted on the live inventory. */
export interface ImpactView {
  readonly entity: EntityRef;
  readonly instances: readonly string[];
  readonly workloads: readonly WorkloadImpact[];
  readonly replicaGroups: readonly GroupImpact[];
  /** Entities that rest on a workload or group that would stop altogether, over any number of edges. */
  readonly dependents: readonly string[];
  /** Entities that rest on one that would run on with less. */
  readonly weakened: readonly string[];
}

/** Entities that an id (`worker-3`) or a key (`instance/worker-3`) may mean. More than one: the id is ambiguous. */
export function findEntities(inventory: Inventory, name: string): EntityRef[] {
  return allEntities(inventory).filter((entity) => entity.id === name || entityKey(entity) === name);
}

function allEntities(inventory: Inventory): EntityRef[] {
  const of = (kind: EntityRef['kind'], items: readonly { readonly id: string }[]) =>
    items.map(({ id }) => ({ kind, id }));
  return [
    { kind: 'cluster', id: inventory.clusterId },
    ...of('site', inventory.sites),
    ...of('zone', inventory.zones),
    ...of('node', inventory.nodes),
    ...of('workload', inventory.workloads),
    ...of('instance', inventory.instances),
    ...of('replica-group', inventory.replicaGroups),
    ...of('queue', inventory.queues),
    ...of('job', inventory.jobs),
  ];
}

export function impactView(inventory: Inventory, entity: EntityRef): ImpactView {
  const instances = instancesOf(inventory, entity);
  const stopped = new Set(instances.map((instance) => instance.id));
  const workloads = inventory.workloads
    .map((workload) => workloadImpact(inventory, workload, stopped))
    .filter((impact) => impact.losesInstances > 0);
  const groups = inventory.replicaGroups
    .filter((group) => group.members.some((member) => stopped.has(member.instanceId)))
    .map((group) => groupImpact(group, stopped));
  const dead = [
    ...workloads.filter((impact) => impact.healthyAfter === 0).map(({ id }) => entityKey({ kind: 'workload', id })),
    ...groups.filter((impact) => !impact.keepsQuorum).map(({ id }) => entityKey({ kind: 'replica-group', id })),
    entityKey(entity),
  ];
  const weak = [
    ...workloads.map(({ id }) => entityKey({ kind: 'workload', id })),
    ...groups.map(({ id }) => entityKey({ kind: 'replica-group', id })),
  ];
  const own = new Set<string>([...dead, ...instances.map(({ id }) => entityKey({ kind: 'instance', id }))]);
  const dependents = restingOn(inventory, dead).filter((key) => !own.has(key));
  const weakened = restingOn(inventory, weak).filter((key) => !own.has(key) && !dependents.includes(key));
  const ids = instances.map((instance) => instance.id);
  return escapeDeep({ entity, instances: ids, workloads, replicaGroups: groups, dependents, weakened });
}

function instancesOf(inventory: Inventory, entity: EntityRef): Instance[] {
  const zoneOf = new Map(inventory.nodes.map((node) => [node.id, node.zoneId]));
  const siteOf = new Map(inventory.zones.map((zone) => [zone.id, zone.siteId]));
  const group = inventory.replicaGroups.find(({ id }) => entity.kind === 'replica-group' && id === entity.id);
  const members = new Set(group?.members.map((member) => member.instanceId));
  return inventory.instances.filter((instance) => {
    const zone = zoneOf.get(instance.nodeId) ?? '';
    switch (entity.kind) {
      case 'instance':
        return instance.id === entity.id;
      case 'workload':
        return instance.workloadId === entity.id;
      case 'node':
        return instance.nodeId === entity.id;
      case 'zone':
        return zone === entity.id;
      case 'site':
        return siteOf.get(zone) === entity.id;
      case 'cluster':
        return true;
      case 'replica-group':
        return members.has(instance.id);
      case 'queue':
      case 'job':
        return false;
      default:
        return entity.kind satisfies never;
    }
  });
}

function workloadImpact(inventory: Inventory, workload: Workload, stopped: ReadonlySet<string>): WorkloadImpact {
  const own = inventory.instances.filter((instance) => instance.workloadId === workload.id);
  const healthy = own.filter((instance) => instance.state === 'running' && instance.ready !== false);
  return {
    id: workload.id,
    losesInstances: own.filter((instance) => stopped.has(instance.id)).length,
    healthyBefore: healthy.length,
    healthyAfter: healthy.filter((instance) => !stopped.has(instance.id)).length,
    desired: workload.desired,
  };
}

function groupImpact(group: ReplicaGroup, stopped: ReadonlySet<string>): GroupImpact {
  const left = group.members.filter((member) => member.online && member.inSync && !stopped.has(member.instanceId));
  return {
    id: group.id,
    onlineAfter: left.length,
    quorum: group.quorum,
    keepsQuorum: left.length >= group.quorum,
    losesLeader: group.leaderId !== null && stopped.has(group.leaderId),
  };
}

/** Follows the edges against their direction: whoever runs on, depends on, produces to or consumes from a start. */
function restingOn(inventory: Inventory, starts: readonly string[]): string[] {
  const found = new Set<string>();
  const queue = [...starts];
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    for (const edge of inventory.edges) {
      const from = entityKey(edge.from);
      if (entityKey(edge.to) !== key || found.has(from)) continue;
      found.add(from);
      queue.push(from);
    }
  }
  return [...found].toSorted();
}
