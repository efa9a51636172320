import type { Plan } from '../../model/plan.ts';
import type { FlowInstance, FlowModel } from './flow-model.ts';

/**
 * The model with the instances that a plan would add, down and on no node yet, so that both branches draw the same luck.
 * Only as many are added as open nodes have free cores for.
 */
export function withNewcomers(model: FlowModel, plan: Plan): FlowModel {
  const added = plan.steps.flatMap(({ action }) =>
    action.name === 'workload.scale' ? newcomersOf(model, action.target.id, action.params.to) : [],
  );
  if (added.length === 0) return model;
  const instances = [...model.instances, ...added];
  const queues = model.queues.map((queue, q) => ({
    ...queue,
    readers: [...instances.keys()].filter((i) => instances[i]!.consumes === q),
  }));
  return { ...model, instances, queues };
}

function newcomersOf(model: FlowModel, workloadId: string, to: number): FlowInstance[] {
  const own = model.instances.filter((one) => one.workloadId === workloadId);
  const like = own.find((one) => one.works) ?? own[0];
  if (like === undefined) return [];
  const limit = model.inventory.instances.find(({ id }) => id === like.id)?.cpuLimitCores ?? null;
  const room = limit === null ? Number.POSITIVE_INFINITY : freeSlots(model, limit);
  const count = Math.max(0, Math.min(to - own.length, room));
  return Array.from({ length: count }, (_, n) => ({
    ...like,
    id: `${workloadId}+${n + 1}`,
    nodeId: '',
    state: 'stopped' as const,
    works: false,
    holdsMessages: false,
    perStep: like.soundPerStep,
    memoryBytes: Number.NaN,
    growthPerStep: 0,
    growthSdPerStep: 0,
  }));
}

/** Places for one more instance of `cores` on the nodes that are ready and open. */
function freeSlots({ inventory }: FlowModel, cores: number): number {
  const open = inventory.nodes.filter((node) => node.state === 'ready' && !node.cordoned);
  let slots = 0;
  for (const node of open) {
    const used = inventory.instances
      .filter(({ nodeId }) => nodeId === node.id)
      .reduce((sum, one) => sum + (one.cpuLimitCores ?? 0), 0);
    slots += Math.max(0, Math.floor((node.cpuCores - used) / cores + 1e-9));
  }
  return slots;
}
