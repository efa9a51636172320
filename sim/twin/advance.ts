import { type Branch, heldShare, type Luck, oldestMs, pastSteps, pour, put, take } from './branch.ts';
import type { FlowModel } from './flow-model.ts';

/** Runs one branch for one step: processes, replica groups, then the queues. */
export function advance(model: FlowModel, branch: Branch, luck: Luck, step: number): void {
  const fromMs = step * model.stepMs;
  growMemory(model, branch);
  for (const [g] of model.groups.entries()) followLeader(model, branch, luck, g, fromMs);
  for (const [q] of model.queues.entries()) flow(model, branch, luck, q, step);
}

/** At its limit a process is killed, and stays dead: no engine here restarts by itself. */
function growMemory({ instances }: FlowModel, branch: Branch): void {
  for (let i = 0; i < instances.length; i++) {
    if (!(branch.growth[i]! > 0) || branch.upFromMs[i]! === Number.POSITIVE_INFINITY) continue;
    branch.memory[i]! += branch.growth[i]!;
    if (branch.memory[i]! >= instances[i]!.limitBytes) takeDown(branch, i, Number.POSITIVE_INFINITY);
  }
}

/** A process that is gone from now on, until it is up again; what it held goes back to the queue at once. */
export function takeDown(branch: Branch, instance: number, upFromMs: number): void {
  branch.upFromMs[instance] = upFromMs;
  branch.holdsUntilMs[instance] = -1;
  branch.memory[instance] = Number.NaN;
  branch.growth[instance] = 0;
}

/** Without its leader a group waits for the next one; without its quorum it waits for members. */
function followLeader(model: FlowModel, branch: Branch, luck: Luck, g: number, fromMs: number): void {
  const group = model.groups[g]!;
  const up = group.members.filter((i) => branch.upFromMs[i]! < fromMs + model.stepMs);
  if (up.length < group.quorum) {
    branch.leader[g] = -1;
    return;
  }
  if (up.includes(branch.leader[g]!)) return;
  const wasLed = branch.leader[g] !== -1 || branch.servesFromMs[g]! < fromMs;
  branch.leader[g] = up[0]!;
  if (wasLed) branch.servesFromMs[g] = fromMs + luck.failoverMs[g]!;
}

/** Share of the step in which a queue takes messages in and gives them out. */
function openShare(model: FlowModel, branch: Branch, q: number, fromMs: number): number {
  const queue = model.queues[q]!;
  let share = 1;
  for (const g of queue.groups) {
    if (branch.leader[g] === -1) return 0;
    share = Math.min(share, restOfStep(branch.servesFromMs[g]!, fromMs, model.stepMs));
  }
  if (queue.writers.length === 0) return share;
  return Math.min(share, Math.max(...queue.writers.map((i) => restOfStep(branch.upFromMs[i]!, fromMs, model.stepMs))));
}

function restOfStep(sinceMs: number, fromMs: number, stepMs: number): number {
  return Math.max(0, Math.min(1, (fromMs + stepMs - sinceMs) / stepMs));
}

function flow(model: FlowModel, branch: Branch, luck: Luck, q: number, step: number): void {
  const { stepMs, queues } = model;
  const queue = queues[q]!;
  const fromMs = step * stepMs;
  const [open, held] = [branch.open[q]!, branch.held[q]!];
  const share = heldShare(queue, branch, fromMs);
  if (share === 0 && held.total > 0) pour(held, open);
  const arrived = luck.arrivals[q]![step]! * branch.loadFactor[q]!;
  put(held, pastSteps + step, arrived * share);
  put(open, pastSteps + step, arrived * (1 - share));
  let could = 0;
  for (const i of queue.readers) could += branch.perStep[i]! * restOfStep(branch.upFromMs[i]!, fromMs, stepMs);
  const factor =
    branch.paused[q] === 1 ? 0 : queue.efficiency * luck.capacity[q]! * openShare(model, branch, q, fromMs);
  take(open, could * factor);
  branch.ageMs[q] = Math.max(queue.restAgeMs, oldestMs(open, step, stepMs), oldestMs(held, step, stepMs));
}
