import type { RandomStream } from '../kernel/random.ts';
import { drawArrivals } from './arrivals.ts';
import type { FlowGroup, FlowInstance, FlowModel } from './flow-model.ts';
import { lastsOnMs } from './lasting.ts';

/** What one pair of samples draws once, so that both branches meet the same luck. */
export interface Luck {
  /** Arrivals per queue and step. */
  readonly arrivals: readonly Float64Array[];
  /** Factor on what the readers of each queue can do. */
  readonly capacity: Float64Array;
  /** Factor on the ages that each queue's model tells: the measured ones are some seconds old. */
  readonly ages: Float64Array;
  /** How fast each instance's memory grows: its growth per step. */
  readonly growth: Float64Array;
  /** How fast each node's disk fills: its growth per step. */
  readonly fills: Float64Array;
  /** From the call until a process works, per instance, ms. */
  readonly startMs: Float64Array;
  /** When an instance that is out of sight is back by itself, ms; infinite for one that stays away. */
  readonly backMs: Float64Array;
  /** When an instance that has become slow does again what it could, ms; infinite for others. */
  readonly soundFromMs: Float64Array;
  /** From the loss of a leader until the next one serves, per group, ms. */
  readonly failoverMs: Float64Array;
  /** Until what a stuck reader holds is given to others, ms. */
  readonly handoverMs: number;
  /** Until a silent reader's share is given to others, ms. */
  readonly sessionMs: number;
  readonly rebootMs: number;
  /** From the rehearsal to the first call, ms: hold-down, fresh facts, the call. */
  readonly delayMs: number;
}

/** Where nothing better is known; each is told with the rehearsal. */
export const assumed = {
  startMs: [2_000, 10_000],
  failoverMs: [4_000, 10_000],
  handoverMs: [10_000, 600_000],
  /** Kafka's `session.timeout.ms` is 45 s, and was 10 s before version 3. */
  sessionMs: [5_000, 45_000],
  rebootMs: [40_000, 180_000],
  delayMs: [0, 35_000],
} as const;
/** What instances can do is known to this share, one standard deviation. */
const capacitySd = 0.007;
/** So is what their waiting messages' ages are. */
const ageSd = 0.04;
/** Of the nodes that are out of sight so many are only cut off, and what runs there goes on. */
const cutOffShare = 0.5;
/** An instance that does less than this share of what its peers do has become slow. */
const slowShare = 0.8;

export function isSlow({ works, perStep, soundPerStep }: FlowInstance): boolean {
  return works && perStep <= slowShare * soundPerStep;
}

export function drawLuck(model: FlowModel, steps: number, random: RandomStream): Luck {
  const between = ([low, high]: readonly [number, number]) => random.between(low, high);
  const scaleBetween = ([low, high]: readonly [number, number]) => low * (high / low) ** random.next();
  const growing = (one: { readonly growthPerStep: number; readonly growthSdPerStep: number }) =>
    Math.max(0, one.growthPerStep + one.growthSdPerStep * random.normal());
  return {
    arrivals: model.queues.map((queue) => drawArrivals(queue.arrivals, steps, random)),
    capacity: Float64Array.from(model.queues, () => Math.max(0.5, 1 + capacitySd * random.normal())),
    ages: Float64Array.from(model.queues, () => Math.max(0.5, 1 + ageSd * random.normal())),
    growth: Float64Array.from(model.instances, growing),
    fills: Float64Array.from(model.nodes, growing),
    startMs: Float64Array.from(model.instances, () => between(assumed.startMs)),
    backMs: backMs(model, random),
    soundFromMs: soundFromMs(model, random),
    failoverMs: Float64Array.from(model.groups, (group) => between(failoverBounds(group))),
    handoverMs: handover(model, random),
    sessionMs: scaleBetween(assumed.sessionMs),
    rebootMs: between(assumed.rebootMs),
    delayMs: between(assumed.delayMs),
  };
}

/** Around what was seen, with room for what so few do not show; as assumed where nothing was. */
export function failoverBounds({ failoversMs }: FlowGroup): readonly [number, number] {
  if (failoversMs.length === 0) return assumed.failoverMs;
  return [0.6 * Math.min(...failoversMs), 1.6 * Math.max(...failoversMs)];
}

/** All instances of a node come back together, or none. */
function backMs({ instances }: FlowModel, random: RandomStream): Float64Array {
  const byNode = new Map<string, number>();
  return Float64Array.from(instances, ({ works, state, nodeId, silentMs }) => {
    if (works || state !== 'unknown') return Number.POSITIVE_INFINITY;
    const known = byNode.get(nodeId);
    if (known !== undefined) return known;
    const lastsMs = lastsOnMs(silentMs, random);
    const drawn = random.next() < cutOffShare ? lastsMs : Number.POSITIVE_INFINITY;
    byNode.set(nodeId, drawn);
    return drawn;
  });
}

function soundFromMs({ instances }: FlowModel, random: RandomStream): Float64Array {
  const byNode = new Map<string, number>();
  return Float64Array.from(instances, (one) => {
    if (!isSlow(one)) return Number.POSITIVE_INFINITY;
    const drawn = byNode.get(one.nodeId) ?? lastsOnMs(one.slowForMs, random);
    byNode.set(one.nodeId, drawn);
    return drawn;
  });
}

/** Of any order between seconds and ten minutes, but longer than it has lasted. */
function handover({ queues }: FlowModel, random: RandomStream): number {
  const lastsMs = Math.max(...queues.map(({ ageMs }) => ageMs), 0);
  const [low, high] = assumed.handoverMs;
  return Math.max(low, lastsMs) * (Math.max(high, 2 * lastsMs) / Math.max(low, lastsMs)) ** random.next() - lastsMs;
}
