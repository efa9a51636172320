import { isWorking } from './instances.ts';
import { controlReaches } from './network.ts';
import type { ClusterState, SimInstance, SimQueue } from './state.ts';

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
  return instance.state === 'running' && instance.networkAttached && controlReaches(state, instance.node);
}

/** Notes who was heard, throws out the silent and moves partitions when the membership has changed. */
export function advanceConsumers(state: ClusterState, queue: SimQueue, consumers: readonly SimInstance[]): void {
  const now = state.kernel.nowMs();
  let changed = false;
  let fresh = 0;
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
    if (!works) continue;
    membership.workedAtMs = now;
    if (membership.startedAtMs === instance.startedAtMs) fresh++;
  }
  // Nobody can be late who has just been heard at work.
  if (fresh < queue.consumers.size && throwOut(state, queue, now)) changed = true;
  if (changed) rebalance(queue, now);
}

function join(queue: SimQueue, instance: SimInstance, nowMs: number): void {
  const { startedAtMs } = instance;
  instance.membership = { instance, heardAtMs: nowMs, workedAtMs: nowMs, startedAtMs, reads: [] };
  queue.consumers.set(instance.id, instance.membership);
}

/** Ends the membership of the silent, the stuck, and those whose process was replaced; returns whether there were any. */
function throwOut(state: ClusterState, queue: SimQueue, nowMs: number): boolean {
  let any = false;
  for (const [id, member] of queue.consumers) {
    const silent = nowMs - member.heardAtMs >= sessionTimeoutMs;
    const stuck = nowMs - member.workedAtMs >= progressTimeoutMs;
    // A process that has just come up joins anew, whatever its name was before.
    const replaced = member.instance.startedAtMs !== member.startedAtMs && member.instance.state === 'running';
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
  const { owner, waiting } = queue.partitions;
  const held = owner.filter((id, p) => id === instanceId && waiting[p]! > 0).length;
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
    if (partitions.owner[p] !== id) partitions.pausedUntilMs[p] = nowMs + movePauseMs;
    partitions.owner[p] = id;
    mine?.push(p);
  }
  for (const [id, mine] of owned) consumers.get(id)!.reads = mine.sort((a, b) => a - b);
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
