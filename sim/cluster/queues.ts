import { AgeFifo } from './age-fifo.ts';
import { isWorking } from './instances.ts';
import { converses } from './network.ts';
import { Partitions } from './partitions.ts';
import { appendEntries } from './raft.ts';
import type { QueueSpec } from './spec.ts';
import type { ClusterState, SimGroup, SimInstance, SimQueue } from './state.ts';

/** Messages come in through the gateway, wait in partitions, and leave through the workers (see `work.ts`). */

/** A client gives a message up after this. */
const clientPatienceMs = 120_000;

export function createQueue(state: ClusterState, spec: QueueSpec): SimQueue {
  const all = [...state.workloads.values()];
  return {
    id: spec.id,
    spec,
    group: spec.replicaGroup === null ? null : state.groups.get(spec.replicaGroup)!,
    loadNoise: state.streams.of(`load/${spec.id}`),
    partitions: new Partitions(spec.partitions),
    clientSide: new AgeFifo(),
    consumerPaused: false,
    enqueued: 0,
    dequeued: 0,
    redelivered: 0,
    retried: 0,
    shed: 0,
    lost: 0,
    quarantined: 0,
    retryCredit: 0,
    transitMs: 0,
    inTransit: 0,
    consumers: new Map(),
    rebalances: 0,
    producedBy: all.filter((workload) => workload.spec.produces === spec.id),
    consumedBy: all.filter((workload) => workload.spec.consumes === spec.id),
  };
}

/** Messages waiting in all partitions. */
export const queueDepth = (queue: SimQueue): number => queue.partitions.depth;

/** Age of the oldest message that waits in the queue, in ms; 0 when it is empty. */
export function oldestAgeMs(queue: SimQueue, nowMs: number): number {
  return nowMs - (queue.partitions.oldestBornAtMs() ?? nowMs);
}

/** The same, with what clients still hold because the queue did not take it: what users feel. */
export function feltAgeMs(queue: SimQueue, nowMs: number): number {
  return Math.max(oldestAgeMs(queue, nowMs), nowMs - (queue.clientSide.oldestBornAtMs() ?? nowMs));
}

/** New messages of this tick go to the client side, and from there through the gateways into the partitions. */
export function admit(state: ClusterState, queue: SimQueue, arrivals: number, gateways: readonly SimInstance[]): void {
  const now = state.kernel.nowMs();
  queue.clientSide.push(now, arrivals + retries(state, queue, arrivals, now));
  const { group } = queue;
  const open = group === null || group.writable;
  const room = open ? gatewayRoom(state, group, gateways) : 0;
  const accepted = queue.clientSide.take(room, (bornAtMs, count) => spread(state, queue, bornAtMs, count));
  queue.enqueued += accepted;
  if (group !== null) appendEntries(group, accepted);
  const oldest = queue.clientSide.oldestBornAtMs();
  if (oldest !== null && now - oldest > clientPatienceMs) {
    queue.lost += queue.clientSide.takeBornBefore(now - clientPatienceMs);
  }
}

/** Clients that wait too long send again: load made by slowness, which can outlive its cause. */
function retries(state: ClusterState, queue: SimQueue, arrivals: number, nowMs: number): number {
  const pressed = state.effects.inUse.retryRatio ? state.effects.sum('queue', queue.id, 'retryRatio') : 0;
  const ratio = pressed + queue.spec.retryRatio;
  const { retryAfterMs } = queue.spec;
  if (ratio === 0 || retryAfterMs === null || feltAgeMs(queue, nowMs) < retryAfterMs) return 0;
  queue.retryCredit += arrivals * ratio;
  const again = Math.floor(queue.retryCredit);
  queue.retryCredit -= again;
  queue.retried += again;
  return again;
}

function gatewayRoom(state: ClusterState, group: SimGroup | null, gateways: readonly SimInstance[]): number {
  const leaderNode = group?.leader?.instance.node ?? null;
  let room = 0;
  for (const gateway of gateways) {
    if (!isWorking(state, gateway) || !gateway.networkAttached) continue;
    if (leaderNode !== null && !converses(state, gateway.node, leaderNode)) continue;
    room += gateway.slots;
  }
  return gateways.length === 0 ? Number.MAX_SAFE_INTEGER : room;
}

/** Spreads messages over partitions by key: evenly, but for a hot key that sticks to the first partition. */
function spread(state: ClusterState, queue: SimQueue, bornAtMs: number, count: number): void {
  const { partitions } = queue;
  const { credit } = partitions;
  const hot = state.effects.inUse.hotShare ? Math.min(1, state.effects.sum('queue', queue.id, 'hotShare')) : 0;
  const even = (count * (1 - hot)) / partitions.length;
  let left = count;
  for (let p = 0; p < partitions.length; p++) {
    const share = credit[p]! + (even + (p === 0 ? count * hot : 0));
    const here = Math.min(left, Math.floor(share));
    credit[p] = share - here;
    partitions.push(p, bornAtMs, here);
    left -= here;
  }
  // Rounding leaves a few; they follow the first partition's key so that none is lost.
  partitions.push(0, bornAtMs, left);
  credit[0]! -= left;
}
