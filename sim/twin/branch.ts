import type { FlowModel, FlowQueue } from './flow-model.ts';
import { createLanes, type Lanes, regroup } from './lanes.ts';
import type { Luck } from './luck.ts';
import { putPast } from './waiting.ts';

/** One course of the cluster; forked by building it from the model. Times are ms from now. */
export interface Branch {
  /** From when on each instance works; infinite while it is down. */
  readonly upFromMs: Float64Array;
  readonly perStep: Float64Array;
  readonly memory: Float64Array;
  readonly growth: Float64Array;
  /** Until when an instance that does not work keeps its share of the messages; -1 for one that keeps none. */
  readonly holdsUntilMs: Float64Array;
  readonly leader: Int32Array;
  readonly servesFromMs: Float64Array;
  readonly paused: Uint8Array;
  readonly loadFactor: Float64Array;
  /** Free space on each node's disk, bytes. */
  readonly freeBytes: Float64Array;
  readonly lanes: readonly Lanes[];
  readonly ageMs: Float64Array;
}

export function createBranch(model: FlowModel, luck: Luck, steps: number): Branch {
  const { instances, queues, groups, nodes } = model;
  const upFromMs = Float64Array.from(instances, (one, i) =>
    one.works ? 0 : one.state === 'starting' ? luck.startMs[i]! : luck.backMs[i]!,
  );
  const holdsUntilMs = Float64Array.from(instances, (one) => {
    if (one.holdsMessages) return luck.handoverMs;
    return one.works ? -1 : luck.sessionMs - one.silentMs;
  });
  return {
    upFromMs,
    perStep: Float64Array.from(instances, (one) => one.perStep),
    memory: Float64Array.from(instances, (one) => one.memoryBytes),
    growth: Float64Array.from(luck.growth),
    holdsUntilMs,
    leader: Int32Array.from(groups, (group) => group.leader),
    servesFromMs: Float64Array.from(groups, (group, i) => (group.leader === -1 ? luck.failoverMs[i]! : 0)),
    paused: Uint8Array.from(queues, (queue) => (queue.paused ? 1 : 0)),
    loadFactor: new Float64Array(queues.length).fill(1),
    freeBytes: Float64Array.from(nodes, (node) => node.freeBytes),
    lanes: queues.map((queue) => initialLanes(model, queue, holdsUntilMs, steps)),
    ageMs: Float64Array.from(queues, (queue) => queue.ageMs),
  };
}

/** Share of a shared queue's messages that stuck readers hold back. */
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
function initialLanes(model: FlowModel, queue: FlowQueue, holdsUntilMs: Float64Array, steps: number): Lanes {
  const lanes = createLanes(queue.partitions, queue.readers.length, steps);
  const { depth, ageMs, restAgeMs, arrivals } = queue;
  const overSteps = ageMs / model.stepMs;
  // Clients keep what a blocked queue does not take.
  const atClients = queue.blocked ? arrivals.level * overSteps : 0;
  const fill = (lane: number, count: number, since: number) =>
    putPast(lanes.waiting[lane]!, count, since, model.stepMs);
  if (queue.partitions === null) {
    const stuck = queue.readers.filter((i) => model.instances[i]!.holdsMessages).length;
    const readers = queue.readers.filter((i) => model.instances[i]!.works || model.instances[i]!.holdsMessages).length;
    const inHeld = stuck === 0 ? 0 : Math.min(depth, (arrivals.level * overSteps * stuck) / readers);
    fill(1, inHeld, ageMs);
    fill(0, depth + atClients - inHeld, stuck === 0 ? ageMs : restAgeMs);
    return lanes;
  }
  regroup(lanes, (rank) => {
    const i = queue.readers[rank]!;
    return model.instances[i]!.works || holdsUntilMs[i]! > 0;
  });
  const behind = lackingIn(model, queue, lanes, overSteps);
  const sum = behind.reduce((a, b) => a + b, 0);
  const inBehind = Math.min(depth, sum);
  const others = (depth - inBehind + atClients) / behind.length;
  for (const [lane, lacks] of behind.entries()) {
    if (sum > 0) fill(lane, (inBehind * lacks) / sum, ageMs);
    fill(lane, others, inBehind > 0 && !queue.blocked ? restAgeMs : ageMs);
  }
  return lanes;
}

/** What must have gathered in each partition whose reader cannot keep up, in the time that the oldest has waited. */
function lackingIn({ instances }: FlowModel, queue: FlowQueue, { owner }: Lanes, overSteps: number): number[] {
  const arrive = queue.arrivals.level / owner.length;
  const counts = new Int32Array(queue.readers.length);
  for (const rank of owner) if (rank !== -1) counts[rank]!++;
  return [...owner].map((rank) => {
    const reader = rank === -1 ? undefined : instances[queue.readers[rank]!]!;
    const could = reader?.works ? reader.perStep / counts[rank]! : 0;
    return could > 0.97 * arrive ? 0 : arrive * overSteps;
  });
}
