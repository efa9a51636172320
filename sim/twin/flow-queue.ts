import type { EntityRef } from '../../model/entity.ts';
import type { Inventory } from '../../model/inventory.ts';
import { arrivalModel } from './arrivals.ts';
import { recentSteps } from './capacity.ts';
import type { FlowGroup, FlowInstance, FlowQueue } from './flow-model.ts';
import { type History, medianOf, numbersOf } from './history.ts';

/** Null where too little is known of its load. */
export function queueOf(
  id: string,
  inventory: Inventory,
  history: History,
  instances: readonly FlowInstance[],
  groups: readonly FlowGroup[],
): FlowQueue | null {
  const entity: EntityRef = { kind: 'queue', id };
  const arrivals = arrivalModel(history.increments(entity, 'queue.enqueued'));
  const depth = history.latest(entity, 'queue.depth');
  if (arrivals === null || Number.isNaN(depth)) return null;
  const index = inventory.queues.findIndex((queue) => queue.id === id);
  const readers = [...instances.keys()].filter((i) => instances[i]!.consumes === index);
  const age = history.latest(entity, 'queue.oldest_age');
  const restAgeMs = restAge(history, entity);
  const keeps = groupsOf(id, inventory);
  const partitions = inventory.queues[index]!.partitions ?? null;
  return {
    id,
    depth,
    ageMs: Number.isNaN(age) ? 0 : age,
    restAgeMs,
    paused: inventory.queues[index]!.consumerPaused,
    partitions,
    efficiency: efficiencyOf(
      history,
      entity,
      readers.map((i) => instances[i]!),
      arrivals.level,
      partitions !== null,
    ),
    arrivals,
    readers,
    writers: writersOf(id, inventory, instances),
    groups: groups.flatMap((group, i) => (keeps.has(group.id) ? [i] : [])),
    blocked: isBlocked(history, entity, arrivals.level),
  };
}

/** Age of the oldest message in the quieter half of the past; a queue that is never empty has one too. */
function restAge(history: History, queue: EntityRef): number {
  const ages = numbersOf(history.values(queue, 'queue.oldest_age'));
  return ages.length === 0 ? 0 : Math.min(medianOf(ages), history.stepMs / 2);
}

/** Whether the last two steps took nothing in although messages were to come. */
function isBlocked(history: History, queue: EntityRef, level: number): boolean {
  const last = numbersOf(history.increments(queue, 'queue.enqueued'), history.asOf - 2);
  return level > 0 && last.length > 0 && last.every((count) => count === 0);
}

/**
 * Done against possible in the recent steps in which more waited than a step could work off; 1 where there were none. What
 * a stuck reader holds, or has gathered before a slow one, does not wait for the others.
 */
function efficiencyOf(
  history: History,
  queue: EntityRef,
  readers: readonly FlowInstance[],
  level: number,
  isPartitioned: boolean,
): number {
  if (readers.some(({ holdsMessages }) => holdsMessages)) return 1;
  const working = readers.filter(({ works }) => works);
  const possible = working.reduce((sum, { perStep }) => sum + perStep, 0);
  const done = history.increments(queue, 'queue.dequeued');
  const depth = history.values(queue, 'queue.depth');
  const full = [...done.keys()]
    .slice(-recentSteps)
    .filter((i) => depth[i - 1]! > possible && depth[i]! > possible && done[i]! > 0);
  if (possible === 0 || full.length < 2) return 1;
  const did = medianOf(full.map((i) => done[i]!));
  const comesToEach = level / working.length;
  const isSlow = working.some(({ perStep }) => perStep < comesToEach);
  const atLeast = working.reduce((sum, { perStep }) => sum + Math.min(perStep, comesToEach), 0);
  if (isPartitioned && isSlow && did > 0.95 * atLeast) return 1;
  return Math.min(1.2, did / possible);
}

function writersOf(id: string, { edges, workloads }: Inventory, instances: readonly FlowInstance[]): number[] {
  const told = edges.filter((edge) => edge.kind === 'produces-to' && edge.to.id === id).map((edge) => edge.from.id);
  const writing = new Set(
    told.length > 0 ? told : workloads.filter(({ role }) => role === 'gateway').map((one) => one.id),
  );
  return [...instances.keys()].filter((i) => writing.has(instances[i]!.workloadId));
}

/** Replica groups that keep a queue's messages: by an edge, by its name, or the only one there is. */
export function groupsOf(queueId: string, { edges, replicaGroups }: Inventory): ReadonlySet<string> {
  const told = edges.filter(
    (edge) => edge.kind === 'depends-on' && edge.from.kind === 'queue' && edge.from.id === queueId,
  );
  if (told.length > 0) return new Set(told.map((edge) => edge.to.id));
  if (replicaGroups.some(({ id }) => id === queueId)) return new Set([queueId]);
  return new Set(replicaGroups.length === 1 ? [replicaGroups[0]!.id] : []);
}
