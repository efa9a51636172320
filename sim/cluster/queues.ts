import { AgeFifo } from './age-fifo.ts';
import type { SimInstance } from './instance.ts';
import { isWorking } from './instances.ts';
import { talks } from './network.ts';
import { Partitions } from './partitions.ts';
import { appendEntries } from './raft.ts';
import type { QueueSpec } from './spec.ts';
import type { ClusterState, SimGroup, SimQueue } from './state.ts';

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
    partitions: new Partitions(state.partitionColumns, spec.partitions),
    clientSide: new AgeFifo(),
    consumerPaused: false,
    enqueued: 0,
    dequeued: 0,
    redelivered: 0,
    retried: 0,
    shed: 0,
    lost: 0,
    quarantined: 0,
    accepted: 0,
    done: 0,
    retryCredit: 0,
    transitMs: 0,
    inTransit: 0,
    consumers: new Map(),
    allHeardAtMs: 0,
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
  const { group, clientSide } = queue;
  const hot = state.effects.inUse.hotShare ? Math.min(1, state.effects.sum('queue', queue.id, 'hotShare')) : 0;
  const open = group === null || group.writable;
  const room = open ? gatewayRoom(state, group, gateways) : 0;
  const offered = arrivals + retries(state, queue, arrivals, now);
  if (clientSide.size === 0 && offered <= room) {
    // Nobody waits outside: all go straight in.
    if (offered > 0) queue.partitions.spread(now, offered, hot);
    accept(queue, offered);
    return;
  }
  clientSide.push(now, offered);
  accept(
    queue,
    clientSide.take(room, (bornAtMs, count) => queue.partitions.spread(bornAtMs, count, hot)),
  );
  const oldest = queue.clientSide.oldestBornAtMs();
  if (oldest !== null && now - oldest > clientPatienceMs) {
    queue.lost += queue.clientSide.takeBornBefore(now - clientPatienceMs);
  }
}

function accept(queue: SimQueue, count: number): void {
  queue.accepted = count;
  queue.enqueued += count;
  if (queue.group !== null) appendEntries(queue.group, count);
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
  const leader = group?.leader?.instance ?? null;
  let room = 0;
  for (const gateway of gateways) {
    if (!isWorking(state, gateway) || !gateway.networkAttached) continue;
    if (leader !== null && !talks(state, gateway, leader)) continue;
    room += gateway.slots;
  }
  return gateways.length === 0 ? Number.MAX_SAFE_INTEGER : room;
}
