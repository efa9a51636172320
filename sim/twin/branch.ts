import type { RandomStream } from '../kernel/random.ts';
import { drawArrivals } from './arrivals.ts';
import type { FlowModel, FlowQueue } from './flow-model.ts';

/** What one pair of samples draws once, so that both branches meet the same luck. */
export interface Luck {
  /** Arrivals per queue and step. */
  readonly arrivals: readonly Float64Array[];
  /** Factor on what the readers of each queue can do. */
  readonly capacity: Float64Array;
  /** Factor on how fast each instance's memory grows: its growth per step. */
  readonly growth: Float64Array;
  /** From the call until a process works, per instance, ms. */
  readonly startMs: Float64Array;
  /** From the loss of a leader until the next one serves, per group, ms. */
  readonly failoverMs: Float64Array;
  /** Until what a stuck reader holds is given to others, ms. */
  readonly handoverMs: number;
  readonly rebootMs: number;
  /** From the rehearsal to the first call, ms: hold-down, fresh facts, the call. */
  readonly delayMs: number;
}

/** Where nothing better is known; each is told with the rehearsal. */
export const assumed = {
  startMs: [3_000, 15_000],
  failoverMs: [4_000, 10_000],
  handoverMs: [10_000, 600_000],
  rebootMs: [40_000, 180_000],
  delayMs: [5_000, 35_000],
} as const;
/** What instances can do is known to this share, one standard deviation. */
const capacitySd = 0.03;

export function drawLuck(model: FlowModel, steps: number, random: RandomStream): Luck {
  const between = ([low, high]: readonly [number, number]) => random.between(low, high);
  return {
    arrivals: model.queues.map((queue) => drawArrivals(queue.arrivals, steps, random)),
    capacity: Float64Array.from(model.queues, () => Math.max(0.5, 1 + capacitySd * random.normal())),
    growth: Float64Array.from(model.instances, (one) =>
      Math.max(0, one.growthPerStep + one.growthSdPerStep * random.normal()),
    ),
    startMs: Float64Array.from(model.instances, () => between(assumed.startMs)),
    failoverMs: Float64Array.from(model.groups, () => between(assumed.failoverMs)),
    handoverMs: handover(model, random),
    rebootMs: between(assumed.rebootMs),
    delayMs: between(assumed.delayMs),
  };
}

/** Of any order between seconds and ten minutes, but longer than it has lasted. */
function handover({ queues }: FlowModel, random: RandomStream): number {
  const lastsMs = Math.max(...queues.map(({ ageMs }) => ageMs), 0);
  const [low, high] = assumed.handoverMs;
  return Math.max(low, lastsMs) * (Math.max(high, 2 * lastsMs) / Math.max(low, lastsMs)) ** random.next() - lastsMs;
}

/** Steps before now in which waiting messages may have come; older ones count as that old: ten minutes. */
export const pastSteps = 60;

/** Messages by the step in which they came: what came, what is left, and the oldest step with any left. */
export interface Waiting {
  readonly came: Float64Array;
  readonly left: Float64Array;
  head: number;
  total: number;
}

/** One course of the cluster; forked by building it from the model. Times are ms from now. */
export interface Branch {
  /** From when on each instance works; infinite while it is down. */
  readonly upFromMs: Float64Array;
  readonly perStep: Float64Array;
  readonly memory: Float64Array;
  readonly growth: Float64Array;
  /** Until when a stuck instance keeps its share of the messages; -1 for one that keeps none. */
  readonly holdsUntilMs: Float64Array;
  readonly leader: Int32Array;
  readonly servesFromMs: Float64Array;
  readonly paused: Uint8Array;
  readonly loadFactor: Float64Array;
  readonly open: readonly Waiting[];
  readonly held: readonly Waiting[];
  readonly ageMs: Float64Array;
}

export function createBranch(model: FlowModel, luck: Luck, steps: number): Branch {
  const { instances, queues, groups } = model;
  const upFromMs = Float64Array.from(instances, (one, i) =>
    one.works ? 0 : one.state === 'starting' ? luck.startMs[i]! : Number.POSITIVE_INFINITY,
  );
  const waiting = queues.map((queue) => initialWaiting(model, queue, steps));
  return {
    upFromMs,
    perStep: Float64Array.from(instances, (one) => one.perStep),
    memory: Float64Array.from(instances, (one) => one.memoryBytes),
    growth: Float64Array.from(luck.growth),
    holdsUntilMs: Float64Array.from(instances, (one) => (one.holdsMessages ? luck.handoverMs : -1)),
    leader: Int32Array.from(groups, (group) => group.leader),
    servesFromMs: Float64Array.from(groups, (group, i) => (group.leader === -1 ? luck.failoverMs[i]! : 0)),
    paused: Uint8Array.from(queues, (queue) => (queue.paused ? 1 : 0)),
    loadFactor: new Float64Array(queues.length).fill(1),
    open: waiting.map(({ open }) => open),
    held: waiting.map(({ held }) => held),
    ageMs: Float64Array.from(queues, (queue) => queue.ageMs),
  };
}

/** Share of a queue's messages that stuck readers hold back. */
export function heldShare(queue: FlowQueue, branch: Branch, atMs: number): number {
  let held = 0;
  let readers = 0;
  for (const i of queue.readers) {
    const holds = branch.holdsUntilMs[i]! > atMs;
    if (holds) held++;
    if (holds || branch.upFromMs[i]! <= atMs) readers++;
  }
  return readers === 0 ? 0 : held / readers;
}

/** What waits now, spread evenly over the time that the oldest has waited. */
function initialWaiting(model: FlowModel, queue: FlowQueue, steps: number): { open: Waiting; held: Waiting } {
  const empty = (): Waiting => ({
    came: new Float64Array(pastSteps + steps),
    left: new Float64Array(pastSteps + steps),
    head: pastSteps + steps,
    total: 0,
  });
  const [open, held] = [empty(), empty()];
  const overSteps = Math.min(pastSteps, Math.max(1, Math.ceil(queue.ageMs / model.stepMs)));
  const stuck = queue.readers.filter((i) => model.instances[i]!.holdsMessages).length;
  const readers = queue.readers.filter((i) => model.instances[i]!.works || model.instances[i]!.holdsMessages).length;
  // Clients keep what a blocked queue does not take.
  const atClients = queue.blocked ? (queue.arrivals.level * queue.ageMs) / model.stepMs : 0;
  const inHeld = stuck === 0 ? 0 : Math.min(queue.depth, (queue.arrivals.level * overSteps * stuck) / readers);
  for (let s = pastSteps - overSteps; s < pastSteps; s++) {
    put(held, s, inHeld / overSteps);
    if (stuck === 0 || s === pastSteps - 1)
      put(open, s, (queue.depth + atClients - inHeld) / (stuck === 0 ? overSteps : 1));
  }
  return { open, held };
}

export function put(waiting: Waiting, step: number, count: number): void {
  if (count <= 0) return;
  waiting.came[step]! += count;
  waiting.left[step]! += count;
  waiting.total += count;
  waiting.head = Math.min(waiting.head, step);
}

/** Parts of a message, left over by rounding. */
const dust = 1e-6;

/** Takes the oldest first. */
export function take(waiting: Waiting, count: number): void {
  let room = Math.min(count, waiting.total);
  waiting.total -= room;
  // Also past steps in which nothing came, so that the head is a step with something left.
  while (waiting.head < waiting.left.length && (room > dust || waiting.left[waiting.head]! <= dust)) {
    const taken = Math.min(room, waiting.left[waiting.head]!);
    room -= taken;
    waiting.left[waiting.head]! -= taken;
    if (waiting.left[waiting.head]! > dust) return;
    waiting.left[waiting.head] = 0;
    waiting.head++;
  }
  if (waiting.total <= dust) waiting.total = 0;
}

/** Age of the oldest at the end of step `step`, ms; 0 when nothing waits. */
export function oldestMs(waiting: Waiting, step: number, stepMs: number): number {
  if (waiting.total <= dust || waiting.head > pastSteps + step) return 0;
  const share = waiting.left[waiting.head]! / waiting.came[waiting.head]!;
  return (pastSteps + step - waiting.head + share) * stepMs;
}

export function pour(from: Waiting, to: Waiting): void {
  for (let s = from.head; s < from.left.length; s++) put(to, s, from.left[s]!);
  from.left.fill(0);
  from.came.fill(0);
  from.head = from.left.length;
  from.total = 0;
}
