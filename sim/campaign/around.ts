import type { EntityRef } from '../../model/entity.ts';
import type { ClusterState } from '../cluster/state.ts';

/** The entity and everything that it is part of on the true cluster: who holds one of these holds the entity. */
export function entitiesAround(state: ClusterState, entity: EntityRef): EntityRef[] {
  switch (entity.kind) {
    case 'instance': {
      const instance = state.instances.get(entity.id);
      if (instance === undefined) return [entity];
      const node = entitiesAround(state, { kind: 'node', id: instance.nodeId });
      const groups = [...state.groups.values()].filter(({ members }) =>
        members.some(({ instanceId }) => instanceId === entity.id),
      );
      return [
        entity,
        { kind: 'workload', id: instance.workloadId },
        ...groups.map(({ id }): EntityRef => ({ kind: 'replica-group', id })),
        ...node,
      ];
    }
    case 'node': {
      const node = state.nodes.get(entity.id);
      if (node === undefined) return [entity];
      return [entity, { kind: 'zone', id: node.zoneId }, { kind: 'site', id: node.siteId }];
    }
    default:
      return [entity];
  }
}
