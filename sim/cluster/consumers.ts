import type { SimInstance } from './instance.ts';
import { isWorking } from './instances.ts';
import { controlReaches, isCut } from './network.ts';
import type { ClusterState, SimQueue } from './state.ts';

/** Consumer group of one queue: who belongs to it and which partitions each member reads. */

/** A silent member is thrown out after this; Kafka's default is 10 s before version 3, 45 s since. */
const sessionTimeoutMs = 10_000;
/** A member that beats but makes no progress keeps its partitions this long: Kafka's `max.poll.interval.ms`. */
const progressTimeoutMs = 300_000;
/** Deliveries of a partition pause this long while it moves (cooperative rebalancing: the others go on). */
const movePauseMs = 3000;

const byName = new Intl.Collator('en', { numeric: true }).compare;

/** A worker may join when it runs and reaches the control plane's side of the network. */
function beats(state: ClusterState, instance: SimInstance): boolean {
  if (instance.state !== 'running' || !instance.networkAttached) return false;
  return !isCut(state) || controlReaches(state, instance.node);
}

/** Notes who was heard, throws out the silent and moves partitions when the membership has changed. */
export function advanceConsumers(state: ClusterState, queue: SimQueue, consumers: readonly SimInstance[]): void {
  const now = state.kernel.nowMs();
  if (allWork(state, queue, consumers)) {
    queue.allHeardAtMs = now;
    return;
  }
  let changed = false;
  for (const instance of consumers) {
    if (!beats(state, instance)) continue;
    const works = isWorking(state, instance);
    if (instance.membership === null && works) {
      join(queue, instance, now);
      changed = true;
    }
    const { membership } = instance;
    if (membership === null) continue;
    membership.heardAtMs = now;
    if (works) membership.workedAtMs = now;
  }
  if (throwOut(state, queue, now)) changed = true;
  if (changed) rebalance(queue, now);
}

/** Whether the members are just these consumers, each of them at work and the process that joined. */
function allWork(state: ClusterState, queue: SimQueue, consumers: readonly SimInstance[]): boolean {
  if (consumers.length !== queue.consumers.size) return false;
  for (const instance of consumers) {
    if (instance.membership?.start !== instance.starts) return false;
    if (!beats(state, instance) || !isWorking(state, instance)) return false;
  }
  return true;
}

function join(queue: SimQueue, instance: SimInstance, nowMs: number): void {
  const { starts: start } = instance;
  instance.membership = { instance, heardAtMs: nowMs, workedAtMs: nowMs, start, readsFrom: 0, readsTo: 0 };
  queue.consumers.set(instance.id, instance.membership);
}

/** Ends the membership of the silent, the stuck, and those whose process was replaced; returns whether there were any. */
function throwOut(state: ClusterState, queue: SimQueue, nowMs: number): boolean {
  let any = false;
  for (const [id, member] of queue.consumers) {
    const silent = nowMs - Math.max(member.heardAtMs, queue.allHeardAtMs) >= sessionTimeoutMs;
    const stuck = nowMs - Math.max(member.workedAtMs, queue.allHeardAtMs) >= progressTimeoutMs;
    // A process that has just come up joins anew, whatever its name was before.
    const replaced = member.instance.starts !== member.start && member.instance.state === 'running';
    if (!silent && !stuck && !replaced) continue;
    leave(queue, member.instance);
    redeliverInFlight(state, queue, id);
    any = true;
  }
  return any;
}

function leave(queue: SimQueue, instance: SimInstance): boolean {
  if (!queue.consumers.delete(instance.id)) return false;
  instance.membership = null;
  return true;
}

/** A member leaves politely, as on SIGTERM: no session timeout. */
export function leaveGroups(state: ClusterState, instance: SimInstance): void {
  for (const queue of state.queues.values()) if (leave(queue, instance)) rebalance(queue, state.kernel.nowMs());
}

/** What a lost member had taken but not acknowledged is delivered again; it was never counted as done. */
function redeliverInFlight(state: ClusterState, queue: SimQueue, instanceId: string): void {
  const { partitions } = queue;
  const held = partitions.owner.filter((id, p) => id === instanceId && partitions.waiting(p) > 0).length;
  queue.redelivered += held * (1 + state.streams.of(`redelivery/${queue.id}`).below(10));
}

/** Sticky and even: members keep what they have up to their fair share, the rest goes to whoever has least. */
function rebalance(queue: SimQueue, nowMs: number): void {
  queue.rebalances++;
  const { partitions, consumers } = queue;
  const members = [...consumers.keys()].sort(byName);
  const owned = new Map(members.map((id): [string, number[]] => [id, []]));
  const most = members.length === 0 ? 0 : Math.ceil(partitions.length / members.length);
  const free: number[] = [];
  for (const [p, owner] of partitions.owner.entries()) {
    const mine = owner === null ? undefined : owned.get(owner);
    if (mine !== undefined && mine.length < most) mine.push(p);
    else free.push(p);
  }
  for (const p of [...free, ...surplus(owned, partitions.length)]) {
    const [id, mine] = leastLoaded(owned);
    if (partitions.owner[p] !== id) partitions.move(p, id, nowMs + movePauseMs);
    mine?.push(p);
  }
  const readOrder: number[] = [];
  for (const [id, mine] of owned) {
    const member = consumers.get(id)!;
    member.readsFrom = readOrder.length;
    readOrder.push(...mine.sort((a, b) => a - b));
    member.readsTo = readOrder.length;
  }
  partitions.readOrder = readOrder;
}

/** Partitions above the even share once some members have none: a newcomer gets its part. */
function surplus(owned: Map<string, number[]>, total: number): number[] {
  const least = owned.size === 0 ? 0 : Math.floor(total / owned.size);
  const counts = [...owned.values()].map((list) => list.length);
  let missing = counts.reduce((sum, count) => sum + Math.max(0, least - count), 0);
  const taken: number[] = [];
  for (const list of owned.values())
    while (missing > 0 && list.length > least) {
      taken.push(list.pop()!);
      missing--;
    }
  return taken;
}

function leastLoaded(owned: Map<string, number[]>): [string | null, number[] | null] {
  let best: [string | null, number[] | null] = [null, null];
  for (const [id, list] of owned) if (best[1] === null || list.length < best[1].length) best = [id, list];
  return best;
}
