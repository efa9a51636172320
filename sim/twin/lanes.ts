import { empty, nothingWaiting, oldestMs, pastSteps, put, take, type Waiting } from './waiting.ts';

/** A queue's messages by who is to read them. */
export interface Lanes {
  /** One per partition; of a queue that all readers share, one for them and one for what stuck readers hold. */
  readonly waiting: readonly Waiting[];
  /** The rank among the queue's readers of who reads each partition; -1 for nobody. */
  readonly owner: Int32Array;
  /** 1 for each reader that partitions may belong to. */
  readonly members: Uint8Array;
  /** Room to reckon in, per reader: what waits for it, how many lanes it has, and what it leaves in them. */
  readonly before: Float64Array;
  readonly counts: Int32Array;
  readonly left: Left[];
}

/** What is left in a lane at the end of a step: a share of what waited in it before, and a share of what has come. */
interface Left {
  readonly ofBefore: number;
  readonly ofArrived: number;
}

/** A topic of more partitions is modelled with this many; the shares of its readers then differ by a few per cent at most. */
const lanesMost = 96;

export function createLanes(partitions: number | null, readers: number, steps: number): Lanes {
  const count = partitions === null ? 2 : Math.min(partitions, lanesMost);
  return {
    waiting: Array.from({ length: count }, () => nothingWaiting(steps)),
    owner: new Int32Array(count).fill(-1),
    members: new Uint8Array(readers),
    before: new Float64Array(readers),
    counts: new Int32Array(readers),
    left: Array.from({ length: readers }, () => nothing),
  };
}

/** Moves partitions when members have come or gone. */
export function regroup(lanes: Lanes, isMember: (rank: number) => boolean): void {
  let changed = false;
  for (let rank = 0; rank < lanes.members.length; rank++) {
    const now = isMember(rank) ? 1 : 0;
    if (lanes.members[rank] === now) continue;
    lanes.members[rank] = now;
    changed = true;
  }
  if (changed) spread(lanes);
}

/**
 * Sticky and even, as Kafka's cooperative rebalance (KIP-429): members keep what they have up to an even share, the rest
 * goes to whoever has least.
 */
function spread({ owner, members, counts }: Lanes): void {
  const ranks = [...members.keys()].filter((rank) => members[rank] === 1);
  if (ranks.length === 0) return void owner.fill(-1);
  counts.fill(0);
  const poorest = () => ranks.reduce((a, b) => (counts[b]! < counts[a]! ? b : a));
  const give = (lane: number, rank: number) => {
    if (owner[lane] !== -1) counts[owner[lane]!]!--;
    owner[lane] = rank;
    counts[rank]!++;
  };
  const most = Math.ceil(owner.length / ranks.length);
  for (const [lane, rank] of owner.entries()) {
    if (rank !== -1 && members[rank] === 1 && counts[rank]! < most) counts[rank]!++;
    else owner[lane] = -1;
  }
  for (const [lane, rank] of owner.entries()) if (rank === -1) give(lane, poorest());
  const least = Math.floor(owner.length / ranks.length);
  for (let poor = poorest(); counts[poor]! < least; poor = poorest())
    give(
      owner.findIndex((rank) => counts[rank]! > least),
      poor,
    );
}

/**
 * One step of a partitioned queue: so many messages come to each lane, and each reader takes all the time from its lanes
 * in proportion to what waits in each; `could` tells how many messages.
 */
export function flowThrough(lanes: Lanes, step: number, arrived: number, could: (rank: number) => number): void {
  const { waiting, owner, before, counts, left } = lanes;
  before.fill(0);
  counts.fill(0);
  for (let lane = 0; lane < owner.length; lane++) {
    const rank = owner[lane]!;
    if (rank === -1) continue;
    before[rank]! += waiting[lane]!.total;
    counts[rank]!++;
  }
  for (let rank = 0; rank < counts.length; rank++)
    left[rank] = counts[rank] === 0 ? nothing : leftIn(before[rank]!, counts[rank]! * arrived, could(rank));
  for (let lane = 0; lane < owner.length; lane++) {
    const one = waiting[lane]!;
    if (owner[lane] === -1) put(one, pastSteps + step, arrived);
    else serve(one, step, arrived, left[owner[lane]!]!);
  }
}

const nothing: Left = { ofBefore: 0, ofArrived: 0 };

/** Solves dx/dt = arrivals - could * x / X for each lane x of a reader with X in all of them, as if X stood still. */
function leftIn(before: number, arrived: number, could: number): Left {
  const after = before + arrived - could;
  if (after <= 0) return nothing;
  const perMean = could / Math.max(before + (arrived - could) / 2, after / 2);
  const [ofBefore, ofArrived] = perMean < 1e-6 ? [1, 1] : [Math.exp(-perMean), (1 - Math.exp(-perMean)) / perMean];
  const fits = after / (before * ofBefore + arrived * ofArrived);
  return { ofBefore: ofBefore * fits, ofArrived: ofArrived * fits };
}

function serve(one: Waiting, step: number, arrived: number, { ofBefore, ofArrived }: Left): void {
  // What is taken as it comes has not waited.
  if (ofArrived === 0) {
    if (one.total > 0) empty(one);
    return;
  }
  const stays = one.total * ofBefore + arrived * ofArrived;
  put(one, pastSteps + step, arrived);
  take(one, one.total - stays);
}

/** Age of the oldest message in any lane at the end of a step, ms. */
export function oldestOf({ waiting }: Lanes, step: number, stepMs: number): number {
  let oldest = 0;
  for (const one of waiting) oldest = Math.max(oldest, oldestMs(one, step, stepMs));
  return oldest;
}

export function totalOf({ waiting }: Lanes): number {
  let total = 0;
  for (const one of waiting) total += one.total;
  return total;
}
