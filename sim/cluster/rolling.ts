import { type Done, type OperationResult, ok, partial, refused } from './answers.ts';
import type { SimInstance } from './instance.ts';
import { isHealthy } from './instances.ts';
import type { ClusterState, SimWorkload } from './state.ts';
import { restart } from './stopping.ts';

/** How long a replaced member may take until it is ready, ms: an orderly stop, a start and two health checks. */
const readyWithinMs = 30_000;
const lookEveryMs = 1_000;
const graceMs = 5_000;

/**
 * Returns a workload to a version, member by member: the next one is taken once all those before it are ready. What is
 * down goes first, for it costs nothing. Ends at the first member that does not become ready, where another version is
 * deployed meanwhile, and where a healthy member would go next while more of the others are down than when it began. A
 * member whose node is down is left out: it takes up the version when it starts.
 */
export function rollBack(state: ClusterState, id: string, version: string, done: Done): void {
  const workload = state.workloads.get(id);
  if (workload === undefined) {
    done(refused(`there is no workload ${id}`));
    return;
  }
  const waiting = workload.instances.filter((instance) => instance.version !== version);
  if (workload.version === version && waiting.length === 0) {
    done(ok(`was ${version}`));
    return;
  }
  if (workload.version !== version) {
    workload.previousVersion = workload.version;
    workload.version = version;
    state.news.event({ kind: 'workload', id }, 'workload.deployed', { version, previous: workload.previousVersion });
  }
  const downAtFirst = downOf(state, workload);
  replaceNext({ state, workload, version, waiting, replaced: [], downAtFirst }, done);
}

interface Rollback {
  readonly state: ClusterState;
  readonly workload: SimWorkload;
  readonly version: string;
  /** Members that still run another version. */
  readonly waiting: SimInstance[];
  readonly replaced: SimInstance[];
  readonly downAtFirst: number;
}

function downOf(state: ClusterState, { instances }: SimWorkload): number {
  return instances.filter((instance) => !isHealthy(state, instance)).length;
}

function replaceNext(rollback: Rollback, done: Done): void {
  const { state, version, waiting, replaced } = rollback;
  const able = waiting.filter((one) => isMember(state, one) && one.version !== version && one.node.powered);
  const next = able.find((instance) => !isHealthy(state, instance)) ?? able[0];
  const end = endOf(rollback, next);
  if (end !== null || next === undefined) {
    done(end ?? ok(spokenCount(rollback)));
    return;
  }
  waiting.splice(waiting.indexOf(next), 1);
  next.generation++;
  replaced.push(next);
  const untilMs = state.kernel.nowMs() + readyWithinMs;
  restart(state, next, graceMs, () => {});
  waitUntilReady(rollback, next, untilMs, done);
}

/** Why the rollback goes no further, or null while it does. */
function endOf(rollback: Rollback, next: SimInstance | undefined): OperationResult | null {
  const { state, workload, version, replaced, downAtFirst } = rollback;
  const soFar = spokenCount(rollback);
  if (workload.version !== version) return partial(`${soFar}, overtaken by ${workload.version}`);
  const fallen = replaced.find((instance) => isMember(state, instance) && !isHealthy(state, instance));
  if (fallen !== undefined) return partial(`${soFar}, ${fallen.id} is not ready`);
  const isCostly = next !== undefined && isHealthy(state, next);
  const down = downOf(state, workload);
  return isCostly && down > downAtFirst ? partial(`${soFar}, ${down} are down, ${downAtFirst} were`) : null;
}

function spokenCount({ version, waiting, replaced }: Rollback): string {
  return `${replaced.length} of ${replaced.length + waiting.length} replaced by ${version}`;
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
