import type { ActionName, ActionSpec } from '../../model/actions.ts';
import { actionCatalogue } from '../../model/actions.ts';
import type { EntityRef } from '../../model/entity.ts';
import type { Topology } from '../monitor/topology.ts';

/** Parameters that the catalogue fills from facts and not from the playbook. */
function factsFor(name: ActionName, target: EntityRef, topology: Topology): Record<string, unknown> | null {
  switch (name) {
    case 'replica.transfer-leader': {
      const from = topology.groups.get(target.id)?.leaderId ?? null;
      return from === null ? null : { from, to: null };
    }
    case 'workload.rollback': {
      const toVersion = topology.workloads.get(target.id)?.previousVersion ?? null;
      return toVersion === null ? null : { toVersion };
    }
    default:
      return {};
  }
}

/** One action bound to a target, or null where the cluster does not tell what it needs. The guard checks its parameters. */
export function bindAction(
  name: ActionName,
  target: EntityRef,
  params: Readonly<Record<string, unknown>>,
  topology: Topology,
): ActionSpec | null {
  const facts = factsFor(name, target, topology);
  return facts === null ? null : ({ name, target, params: { ...facts, ...params } } as ActionSpec);
}

/** The action that takes one back to how the cluster is now, or the reason why there is none. */
export function inverseOf(spec: ActionSpec, topology: Topology): { undo: ActionSpec | null; reason: string | null } {
  const kind = actionCatalogue[spec.name];
  if (kind.inverse === null) return { undo: null, reason: kind.inverseReason };
  const params = inverseParams(spec, topology);
  if (params === null) return { undo: null, reason: `what ${spec.target.id} was before is not known` };
  return { undo: { name: kind.inverse, target: spec.target, params } as ActionSpec, reason: null };
}

const politeGraceMs = 10_000;

function inverseParams(spec: ActionSpec, topology: Topology): Record<string, unknown> | null {
  const workload = topology.workloads.get(spec.target.id);
  switch (spec.name) {
    case 'workload.scale':
      return workload === undefined ? null : { to: workload.desired };
    case 'workload.rollback':
      return workload?.version == null ? null : { toVersion: workload.version };
    case 'workload.set-resources': {
      const member = topology.instancesOfWorkload.get(spec.target.id)?.[0];
      return member === undefined ? null : { cpuCores: member.cpuLimitCores, memoryBytes: member.memoryLimitBytes };
    }
    case 'traffic.shed':
      return { ratio: 0 };
    case 'instance.start':
      return { graceMs: politeGraceMs };
    default:
      return {};
  }
}
