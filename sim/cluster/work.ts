import { instanceRef, instancesOf, isWorking } from './instances.ts';
import { converses, lossBetween } from './network.ts';
import type { Partitions } from './partitions.ts';
import type { ClusterState, SimInstance, SimNode, SimQueue, SimWorkload } from './state.ts';

/** What instances get done in one tick: how many items fit, which messages they take, what it costs. */

/** A throttled node (see `nodes.ts`) and a contended one both stretch service time. */
export function slowdownOf(state: ClusterState, node: SimNode): number {
  const contention = Math.max(1, node.demandRatio);
  const pressed = state.effects.inUse.slowdown ? state.effects.product('node', node.id, 'slowdown') : 1;
  return pressed * node.throttle * contention;
}

/** Mean time of one item on this instance now, in ms, before errors. */
function serviceMsOf(state: ClusterState, instance: SimInstance): number {
  const { workload } = instance;
  const factor = workload.traits.get(instance.version)?.serviceFactor ?? 1;
  return workload.spec.serviceMs * factor * slowdownOf(state, instance.node) + dependencyMs(state, workload);
}

/** Time spent waiting for the services that each item calls; an M/M/1-like stretch near saturation. */
function dependencyMs(state: ClusterState, workload: SimWorkload): number {
  let total = 0;
  for (const id of workload.spec.dependsOn) {
    const service = state.workloads.get(id)!;
    total += service.spec.serviceMs / (1 - Math.min(0.98, service.loadRatio));
  }
  return total;
}

/** Sets how many items the instance can take in this tick; zero when it does not work. */
export function openSlots(state: ClusterState, instance: SimInstance, dtMs: number): void {
  instance.busyCoreMs = instance.jobCoreMs;
  instance.slots = 0;
  if (!isWorking(state, instance)) return;
  const { spec } = instance.workload;
  if (!dependenciesAnswer(state, instance, spec.dependsOn)) return;
  instance.durationMs = serviceMsOf(state, instance);
  const coreMs = Math.max(0, Math.min(spec.concurrency, instance.cpuLimitCores) * dtMs - instance.jobCoreMs);
  const mean = coreMs / instance.durationMs;
  // The sum of n service times varies by cv * sqrt(n) items.
  const noise = spec.serviceCv * Math.sqrt(mean) * instance.serviceNoise.normal();
  const room = Math.max(0, mean + noise) + instance.credit;
  instance.slots = Math.floor(room);
  instance.credit = room - instance.slots;
}

/** Without a single healthy instance of a service that it calls, an instance only collects errors. */
function dependenciesAnswer(state: ClusterState, instance: SimInstance, services: readonly string[]): boolean {
  if (services.length === 0) return true;
  const gone = services.find((id) => !instancesOf(state, id).some((server) => isWorking(state, server)));
  if (gone === undefined) return true;
  instance.errors++;
  if (instance.errors % 15 === 1)
    state.news.log(instanceRef(instance.id), 'error', `dial ${gone}:5432: connection refused, retrying`);
  return false;
}

/** Charges the services for the calls of this tick: their load decides how long the next calls take. */
export function chargeServices(state: ClusterState, dtMs: number): void {
  for (const workload of state.workloads.values()) {
    if (workload.calls === 0 && workload.loadRatio === 0) continue;
    const servers = instancesOf(state, workload.id).filter((instance) => isWorking(state, instance));
    const coreMs = workload.calls * workload.spec.serviceMs;
    workload.loadRatio = servers.length === 0 ? 1 : coreMs / (servers.length * workload.spec.concurrency * dtMs);
    for (const server of servers) {
      server.busyCoreMs += coreMs / servers.length;
      server.completed += Math.floor(workload.calls / servers.length);
    }
    workload.calls = 0;
  }
}

/** What the tick's messages cost the gateways that passed them and the brokers that stored them. */
export function chargePath(
  state: ClusterState,
  queue: SimQueue,
  gateways: readonly SimInstance[],
  moved: { readonly accepted: number; readonly done: number },
): void {
  let working = 0;
  for (const gateway of gateways) if (isWorking(state, gateway)) working++;
  const share = Math.floor(moved.accepted / working);
  for (const gateway of gateways) {
    if (!isWorking(state, gateway)) continue;
    gateway.completed += share;
    gateway.busyCoreMs += share * gateway.durationMs;
  }
  const { group } = queue;
  if (group === null) return;
  for (const member of group.members) {
    if (!group.inSync.has(member.instanceId)) continue;
    // Followers only store; the leader also delivers and takes acknowledgements.
    const items = member === group.leader ? moved.accepted + moved.done : moved.accepted;
    member.instance.busyCoreMs += items * member.instance.durationMs;
  }
}

/**
 * Time in the workers' hands by the M/M/1 formula, W = s / (1 - rho), and messages there by Little's law.
 * A flow model has no such messages of its own.
 */
export function noteTransit(queue: SimQueue, workers: readonly SimInstance[], done: number, dtMs: number): void {
  let [working, busySum, durationSumMs] = [0, 0, 0];
  for (const worker of workers) {
    if (worker.state !== 'running') continue;
    working++;
    busySum += worker.busyCoreMs / (worker.cpuLimitCores * dtMs);
    durationSumMs += worker.durationMs;
  }
  if (working === 0) return;
  const busy = Math.min(0.98, busySum / working);
  queue.transitMs = Math.round(durationSumMs / working / (1 - busy));
  queue.inTransit = Math.round((done / dtMs) * queue.transitMs);
}

/** One worker drains the partitions that it reads, in proportion to what waits in each. */
export function consume(state: ClusterState, queue: SimQueue, worker: SimInstance, reads: readonly number[]): void {
  const now = state.kernel.nowMs();
  if (queue.consumerPaused || !canFetch(state, queue, worker)) return;
  const { partitions } = queue;
  let waiting = 0;
  let last = -1;
  for (const p of reads) {
    if (!delivers(partitions, p, now)) continue;
    waiting += partitions.waiting[p]!;
    last = p;
  }
  if (waiting === 0 || worker.slots === 0) return;
  const tried = Math.min(waiting, worker.slots);
  let left = tried;
  let done = 0;
  for (const p of reads) {
    if (!delivers(partitions, p, now)) continue;
    const here = partitions.waiting[p]!;
    const fair = p === last ? left : Math.round((tried * here) / waiting);
    const items = Math.min(left, fair, here);
    left -= items;
    done += partitions.poison[p] === null ? finish(state, worker, partitions, p, items) : choke(worker, items);
  }
  worker.busyCoreMs += tried * worker.durationMs;
  for (const id of worker.workload.spec.dependsOn) state.workloads.get(id)!.calls += tried;
  worker.slots -= tried;
  worker.completed += done;
  queue.dequeued += done;
  queue.redelivered += tried - left - done;
}

function delivers(partitions: Partitions, p: number, nowMs: number): boolean {
  return partitions.waiting[p]! > 0 && partitions.pausedUntilMs[p]! <= nowMs;
}

/** Items of a bad version fail and stay in the queue for another try. */
function finish(state: ClusterState, worker: SimInstance, partitions: Partitions, p: number, tried: number): number {
  const errorRatio = worker.workload.traits.get(worker.version)?.errorRatio ?? 0;
  const failed =
    errorRatio === 0 ? 0 : Math.min(tried, state.streams.of(`errors/${worker.id}`).poisson(tried * errorRatio));
  worker.errors += failed;
  return partitions.take(p, tried - failed);
}

/** A message that no consumer can digest blocks everything behind it, and is tried again and again. */
function choke(worker: SimInstance, tried: number): number {
  worker.errors += Math.min(tried, 5);
  return 0;
}

/** A worker reads through the leader of the queue's replica group. */
function canFetch(state: ClusterState, queue: SimQueue, worker: SimInstance): boolean {
  if (!worker.networkAttached) return false;
  const { group } = queue;
  if (group === null) return true;
  // Acknowledgements are writes: without a writable group nothing is consumed either.
  if (!group.writable || group.leader === null) return false;
  const { node: leaderNode } = group.leader.instance;
  if (!converses(state, worker.node, leaderNode)) return false;
  const kept = 1 - lossBetween(state, worker.node, leaderNode);
  worker.slots = Math.floor(worker.slots * kept * kept);
  return true;
}
