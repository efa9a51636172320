import type { ActionSpec } from '../../model/actions.ts';
import { instancesOf, isHealthy } from '../cluster/instances.ts';
import type { ClusterState } from '../cluster/state.ts';
import type { World } from '../world.ts';

/** Facts may be this old by right: what broke within it could not have been known, ms. */
const unknowableMs = 30_000;

/**
 * What an action would break on the true cluster, or null. Null also while the view is false or something has just
 * broken: then nobody could have known.
 */
export function takesTooMuch(world: World, spec: ActionSpec): string | null {
  if (viewIsFalse(world)) return null;
  const { state } = world;
  const taken = healthyTaken(state, spec);
  if (taken.size === 0) return null;
  for (const group of state.groups.values()) {
    const left = [...group.inSync].filter((id) => !taken.has(id)).length;
    const touches = group.members.some((member) => taken.has(member.instanceId));
    if (touches && left < group.quorum) return `would leave ${left} of quorum ${group.quorum} in ${group.id}`;
  }
  return null;
}

function viewIsFalse({ truth, clock }: World): boolean {
  const nowMs = clock.nowMs();
  return truth.faults.some(({ fault, state }) => {
    if (state === 'live' && fault.kind.startsWith('telemetry')) return true;
    return fault.atMs <= nowMs && fault.atMs > nowMs - unknowableMs;
  });
}

/** Healthy instances that the action takes down. A rollback counts whole: a member that is ready may not be in sync. */
function healthyTaken(state: ClusterState, spec: ActionSpec): Set<string> {
  const { id } = spec.target;
  const hit = (() => {
    switch (spec.name) {
      case 'instance.restart':
      case 'instance.stop':
        return [...state.instances.values()].filter((instance) => instance.id === id);
      case 'node.drain':
      case 'node.reboot':
      case 'node.park':
        return [...state.instances.values()].filter((instance) => instance.nodeId === id);
      case 'workload.scale':
        return instancesOf(state, id).slice(spec.params.to);
      case 'workload.rollback':
        return instancesOf(state, id);
      default:
        return [];
    }
  })();
  return new Set(hit.filter((instance) => isHealthy(state, instance)).map((instance) => instance.id));
}
