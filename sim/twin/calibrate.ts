import type { EntityRef } from '../../model/entity.ts';
import type { Instance, Inventory } from '../../model/inventory.ts';
import type { ClusterPicture } from '../../model/picture.ts';
import type { Slo } from '../../model/slo.ts';
import { arrivalModel } from './arrivals.ts';
import type { FlowGroup, FlowInstance, FlowModel, FlowQueue, FlowSlo } from './flow-model.ts';
import { History, medianOf, numbersOf } from './history.ts';
import { memoryOf } from './memory.ts';

/** Two minutes: what an instance can do now. */
const recentSteps = 12;
/** Without progress this long while its peers make some, a running instance is stuck: 30 s. */
const stuckSteps = 3;
/** Right after its start an instance fails health checks without being ill, ms. */
const youngMs = 30_000;
/** Less use of its processor than this says nothing about what an instance could do. */
const tellingCpuRatio = 0.05;

export type Calibrated =
  | { readonly ok: true; readonly model: FlowModel }
  | { readonly ok: false; readonly why: string };

/**
 * Builds the flow model from a picture, by what was known at step `asOf` of it. The inventory is that of the picture:
 * a back-test puts in itself who worked when.
 */
export function calibrate(picture: ClusterPicture, asOf = picture.steps): Calibrated {
  const history = new History(picture, asOf);
  const { inventory } = picture;
  const assumptions: string[] = [];
  const instances = instancesOf(inventory, history, picture.atMs);
  const indexOf = new Map(instances.map(({ id }, index) => [id, index]));
  const groups = inventory.replicaGroups.map(
    (group): FlowGroup => ({
      id: group.id,
      members: group.members.flatMap((member) => indexOf.get(member.instanceId) ?? []),
      leader: indexOf.get(group.leaderId ?? '') ?? -1,
      quorum: group.quorum,
    }),
  );
  const queues: FlowQueue[] = [];
  for (const { id } of inventory.queues) {
    const queue = queueOf(id, inventory, history, instances, groups);
    if (queue === null) return { ok: false, why: `too little is known of the load of queue ${id}` };
    queues.push(queue);
  }
  const slos = picture.slos.flatMap((slo) => sloOf(slo, queues));
  if (slos.length === 0) return { ok: false, why: 'no SLO is about the age or depth of a queue' };
  for (const slo of picture.slos)
    if (!slos.some((one) => one.slo === slo)) assumptions.push(`${slo.id} is left out: the twin knows queues only`);
  const nodes = inventory.nodes.map(({ id, state }) => ({ id, ready: state === 'ready' }));
  return {
    ok: true,
    model: { stepMs: picture.stepMs, inventory, instances, queues, groups, nodes, slos, assumptions },
  };
}

function sloOf(slo: Slo, queues: readonly FlowQueue[]): FlowSlo[] {
  const queue = queues.findIndex(({ id }) => slo.entity.kind === 'queue' && slo.entity.id === id);
  if (queue === -1 || slo.direction !== 'below') return [];
  if (slo.metric === 'queue.oldest_age') return [{ slo, queue, of: 'age' }];
  return slo.metric === 'queue.depth' ? [{ slo, queue, of: 'depth' }] : [];
}

type Capacities = ReadonlyMap<string, number>;

function instancesOf(inventory: Inventory, history: History, nowMs: number): FlowInstance[] {
  const workloads = new Map(inventory.workloads.map((workload) => [workload.id, workload]));
  const readyNodes = new Set(inventory.nodes.filter(({ state }) => state === 'ready').map(({ id }) => id));
  const reads = queueByWorkload(inventory);
  const own: Capacities = new Map(inventory.instances.map(({ id }) => [id, perStepOf(id, history)]));
  const memory = memoryOf(inventory, history);
  const peers = new Map(inventory.workloads.map(({ id }) => [id, peerCapacity(id, inventory, own)]));
  return inventory.instances.map((instance): FlowInstance => {
    const role = workloads.get(instance.workloadId)?.role ?? 'worker';
    const consumes = reads.get(instance.workloadId) ?? -1;
    const sound = peers.get(instance.workloadId) ?? 0;
    const runs =
      instance.state === 'running' &&
      instance.networkAttached &&
      (readyNodes.size === 0 || readyNodes.has(instance.nodeId));
    const young = instance.startedAtMs !== null && nowMs - instance.startedAtMs < youngMs;
    const deaf = instance.ready === false && !young;
    const stuck = runs && consumes !== -1 && (deaf || isStuck(instance, inventory, history));
    const perStep = own.get(instance.id)!;
    return {
      id: instance.id,
      workloadId: instance.workloadId,
      nodeId: instance.nodeId,
      role,
      state: instance.state,
      consumes,
      works: runs && !stuck && !deaf,
      holdsMessages: stuck || instance.state === 'paused',
      perStep: Number.isNaN(perStep) ? sound : perStep,
      soundPerStep: Math.max(sound, Number.isNaN(perStep) ? 0 : perStep),
      limitBytes: instance.memoryLimitBytes ?? Number.POSITIVE_INFINITY,
      ...memory.get(instance.id)!,
    };
  });
}

function peerCapacity(workloadId: string, inventory: Inventory, own: Capacities): number {
  const known = inventory.instances.filter((peer) => peer.workloadId === workloadId).map(({ id }) => own.get(id)!);
  const median = medianOf(known.filter((value) => !Number.isNaN(value)));
  return Number.isNaN(median) ? 0 : median;
}

/** The queue that each workload reads: by an edge, or the only one there is for workers. */
function queueByWorkload({ edges, queues, workloads }: Inventory): ReadonlyMap<string, number> {
  const told = edges.filter((edge) => edge.kind === 'consumes-from' && edge.from.kind === 'workload');
  const byEdge = told.map((edge): [string, number] => [edge.from.id, queues.findIndex(({ id }) => id === edge.to.id)]);
  if (byEdge.length > 0 || queues.length !== 1) return new Map(byEdge);
  return new Map(workloads.filter(({ role }) => role === 'worker').map(({ id }) => [id, 0]));
}

/**
 * What an instance could do per step when it always had work: by the utilisation law from the share of its processor
 * that its throughput took, and by its service time, whichever is less (an item may also wait without computing).
 * NaN where it has done nothing in the picture.
 */
function perStepOf(id: string, history: History): number {
  const entity: EntityRef = { kind: 'instance', id };
  const done = history.increments(entity, 'work.completed');
  const worked = [...done.keys()].filter((i) => done[i]! > 0).slice(-recentSteps);
  if (worked.length < 2) return Number.NaN;
  const at = (values: Float64Array) =>
    medianOf(worked.map((i) => values[i] ?? Number.NaN).filter((value) => !Number.isNaN(value)));
  const rate = at(done);
  const busy = at(history.values(entity, 'cpu.utilization'));
  const tookMs = at(history.values(entity, 'work.duration'));
  const byBusy = busy >= tellingCpuRatio ? rate / Math.min(1, busy) : Number.POSITIVE_INFINITY;
  const lanes = Math.max(1, Math.ceil((rate * tookMs) / history.stepMs - 0.2));
  const byTime = tookMs > 0 ? (history.stepMs / tookMs) * lanes : Number.POSITIVE_INFINITY;
  const could = Math.min(byBusy, byTime);
  return Math.max(rate, Number.isFinite(could) ? could : Math.max(...worked.map((i) => done[i]!)));
}

/** Runs, and has finished nothing for a while in which its peers have. */
function isStuck({ id, workloadId }: Instance, inventory: Inventory, history: History): boolean {
  const recent = (one: string) =>
    numbersOf(history.increments({ kind: 'instance', id: one }, 'work.completed'), history.asOf - stuckSteps);
  const own = recent(id);
  if (own.length < stuckSteps || own.some((count) => count > 0)) return false;
  const peers = inventory.instances.filter((peer) => peer.workloadId === workloadId && peer.id !== id);
  return peers.some((peer) => recent(peer.id).some((count) => count > 0));
}

function queueOf(
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
  return {
    id,
    depth,
    ageMs: Number.isNaN(age) ? 0 : age,
    restAgeMs,
    paused: inventory.queues[index]!.consumerPaused,
    efficiency: efficiencyOf(history, entity, readers, instances),
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
 * a stuck reader holds does not wait for the others.
 */
function efficiencyOf(
  history: History,
  queue: EntityRef,
  readers: readonly number[],
  instances: readonly FlowInstance[],
): number {
  if (readers.some((i) => instances[i]!.holdsMessages)) return 1;
  const possible = readers.reduce((sum, i) => sum + (instances[i]!.works ? instances[i]!.perStep : 0), 0);
  const done = history.increments(queue, 'queue.dequeued');
  const depth = history.values(queue, 'queue.depth');
  const full = [...done.keys()]
    .slice(-recentSteps)
    .filter((i) => depth[i - 1]! > possible && depth[i]! > possible && done[i]! > 0);
  if (possible === 0 || full.length < 2) return 1;
  return Math.min(1.2, medianOf(full.map((i) => done[i]!)) / possible);
}

function writersOf(id: string, { edges, workloads }: Inventory, instances: readonly FlowInstance[]): number[] {
  const told = edges.filter((edge) => edge.kind === 'produces-to' && edge.to.id === id).map((edge) => edge.from.id);
  const writing = new Set(
    told.length > 0 ? told : workloads.filter(({ role }) => role === 'gateway').map((one) => one.id),
  );
  return [...instances.keys()].filter((i) => writing.has(instances[i]!.workloadId));
}

function groupsOf(queueId: string, { edges, replicaGroups }: Inventory): ReadonlySet<string> {
  const told = edges.filter(
    (edge) => edge.kind === 'depends-on' && edge.from.kind === 'queue' && edge.from.id === queueId,
  );
  if (told.length > 0) return new Set(told.map((edge) => edge.to.id));
  if (replicaGroups.some(({ id }) => id === queueId)) return new Set([queueId]);
  return new Set(replicaGroups.length === 1 ? [replicaGroups[0]!.id] : []);
}
