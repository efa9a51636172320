import { type Done, type OperationResult, ok, partial, refused } from './answers.ts';
import { isHealthy, nodeOf } from './instances.ts';
import type { ClusterState, SimInstance, SimWorkload } from './state.ts';
import { restart } from './stopping.ts';

/** How long a replaced member may take until it is ready, ms: an orderly stop, a start and two health checks. */
const readyWithinMs = 30_000;
const lookEveryMs = 1_000;
const graceMs = 5_000;

/**
 * Returns a workload to a version, member by member: the next one is taken once all those before it are ready. What is
 * down goes first. Ends at the first member that does not become ready, and where another version is deployed meanwhile.
 * A member whose node is down is left out: it takes up the version when it starts.
 */
export function rollBack(state: ClusterState, id: string, version: string, done: Done): void {
  const workload = state.workloads.get(id);
  if (workload === undefined) {
    done(refused(`there is no workload ${id}`));
    return;
  }
  const members = workload.instances
    .filter((instance) => instance.version !== version)
    .sort((a, b) => Number(isHealthy(state, a)) - Number(isHealthy(state, b)));
  if (workload.version === version && members.length === 0) {
    done(ok(`was ${version}`));
    return;
  }
  if (workload.version !== version) {
    workload.previousVersion = workload.version;
    workload.version = version;
    state.news.event({ kind: 'workload', id }, 'workload.deployed', { version, previous: workload.previousVersion });
  }
  replaceNext({ state, workload, version, waiting: members, replaced: [] }, done);
}

interface Rollback {
  readonly state: ClusterState;
  readonly workload: SimWorkload;
  readonly version: string;
  readonly waiting: SimInstance[];
  readonly replaced: SimInstance[];
}

function replaceNext(rollback: Rollback, done: Done): void {
  const end = endOf(rollback);
  if (end !== null) {
    done(end);
    return;
  }
  const { state, version, replaced } = rollback;
  const next = rollback.waiting.shift()!;
  if (!isMember(state, next) || next.version === version || !nodeOf(state, next).powered) {
    replaceNext(rollback, done);
    return;
  }
  next.generation++;
  replaced.push(next);
  const untilMs = state.kernel.nowMs() + readyWithinMs;
  restart(state, next, graceMs, () => {});
  waitUntilReady(rollback, next, untilMs, done);
}

/** Why the rollback goes no further, or null while it does. */
function endOf({ state, workload, version, waiting, replaced }: Rollback): OperationResult | null {
  const soFar = `${replaced.length} of ${replaced.length + waiting.length} replaced by ${version}`;
  if (workload.version !== version) return partial(`${soFar}, overtaken by ${workload.version}`);
  const fallen = replaced.find((instance) => isMember(state, instance) && !isHealthy(state, instance));
  if (fallen !== undefined) return partial(`${soFar}, ${fallen.id} is not ready`);
  return waiting.length === 0 ? ok(soFar) : null;
}

function waitUntilReady(rollback: Rollback, instance: SimInstance, untilMs: number, done: Done): void {
  const { state, version } = rollback;
  const isSettled = !isMember(state, instance) || (instance.version === version && isHealthy(state, instance));
  if (isSettled || state.kernel.nowMs() >= untilMs) replaceNext(rollback, done);
  else state.kernel.after(lookEveryMs, () => waitUntilReady(rollback, instance, untilMs, done));
}

function isMember(state: ClusterState, instance: SimInstance): boolean {
  return state.instances.get(instance.id) === instance;
}
