import type { SimInstance } from './instance.ts';
import { lossBetween, talks } from './network.ts';
import type { ClusterState, SimConsumer, SimQueue } from './state.ts';

/** What the workers of a queue take out of it in one tick. */

/** Each worker drains the partitions that it reads, as far as its slots go. */
export function consume(state: ClusterState, queue: SimQueue, workers: readonly SimInstance[]): void {
  const { partitions, group } = queue;
  queue.done = 0;
  // Acknowledgements are writes: without a writable group nothing is consumed either.
  if (queue.consumerPaused || (group !== null && (!group.writable || group.leader === null))) return;
  const now = state.kernel.nowMs();
  const leader = group?.leader?.instance ?? null;
  const { busyCoreMs, completed, durationMs, slots } = state.instanceColumns.of;
  for (const worker of workers) {
    const { membership, row, workload } = worker;
    if (membership === null || !canFetch(state, worker, leader)) continue;
    const waiting = partitions.deliverable(membership, now);
    const tried = Math.min(waiting, slots[row]!);
    if (tried === 0) continue;
    let done = tried;
    if (tried === waiting && partitions.poison.size === 0 && workload.traits.size === 0)
      partitions.takeAll(membership, now);
    else done = takeShares(state, queue, worker, { member: membership, tried, waiting });
    completed[row]! += done;
    queue.done += done;
    busyCoreMs[row]! += tried * durationMs[row]!;
    slots[row]! -= tried;
    for (const id of workload.spec.dependsOn) state.workloads.get(id)!.calls += tried;
  }
  queue.dequeued += queue.done;
}

/** A worker reads through the leader of the queue's replica group; on a lossy way fewer of its slots are of use. */
function canFetch(state: ClusterState, worker: SimInstance, leader: SimInstance | null): boolean {
  if (!worker.networkAttached) return false;
  if (leader === null) return true;
  // Nothing is delivered to what does not run, for it has no slots.
  if (!talks(state, worker, leader)) return false;
  if (!state.effects.inUse.loss) return true;
  const kept = 1 - lossBetween(state, worker.node, leader.node);
  worker.slots = Math.floor(worker.slots * kept * kept);
  return true;
}

/** Takes from each partition in proportion to what waits in it; returns how many items were done. */
function takeShares(
  state: ClusterState,
  queue: SimQueue,
  worker: SimInstance,
  work: { readonly member: SimConsumer; readonly tried: number; readonly waiting: number },
): number {
  const now = state.kernel.nowMs();
  const { partitions } = queue;
  const delivering = partitions.readBy(work.member).filter((p) => partitions.delivers(p, now));
  const last = delivering.at(-1);
  let left = work.tried;
  let done = 0;
  for (const p of delivering) {
    const here = partitions.waiting(p);
    const fair = p === last ? left : Math.round((work.tried * here) / work.waiting);
    const items = Math.min(left, fair, here);
    left -= items;
    done += partitions.poison.has(p) ? choke(worker, items) : finish(state, queue, worker, { p, items });
  }
  queue.redelivered += work.tried - left - done;
  return done;
}

/** Items of a bad version fail and stay in the queue for another try. */
function finish(
  state: ClusterState,
  { partitions }: SimQueue,
  worker: SimInstance,
  { p, items }: { readonly p: number; readonly items: number },
): number {
  const errorRatio = worker.workload.traits.get(worker.version)?.errorRatio ?? 0;
  const failed =
    errorRatio === 0 ? 0 : Math.min(items, state.streams.of(`errors/${worker.id}`).poisson(items * errorRatio));
  worker.errors += failed;
  return partitions.take(p, items - failed);
}

/** A message that no consumer can digest blocks everything behind it, and is tried again and again. */
function choke(worker: SimInstance, items: number): number {
  worker.errors += Math.min(items, 5);
  return 0;
}
