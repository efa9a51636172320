import type { EntityRef } from '../../model/entity.ts';
import { SimInstance } from './instance.ts';
import type { ClusterState, SimWorkload } from './state.ts';

/** Life of an instance: placed, started, checked, hung, killed, stopped. Restart policy is `no`: the dead stay dead. */

/** A health check runs every 5 s and reports after two failures in a row, as container engines do by default. */
export const healthCheckEveryMs = 5000;
const failuresUntilUnready = 2;

export const instanceRef = (id: string): EntityRef => ({ kind: 'instance', id });

export function instancesOf(state: ClusterState, workloadId: string): readonly SimInstance[] {
  return state.workloads.get(workloadId)?.instances ?? [];
}

/** A process exists, whatever it does. */
export function isAlive(instance: SimInstance): boolean {
  return instance.state === 'running' || instance.state === 'paused';
}

function isHung(state: ClusterState, instance: SimInstance): boolean {
  if (instance.state === 'paused') return true;
  return state.effects.inUse.hang && state.effects.has('instance', instance.id, 'hang');
}

/** Does useful work now. */
export function isWorking(state: ClusterState, instance: SimInstance): boolean {
  return instance.state === 'running' && !isHung(state, instance);
}

/** Truly healthy: works, can be reached and is believed to be. */
export function isHealthy(state: ClusterState, instance: SimInstance): boolean {
  return isWorking(state, instance) && instance.ready && instance.networkAttached;
}

/** Creates a stopped instance on a node. */
export function createInstance(state: ClusterState, workload: SimWorkload, id: string, nodeId: string): SimInstance {
  const node = state.nodes.get(nodeId)!;
  const noiseRow = state.serviceNoise.addRow(state.streams.of(`service/${id}`));
  const instance = new SimInstance(state.instanceColumns, {
    id,
    workload,
    node,
    nowMs: state.kernel.nowMs(),
    noiseRow,
  });
  state.instances.set(id, instance);
  workload.instances.push(instance);
  node.tenants.add(instance);
  return instance;
}

/** Nobody wants it any more, whatever its process did. */
export function forgetInstance(state: ClusterState, instance: SimInstance): void {
  const { instances } = instance.workload;
  instance.removed = true;
  state.instances.delete(instance.id);
  instances.splice(instances.indexOf(instance), 1);
  instance.node.tenants.delete(instance);
}

/** The process runs from now; it is ready when its first check passes. */
export function bringUp(state: ClusterState, instance: SimInstance): void {
  const { workload } = instance;
  state.effects.clearProcess(instance.id);
  instance.state = 'running';
  instance.ready = false;
  instance.startedAtMs = state.kernel.nowMs();
  instance.starts++;
  instance.exitCode = null;
  instance.killedForMemory = false;
  instance.version = workload.version;
  instance.cpuLimitCores = workload.cpuLimitCores;
  instance.memoryLimitBytes = workload.memoryLimitBytes;
  instance.memoryBytes = Math.round(workload.spec.memoryBaseBytes);
  instance.failedChecks = 0;
  instance.credit = 0;
  // Counters live in the process: a restart is a counter reset.
  instance.completed = 0;
  instance.errors = 0;
  state.news.event(instanceRef(instance.id), 'instance.started', { version: instance.version });
  state.news.log(instanceRef(instance.id), 'info', `started version=${instance.version} pid=1`);
}

/** Takes a process down at once. `exitCode` 137 is SIGKILL, 143 SIGTERM. */
export function takeDown(
  state: ClusterState,
  instance: SimInstance,
  how: { readonly exitCode: number; readonly killedForMemory?: boolean },
): void {
  if (instance.state === 'stopped') return;
  instance.state = 'stopped';
  instance.ready = false;
  instance.exitCode = how.exitCode;
  instance.killedForMemory = how.killedForMemory ?? false;
  instance.memoryBytes = 0;
  instance.cpuRatio = 0;
  instance.busyCoreMs = 0;
  state.effects.clearProcess(instance.id);
  if (instance.killedForMemory)
    state.news.event(instanceRef(instance.id), 'instance.killed-for-memory', { limitBytes: instance.memoryLimitBytes });
  state.news.event(instanceRef(instance.id), 'instance.died', { exitCode: how.exitCode });
}

/** Starts a stopped instance; it takes 2 to 5 s. Returns false where its node cannot run it. */
export function startInstance(state: ClusterState, instance: SimInstance, done?: () => void): boolean {
  const { node } = instance;
  if (!node.powered || node.parked) return false;
  if (instance.state !== 'stopped') return true;
  instance.state = 'starting';
  const delayMs = Math.round(state.streams.of(`start/${instance.id}`).between(2000, 5000));
  state.kernel.after(delayMs, () => {
    // Something else may have ended it meanwhile.
    if (instance.state === 'starting') {
      if (node.powered && state.instances.has(instance.id)) bringUp(state, instance);
      else instance.state = 'stopped';
    }
    done?.();
  });
  return true;
}

/** One health check: a hung, paused or detached process does not answer. */
export function checkHealth(state: ClusterState, instance: SimInstance): void {
  if (!isAlive(instance)) return;
  const passes = isWorking(state, instance) && instance.networkAttached;
  instance.failedChecks = passes ? 0 : instance.failedChecks + 1;
  const ready = passes || (instance.ready && instance.failedChecks < failuresUntilUnready);
  if (ready === instance.ready) return;
  instance.ready = ready;
  state.news.event(instanceRef(instance.id), 'instance.health-changed', { ready });
}

/** What one tick's work leaves behind in the processes: how busy they were, and their memory. */
export function finishInstances(state: ClusterState, dtMs: number): void {
  const { rows, of } = state.instanceColumns;
  const { busyCoreMs, cpuLimitCores, cpuRatio, memoryBytes, memoryLimitBytes } = of;
  let isFull = false;
  for (let row = 0; row < rows; row++) {
    // What does not run was not busy, and a row that nobody uses any more has no cores either.
    const busy = busyCoreMs[row]!;
    cpuRatio[row] = busy === 0 ? 0 : Math.min(1, busy / (cpuLimitCores[row]! * dtMs));
    isFull ||= memoryBytes[row]! >= memoryLimitBytes[row]!;
  }
  if (isFull || mayLeak(state)) for (const instance of state.instances.values()) advanceMemory(state, instance, dtMs);
}

function mayLeak(state: ClusterState): boolean {
  if (state.effects.inUse.leakBytesPerMs) return true;
  for (const { traits } of state.workloads.values()) if (traits.size > 0) return true;
  return false;
}

/** Memory of one process over `dtMs`: its base, what load adds, and what leaks. At the limit the kernel kills it. */
function advanceMemory(state: ClusterState, instance: SimInstance, dtMs: number): void {
  if (!isAlive(instance)) return;
  const { workload } = instance;
  const traits = workload.traits.get(instance.version);
  const leakBytesPerMs = state.effects.sum('instance', instance.id, 'leakBytesPerMs') + (traits?.leakBytesPerMs ?? 0);
  instance.memoryBytes = Math.round(instance.memoryBytes + leakBytesPerMs * dtMs);
  if (instance.memoryBytes < instance.memoryLimitBytes) return;
  state.news.log(
    instanceRef(instance.id),
    'fatal',
    `out of memory: killed process 1 (limit ${instance.memoryLimitBytes} bytes)`,
  );
  takeDown(state, instance, { exitCode: 137, killedForMemory: true });
}
