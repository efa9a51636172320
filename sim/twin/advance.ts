import { type Branch, heldShare } from './branch.ts';
import type { FlowModel } from './flow-model.ts';
import { flowThrough, oldestOf, regroup } from './lanes.ts';
import type { Luck } from './luck.ts';
import { pastSteps, pour, put, take, type Waiting } from './waiting.ts';

/** Runs one branch for one step: processes, replica groups, then the queues. */
export function advance(model: FlowModel, branch: Branch, luck: Luck, step: number): void {
  const fromMs = step * model.stepMs;
  growMemory(model, branch, luck, fromMs);
  for (let n = 0; n < luck.fills.length; n++) branch.freeBytes[n]! -= luck.fills[n]!;
  becomeSound(model, branch, luck, fromMs);
  for (const [g] of model.groups.entries()) followLeader(model, branch, luck, g, fromMs);
  for (const [q] of model.queues.entries()) flow(model, branch, luck, q, step);
}

/** At its limit a process is killed, and stays dead: no engine here restarts by itself. */
function growMemory({ instances }: FlowModel, branch: Branch, luck: Luck, fromMs: number): void {
  for (let i = 0; i < instances.length; i++) {
    if (!(branch.growth[i]! > 0) || branch.upFromMs[i]! === Number.POSITIVE_INFINITY) continue;
    branch.memory[i]! += branch.growth[i]!;
    if (branch.memory[i]! < instances[i]!.limitBytes) continue;
    takeDown(branch, i, Number.POSITIVE_INFINITY);
    branch.holdsUntilMs[i] = fromMs + luck.sessionMs;
  }
}

function becomeSound({ instances, stepMs }: FlowModel, branch: Branch, luck: Luck, fromMs: number): void {
  for (let i = 0; i < instances.length; i++) {
    const fromNowOn = luck.soundFromMs[i]! >= fromMs && luck.soundFromMs[i]! < fromMs + stepMs;
    if (fromNowOn) branch.perStep[i] = Math.max(branch.perStep[i]!, instances[i]!.soundPerStep);
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
    if (branch.leader[g] === -1 || !hasRoom(model, branch, branch.leader[g]!)) return 0;
    share = Math.min(share, restOfStep(branch.servesFromMs[g]!, fromMs, model.stepMs));
  }
  if (queue.writers.length === 0) return share;
  return Math.min(share, Math.max(...queue.writers.map((i) => restOfStep(branch.upFromMs[i]!, fromMs, model.stepMs))));
}

/** A leader whose disk is full keeps its role and takes nothing in. */
export function hasRoom({ instances }: FlowModel, branch: Branch, instance: number): boolean {
  const { node } = instances[instance]!;
  return node === -1 || branch.freeBytes[node]! > 0;
}

function restOfStep(sinceMs: number, fromMs: number, stepMs: number): number {
  return Math.max(0, Math.min(1, (fromMs + stepMs - sinceMs) / stepMs));
}

/** Share of the step in which an instance works, and has what it needs. */
function workShare({ instances, stepMs }: FlowModel, branch: Branch, i: number, fromMs: number): number {
  let share = restOfStep(branch.upFromMs[i]!, fromMs, stepMs);
  for (const servers of instances[i]!.needs)
    share = Math.min(share, Math.max(0, ...servers.map((s) => restOfStep(branch.upFromMs[s]!, fromMs, stepMs))));
  return share;
}

function flow(model: FlowModel, branch: Branch, luck: Luck, q: number, step: number): void {
  const { stepMs, queues } = model;
  const queue = queues[q]!;
  const fromMs = step * stepMs;
  const arrived = luck.arrivals[q]![step]! * branch.loadFactor[q]!;
  const factor =
    branch.paused[q] === 1 ? 0 : queue.efficiency * luck.capacity[q]! * openShare(model, branch, q, fromMs);
  const could = (i: number) => branch.perStep[i]! * workShare(model, branch, i, fromMs) * factor;
  if (queue.partitions === null) {
    flowShared(branch, q, queue.readers, heldShare(queue, branch, fromMs), arrived, could, step);
  } else {
    const lanes = branch.lanes[q]!;
    const isMember = (i: number) => branch.upFromMs[i]! < fromMs + stepMs || branch.holdsUntilMs[i]! > fromMs;
    regroup(lanes, (rank) => isMember(queue.readers[rank]!));
    flowThrough(lanes, step, arrived / lanes.waiting.length, (rank) => could(queue.readers[rank]!));
  }
  branch.ageMs[q] = Math.max(queue.restAgeMs, oldestOf(branch.lanes[q]!, step, stepMs) * luck.ages[q]!);
}

/** All readers take from one queue, but for the share that stuck ones keep to themselves. */
function flowShared(
  branch: Branch,
  q: number,
  readers: readonly number[],
  share: number,
  arrived: number,
  could: (i: number) => number,
  step: number,
): void {
  const [open, held] = branch.lanes[q]!.waiting as [Waiting, Waiting];
  if (share === 0 && held.total > 0) pour(held, open);
  put(held, pastSteps + step, arrived * share);
  put(open, pastSteps + step, arrived * (1 - share));
  take(
    open,
    readers.reduce((sum, i) => sum + could(i), 0),
  );
}
