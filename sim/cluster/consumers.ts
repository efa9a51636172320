import { isWorking } from './instances.ts';
import { controlReaches } from './network.ts';
import type { ClusterState, SimInstance, SimPartition, SimQueue } from './state.ts';

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
  for (const instance of consumers) {
    if (!beats(state, instance)) continue;
    const member = queue.consumers.get(instance.id);
    // A process that has just come up joins anew, whatever its name was before.
    if (member === undefined && isWorking(state, instance)) {
      queue.consumers.set(instance.id, {
        instance,
        heardAtMs: now,
        workedAtMs: now,
        startedAtMs: instance.startedAtMs,
      });
      changed = true;
    } else if (member !== undefined) {
      member.heardAtMs = now;
      if (isWorking(state, instance)) member.workedAtMs = now;
    }
  }
  for (const [id, member] of queue.consumers) {
    const silent = now - member.heardAtMs >= sessionTimeoutMs;
    const stuck = now - member.workedAtMs >= progressTimeoutMs;
    const replaced = member.instance.startedAtMs !== member.startedAtMs && member.instance.state === 'running';
    if (silent || stuck || replaced) {
      queue.consumers.delete(id);
      redeliverInFlight(state, queue, id);
      changed = true;
    }
  }
  if (changed) rebalance(queue, now);
}

/** A member leaves politely, as on SIGTERM: no session timeout. */
export function leaveGroups(state: ClusterState, instanceId: string): void {
  for (const queue of state.queues.values())
    if (queue.consumers.delete(instanceId)) rebalance(queue, state.kernel.nowMs());
}

/** What a lost member had taken but not acknowledged is delivered again; it was never counted as done. */
function redeliverInFlight(state: ClusterState, queue: SimQueue, instanceId: string): void {
  const held = queue.partitions.filter((partition) => partition.owner === instanceId && partition.waiting.size > 0);
  queue.redelivered += held.length * (1 + state.streams.of(`redelivery/${queue.id}`).below(10));
}

/** Sticky and even: members keep what they have up to their fair share, the rest goes to whoever has least. */
function rebalance(queue: SimQueue, nowMs: number): void {
  queue.rebalances++;
  const members = [...queue.consumers.keys()].sort(byName);
  const owned = new Map(members.map((id): [string, SimPartition[]] => [id, []]));
  const most = members.length === 0 ? 0 : Math.ceil(queue.partitions.length / members.length);
  const free: SimPartition[] = [];
  for (const partition of queue.partitions) {
    const mine = partition.owner === null ? undefined : owned.get(partition.owner);
    if (mine !== undefined && mine.length < most) mine.push(partition);
    else free.push(partition);
  }
  for (const partition of [...free, ...surplus(owned, queue.partitions.length)]) {
    const [id, mine] = leastLoaded(owned);
    if (partition.owner !== id) partition.pausedUntilMs = nowMs + movePauseMs;
    partition.owner = id;
    mine?.push(partition);
  }
  queue.owned.clear();
  for (const partition of queue.partitions) {
    if (partition.owner === null) continue;
    const mine = queue.owned.get(partition.owner);
    if (mine === undefined) queue.owned.set(partition.owner, [partition]);
    else mine.push(partition);
  }
}

/** Partitions above the even share once some members have none: a newcomer gets its part. */
function surplus(owned: Map<string, SimPartition[]>, total: number): SimPartition[] {
  const least = owned.size === 0 ? 0 : Math.floor(total / owned.size);
  const counts = [...owned.values()].map((list) => list.length);
  let missing = counts.reduce((sum, count) => sum + Math.max(0, least - count), 0);
  const taken: SimPartition[] = [];
  for (const list of owned.values())
    while (missing > 0 && list.length > least) {
      taken.push(list.pop()!);
      missing--;
    }
  return taken;
}

function leastLoaded(owned: Map<string, SimPartition[]>): [string | null, SimPartition[] | null] {
  let best: [string | null, SimPartition[] | null] = [null, null];
  for (const [id, list] of owned) if (best[1] === null || list.length < best[1].length) best = [id, list];
  return best;
}
