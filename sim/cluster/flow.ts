import { consume } from './consume.ts';
import { advanceConsumers } from './consumers.ts';
import type { SimInstance } from './instance.ts';
import { arrivals } from './load.ts';
import { admit } from './queues.ts';
import type { ClusterState, SimQueue, SimWorkload } from './state.ts';
import { chargePath, noteTransit } from './work.ts';

/** One tick of the queues: what arrives, what is taken out, and what both cost. */

/**
 * Queues in their order, those together that share no workload: nothing that one does in a tick matters to another of
 * the same batch. A batch takes one step after the other for all of its queues: a processor that waits for the memory
 * of one then goes on with the next, which it cannot where a queue does all of its steps at a time.
 */
export function batchesOf(queues: readonly SimQueue[]): SimQueue[][] {
  const batches: SimQueue[][] = [];
  const [served, hosting] = [new Set<SimWorkload>(), new Set<SimWorkload>()];
  for (const queue of queues) {
    const serving = [...queue.producedBy, ...queue.consumedBy];
    const hosts = queue.group?.members.map(({ instance }) => instance.workload) ?? [];
    const isApart =
      !serving.some((one) => served.has(one) || hosting.has(one)) && !hosts.some((one) => served.has(one));
    if (!isApart || batches.length === 0) {
      batches.push([]);
      served.clear();
      hosting.clear();
    }
    batches.at(-1)!.push(queue);
    for (const workload of serving) served.add(workload);
    for (const workload of hosts) hosting.add(workload);
  }
  return batches;
}

/** @param loadFactor on the base load of each queue */
export function advanceQueues(
  state: ClusterState,
  queues: readonly SimQueue[],
  loadFactor: number,
  dtMs: number,
): void {
  for (const queue of queues) {
    const offered = arrivals(state, queue, loadFactor, dtMs);
    const shed = Math.round(offered * shedRatioOf(queue));
    queue.shed += shed;
    admit(state, queue, offered - shed, instancesOfAll(queue.producedBy));
  }
  for (const queue of queues) advanceConsumers(state, queue, instancesOfAll(queue.consumedBy));
  for (const queue of queues) consume(state, queue, instancesOfAll(queue.consumedBy));
  for (const queue of queues) chargePath(state, queue, instancesOfAll(queue.producedBy));
  for (const queue of queues) noteTransit(queue, instancesOfAll(queue.consumedBy), dtMs);
}

function shedRatioOf(queue: SimQueue): number {
  let ratio = 0;
  for (const workload of queue.producedBy) ratio = Math.max(ratio, workload.shedRatio);
  return ratio;
}

/** Most queues have one workload on either side, whose list then serves as it is. */
function instancesOfAll(workloads: readonly SimWorkload[]): readonly SimInstance[] {
  const [only] = workloads;
  return workloads.length === 1 ? only!.instances : workloads.flatMap((workload) => workload.instances);
}
