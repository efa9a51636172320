import type { Inventory, Node } from '../../model/inventory.ts';
import type { ClusterPicture } from '../../model/picture.ts';
import type { Slo } from '../../model/slo.ts';
import { type Capacity, capacityOf, isStuck, silentMsOf } from './capacity.ts';
import { stoppagesOf } from './failover.ts';
import type { FlowGroup, FlowInstance, FlowModel, FlowNode, FlowQueue, FlowSlo } from './flow-model.ts';
import { groupsOf, queueOf } from './flow-queue.ts';
import { History, medianOf } from './history.ts';
import { growthOf, memoryOf } from './memory.ts';

/** Right after its start an instance fails health checks without being ill, ms. */
const youngMs = 30_000;
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
      failoversMs: queuesOn(group.id, inventory).flatMap((id) => stoppagesOf(id, history)),
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
  const nodes = inventory.nodes.map((node) => nodeOf(node, history));
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

function instancesOf(inventory: Inventory, history: History, nowMs: number): FlowInstance[] {
  const workloads = new Map(inventory.workloads.map((workload) => [workload.id, workload]));
  const readyNodes = new Set(inventory.nodes.filter(({ state }) => state === 'ready').map(({ id }) => id));
  const nodeIndex = new Map(inventory.nodes.map(({ id }, index) => [id, index]));
  const reads = queueByWorkload(inventory);
  const needs = neededBy(inventory);
  const own = new Map(inventory.instances.map((instance) => [instance.id, capacityOf(instance, history)]));
  const memory = memoryOf(inventory, history);
  const sound = new Map(inventory.workloads.map(({ id }) => [id, soundCapacity(id, inventory, own)]));
  return inventory.instances.map((instance): FlowInstance => {
    const role = workloads.get(instance.workloadId)?.role ?? 'worker';
    const consumes = reads.get(instance.workloadId) ?? -1;
    const ofPeers = sound.get(instance.workloadId) ?? 0;
    const runs =
      instance.state === 'running' &&
      instance.networkAttached &&
      (readyNodes.size === 0 || readyNodes.has(instance.nodeId));
    const young = instance.startedAtMs !== null && nowMs - instance.startedAtMs < youngMs;
    const deaf = instance.ready === false && !young;
    const stuck = runs && consumes !== -1 && (deaf || isStuck(instance, inventory, history));
    const works = runs && !stuck && !deaf;
    const { perStep, sinceMs } = own.get(instance.id)!;
    return {
      id: instance.id,
      workloadId: instance.workloadId,
      nodeId: instance.nodeId,
      node: nodeIndex.get(instance.nodeId) ?? -1,
      role,
      state: instance.state,
      consumes,
      works,
      holdsMessages: stuck || instance.state === 'paused',
      silentMs: works ? 0 : silentMsOf(instance, history),
      needs: needs.get(instance.workloadId) ?? [],
      perStep: Number.isNaN(perStep) ? ofPeers : perStep,
      slowForMs: sinceMs,
      soundPerStep: Math.max(ofPeers, Number.isNaN(perStep) ? 0 : perStep),
      limitBytes: instance.memoryLimitBytes ?? Number.POSITIVE_INFINITY,
      ...memory.get(instance.id)!,
    };
  });
}

function queuesOn(groupId: string, inventory: Inventory): string[] {
  return inventory.queues.filter(({ id }) => groupsOf(id, inventory).has(groupId)).map(({ id }) => id);
}

/** Instances of each service that a workload calls, by workload. */
function neededBy({ edges, instances }: Inventory): ReadonlyMap<string, readonly (readonly number[])[]> {
  const calls = edges.filter(
    ({ kind, from, to }) => kind === 'depends-on' && from.kind === 'workload' && to.kind === 'workload',
  );
  const serversOf = (id: string) => [...instances.keys()].filter((i) => instances[i]!.workloadId === id);
  return new Map(
    [...Map.groupBy(calls, ({ from }) => from.id)].map(([id, own]) => [id, own.map(({ to }) => serversOf(to.id))]),
  );
}

/** What instances of a workload can do: the median of them. */
function soundCapacity(workloadId: string, inventory: Inventory, own: ReadonlyMap<string, Capacity>): number {
  const known = inventory.instances
    .filter((peer) => peer.workloadId === workloadId)
    .map(({ id }) => own.get(id)!.perStep)
    .filter((perStep) => !Number.isNaN(perStep));
  return known.length === 0 ? 0 : medianOf(known);
}

/** A disk and how it fills up; free space is unknown where nothing is measured. */
function nodeOf({ id, diskBytes }: Node, history: History): FlowNode {
  const values = history.values({ kind: 'node', id }, 'disk.usage');
  const points = [...values.entries()].filter(([, value]) => !Number.isNaN(value));
  const used = points.at(-1)?.[1];
  if (diskBytes === null || used === undefined)
    return { id, freeBytes: Number.POSITIVE_INFINITY, growthPerStep: 0, growthSdPerStep: 0 };
  return { id, freeBytes: diskBytes - used, ...growthOf(points, diskBytes, values.length) };
}

/** The queue that each workload reads: by an edge, or the only one there is for workers. */
function queueByWorkload({ edges, queues, workloads }: Inventory): ReadonlyMap<string, number> {
  const told = edges.filter((edge) => edge.kind === 'consumes-from' && edge.from.kind === 'workload');
  const byEdge = told.map((edge): [string, number] => [edge.from.id, queues.findIndex(({ id }) => id === edge.to.id)]);
  if (byEdge.length > 0 || queues.length !== 1) return new Map(byEdge);
  return new Map(workloads.filter(({ role }) => role === 'worker').map(({ id }) => [id, 0]));
}
