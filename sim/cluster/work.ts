import type { SimInstance } from './instance.ts';
import { instanceRef, instancesOf, isWorking } from './instances.ts';
import type { ClusterState, SimQueue, SimWorkload } from './state.ts';

/** What instances get done in one tick: how many items fit, which messages they take, what it costs. */

/** A throttled node (see `nodes.ts`) and a contended one both stretch service time. */
export function slowdownOf(state: ClusterState, { row, node }: SimInstance): number {
  const { throttle, demandRatio } = state.nodeColumns.of;
  const nodeRow = state.instanceColumns.of.nodeRow[row]!;
  const pressed = state.effects.inUse.slowdown ? state.effects.product('node', node.id, 'slowdown') : 1;
  return pressed * throttle[nodeRow]! * Math.max(1, demandRatio[nodeRow]!);
}

/** Sets how many items each instance can take in this tick; zero where it does not work. */
export function openSlots(state: ClusterState, dtMs: number): void {
  let isGone = false;
  for (const workload of state.workloads.values()) {
    const gone = goneService(state, workload);
    openSlotsOf(state, workload, gone === null, dtMs);
    isGone ||= gone !== null;
  }
  if (isGone) for (const instance of state.instances.values()) failWithout(state, instance);
}

function openSlotsOf(state: ClusterState, workload: SimWorkload, isServed: boolean, dtMs: number): void {
  const { spec, traits } = workload;
  const { busyCoreMs, jobCoreMs, slots, credit, durationMs, cpuLimitCores } = state.instanceColumns.of;
  const waitsMs = dependencyMs(state, workload);
  for (const instance of workload.instances) {
    const { row } = instance;
    busyCoreMs[row] = jobCoreMs[row]!;
    slots[row] = 0;
    if (!(isServed && isWorking(state, instance))) continue;
    const factor = traits.size === 0 ? 1 : (traits.get(instance.version)?.serviceFactor ?? 1);
    durationMs[row] = spec.serviceMs * factor * slowdownOf(state, instance) + waitsMs;
    const coreMs = Math.max(0, Math.min(spec.concurrency, cpuLimitCores[row]!) * dtMs - jobCoreMs[row]!);
    const mean = coreMs / durationMs[row]!;
    // The sum of n service times varies by cv * sqrt(n) items.
    const noise = spec.serviceCv * Math.sqrt(mean) * state.serviceNoise.next(instance.noiseRow);
    const room = Math.max(0, mean + noise) + credit[row]!;
    slots[row] = Math.floor(room);
    credit[row] = room - slots[row]!;
  }
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

/** A service that the workload calls and of which nothing works, or null. */
function goneService(state: ClusterState, { spec: { dependsOn } }: SimWorkload): string | null {
  if (dependsOn.length === 0) return null;
  return dependsOn.find((id) => !instancesOf(state, id).some((server) => isWorking(state, server))) ?? null;
}

/** Without a single working instance of a service that it calls, an instance only collects errors. */
function failWithout(state: ClusterState, instance: SimInstance): void {
  const gone = goneService(state, instance.workload);
  if (gone === null || !isWorking(state, instance)) return;
  instance.errors++;
  if (instance.errors % 15 === 1)
    state.news.log(instanceRef(instance.id), 'error', `dial ${gone}:5432: connection refused, retrying`);
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
export function chargePath(state: ClusterState, queue: SimQueue, gateways: readonly SimInstance[]): void {
  const { accepted, done, group } = queue;
  let working = 0;
  for (const gateway of gateways) if (isWorking(state, gateway)) working++;
  const share = Math.floor(accepted / working);
  for (const gateway of gateways) {
    if (!isWorking(state, gateway)) continue;
    gateway.completed += share;
    gateway.busyCoreMs += share * gateway.durationMs;
  }
  if (group === null) return;
  const allInSync = group.inSync.size === group.members.length;
  for (const member of group.members) {
    if (!(allInSync || group.inSync.has(member.instanceId))) continue;
    // Followers only store; the leader also delivers and takes acknowledgements.
    const items = member === group.leader ? accepted + done : accepted;
    member.instance.busyCoreMs += items * member.instance.durationMs;
  }
}

/**
 * Time in the workers' hands by the M/M/1 formula, W = s / (1 - rho), and messages there by Little's law.
 * A flow model has no such messages of its own.
 */
export function noteTransit(queue: SimQueue, workers: readonly SimInstance[], dtMs: number): void {
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
  queue.inTransit = Math.round((queue.done / dtMs) * queue.transitMs);
}
