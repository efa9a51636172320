import { instancesOf, isWorking } from './instances.ts';
import type { JobSpec } from './spec.ts';
import type { ClusterState, SimJob } from './state.ts';
import { slowdownOf } from './work.ts';

/** Batch jobs: stages of tasks on the instances of one workload. A stage ends with its last task, the straggler. */

export function createJob(spec: JobSpec): SimJob {
  return {
    id: spec.id,
    spec,
    state: 'pending',
    attempts: 0,
    stage: 0,
    tasksLeft: 0,
    running: new Map(),
    startedAtMs: 0,
  };
}

/** Starts from the first stage, or from the stage that was not finished: stages are checkpoints. */
export function startJob(state: ClusterState, job: SimJob, fromStage = 0): void {
  job.state = 'running';
  job.attempts++;
  job.startedAtMs = state.kernel.nowMs();
  job.running.clear();
  enterStage(job, fromStage);
}

function enterStage(job: SimJob, stage: number): void {
  job.stage = stage;
  job.tasksLeft = job.spec.stages[stage]?.tasks ?? 0;
}

export function restartJob(state: ClusterState, job: SimJob): string {
  startJob(state, job, job.state === 'succeeded' ? 0 : job.stage);
  return `attempt ${job.attempts}`;
}

export function stopJob(_state: ClusterState, job: SimJob): string {
  if (job.state === 'running' || job.state === 'pending') job.state = 'stopped';
  job.running.clear();
  return 'stopped';
}

/** One tick: idle instances take tasks, running tasks advance with the speed of their node. */
export function advanceJob(state: ClusterState, job: SimJob, dtMs: number): void {
  if (job.state !== 'running') return;
  const stage = job.spec.stages[job.stage];
  if (stage === undefined) {
    job.state = 'succeeded';
    return;
  }
  for (const instance of instancesOf(state, job.spec.workload)) {
    if (!isWorking(state, instance)) {
      // A task whose process died starts again elsewhere; one on a hung process waits with it.
      if (instance.state === 'stopped' && job.running.delete(instance.id)) job.tasksLeft++;
      continue;
    }
    if (!job.running.has(instance.id) && job.tasksLeft > 0) {
      job.tasksLeft--;
      // Task lengths are skewed: a log-normal with sigma 0.4 gives the stragglers that real stages have.
      const skew = Math.exp(0.4 * state.streams.of(`tasks/${job.id}`).normal());
      job.running.set(instance.id, stage.taskMs * skew);
    }
    const left = job.running.get(instance.id);
    if (left === undefined) continue;
    const done = dtMs / slowdownOf(state, instance);
    instance.jobCoreMs = Math.min(left, dtMs);
    if (left <= done) {
      job.running.delete(instance.id);
      instance.completed++;
    } else job.running.set(instance.id, left - done);
  }
  if (job.tasksLeft === 0 && job.running.size === 0) enterStage(job, job.stage + 1);
}
