import type { EntityKind, EntityRef } from '../../model/entity.ts';
import type { RankedCause } from '../../model/incident.ts';
import type { Instance, WorkloadRole } from '../../model/inventory.ts';
import type { Topology } from '../monitor/topology.ts';
import { producersOf, queuesReadBy } from '../monitor/topology.ts';
import { EntityValue } from './condition-facts.ts';
import type { Playbook } from './playbook.ts';
import type { Selector } from './playbook-schema.ts';

export interface Selection {
  readonly cause: RankedCause;
  readonly causes: readonly RankedCause[];
  readonly playbook: Playbook;
  readonly topology: Topology;
}

/** The entities of a kind that a selector finds, in the order of their ids. */
export function selectEntities(selector: Selector, kind: EntityKind, from: Selection): EntityRef[] {
  const found = new Set(
    idsOf(selector, from)
      .filter((ref) => ref.kind === kind && ref.id !== '')
      .map((ref) => ref.id),
  );
  return [...found].sort().map((id) => ({ kind, id }));
}

function idsOf(selector: Selector, { cause, causes, playbook, topology }: Selection): EntityRef[] {
  const here = new EntityValue(cause.entity, topology);
  switch (selector) {
    case 'cause':
      return [cause.entity];
    case 'causes':
      return causes
        .filter((one) => playbook.trigger.causes.includes(one.kind) && one.confidence >= playbook.trigger.minConfidence)
        .filter((one) => fitsRoles(playbook.trigger.roles, one.entity, topology))
        .map((one) => one.entity);
    case 'workload':
      return [{ kind: 'workload', id: here.workload }];
    case 'queue':
      return cause.entity.kind === 'queue'
        ? [cause.entity]
        : queuesReadBy(topology, here.workload).map(({ id }) => ({ kind: 'queue', id }));
    case 'producer':
      return producersOf(topology, cause.entity.id).map(({ id }) => ({ kind: 'workload', id }));
    case 'node':
      return [{ kind: 'node', id: here.node }];
    case 'instances-of-node':
      return (topology.instancesOfNode.get(here.node) ?? [])
        .map(({ id }): EntityRef => ({ kind: 'instance', id }))
        .filter((entity) => fitsRoles(playbook.trigger.roles, entity, topology));
    case 'stopped-there':
      return stoppedIn(cause.entity, topology).slice(0, 1);
    case 'workloads-there':
      return instancesIn(cause.entity, topology)
        .map(({ workloadId }): EntityRef => ({ kind: 'workload', id: workloadId }))
        .filter((entity) => fitsRoles(playbook.trigger.roles, entity, topology));
    case 'groups-led':
      return groupsLed(here, topology);
    case 'cluster':
      return [{ kind: 'cluster', id: topology.inventory.clusterId }];
  }
}

/** Instances on a node, or on the nodes of a zone or site. */
function instancesIn(place: EntityRef, { inventory, nodes }: Topology): Instance[] {
  if (place.kind === 'node') return inventory.instances.filter(({ nodeId }) => nodeId === place.id);
  const zones = inventory.zones.filter(({ id, siteId }) => (place.kind === 'site' ? siteId : id) === place.id);
  const ids = new Set(zones.map(({ id }) => id));
  return inventory.instances.filter(({ nodeId }) => ids.has(nodes.get(nodeId)?.zoneId ?? ''));
}

function stoppedIn(place: EntityRef, topology: Topology): EntityRef[] {
  return instancesIn(place, topology)
    .filter(({ nodeId, state }) => state === 'stopped' && topology.nodes.get(nodeId)?.state === 'ready')
    .map(({ id }): EntityRef => ({ kind: 'instance', id }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function groupsLed(here: EntityValue, topology: Topology): EntityRef[] {
  if (here.kind === 'replica-group') return [{ kind: 'replica-group', id: here.id }];
  const ids = new Set(
    here.kind === 'node' ? (topology.instancesOfNode.get(here.id) ?? []).map((instance) => instance.id) : [here.id],
  );
  return topology.inventory.replicaGroups
    .filter((group) => group.leaderId !== null && ids.has(group.leaderId))
    .map(({ id }) => ({ kind: 'replica-group', id }));
}

/** Whether an entity does one of the roles: by its own workload, or by an instance that a node, zone or site carries. */
export function fitsRoles(roles: readonly WorkloadRole[] | null, entity: EntityRef, topology: Topology): boolean {
  if (roles === null) return true;
  if (entity.kind === 'node' || entity.kind === 'zone' || entity.kind === 'site') {
    const carried = instancesIn(entity, topology);
    return carried.some(({ id }) => fitsRoles(roles, { kind: 'instance', id }, topology));
  }
  const role = topology.workloads.get(new EntityValue(entity, topology).workload)?.role;
  return role !== undefined && roles.includes(role);
}
