import type { Inventory } from '../../model/inventory.ts';
import type { FlowInstance } from './flow-model.ts';
import { type History, medianOf } from './history.ts';

/** Growth is looked for over five, two and one minute: what has just begun shows in the shortest alone. */
const growthSteps = [30, 12, 6] as const;
/** Growth that would take longer than this to fill a tenth of the limit is taken for noise, steps: two hours. */
const slowSteps = 720;
/** Slopes within this share of each other are alike. */
const alikeShare = 0.2;
/** A fall by this share is a new process. */
const restartShare = 0.8;

type Memory = Pick<
  FlowInstance,
  'memoryBytes' | 'baseBytes' | 'growthPerStep' | 'growthSdPerStep' | 'soundGrowthPerStep'
>;

/** Working set, growth and what a fresh process holds, by instance. */
export function memoryOf(inventory: Inventory, history: History): ReadonlyMap<string, Memory> {
  const own = new Map(
    inventory.instances.map(({ id, memoryLimitBytes }) => [id, measured(id, memoryLimitBytes, history)] as const),
  );
  const workloads = Map.groupBy(inventory.instances, ({ workloadId }) => workloadId);
  const sound = new Map(
    [...workloads].map(([workloadId, peers]) => {
      const told = peers.map(({ id }) => own.get(id)!).filter(({ memoryBytes }) => !Number.isNaN(memoryBytes));
      const growth = medianOf(told.map(({ growthPerStep }) => growthPerStep));
      const base = medianOf(told.map(({ lowest }) => lowest));
      return [workloadId, { growth: Number.isNaN(growth) ? 0 : growth, base: Number.isNaN(base) ? 0 : base }] as const;
    }),
  );
  return new Map(
    inventory.instances.map(({ id, workloadId }) => {
      const { lowest, ...rest } = own.get(id)!;
      const { growth, base } = sound.get(workloadId)!;
      return [
        id,
        {
          ...rest,
          baseBytes: Number.isNaN(lowest) ? base : Math.min(lowest, base || lowest),
          soundGrowthPerStep: growth,
        },
      ];
    }),
  );
}

function measured(id: string, limitBytes: number | null, history: History) {
  const values = history.values({ kind: 'instance', id }, 'memory.usage');
  const memoryBytes = history.latest({ kind: 'instance', id }, 'memory.usage');
  const points: [number, number][] = [];
  for (let i = values.length - 1; i >= Math.max(0, values.length - growthSteps[0]); i--) {
    if (Number.isNaN(values[i]!)) continue;
    if (points.length > 0 && values[i]! * restartShare > points.at(-1)![1]) break;
    points.push([i, values[i]!]);
  }
  let lowest = Number.NaN;
  for (const value of values) if (!(value >= lowest)) lowest = Number.isNaN(value) ? lowest : value;
  return { memoryBytes, lowest, ...growthOf(points, limitBytes, values.length) };
}

interface Growth {
  readonly growthPerStep: number;
  readonly growthSdPerStep: number;
}

/** Growth of these points, `[step, bytes]`, over the longest window that tells no other slope than the next shorter one. */
export function growthOf(points: readonly [number, number][], limitBytes: number | null, now: number): Growth {
  const grows = growthSteps.map((steps) =>
    growthWithin(
      points.filter(([i]) => i >= now - steps),
      limitBytes,
    ),
  );
  const slope = (i: number) => grows[i]!.growthPerStep;
  let at = grows.length - 1;
  while (at > 0 && (slope(at) === 0 || Math.abs(slope(at - 1) / slope(at) - 1) < alikeShare)) at--;
  return grows[at]!;
}

/** Median of pairwise slopes (Theil 1950, Sen 1968) per step, and how far the middle half of them spreads. */
function growthWithin(points: readonly [number, number][], limitBytes: number | null): Growth {
  const none = { growthPerStep: 0, growthSdPerStep: 0 };
  if (points.length < 4 || limitBytes === null) return none;
  const slopes: number[] = [];
  for (const [i, [x, y]] of points.entries()) for (const [u, v] of points.slice(i + 1)) slopes.push((y - v) / (x - u));
  const growthPerStep = medianOf(slopes);
  const rising = slopes.filter((slope) => slope > 0).length / slopes.length;
  if (rising < 0.8 || growthPerStep < limitBytes / 10 / slowSteps) return none;
  const spread = medianOf(slopes.map((slope) => Math.abs(slope - growthPerStep)));
  return { growthPerStep, growthSdPerStep: Math.min(growthPerStep / 3, (1.48 * spread) / Math.sqrt(points.length)) };
}
