import { type EntityRef, entityKey } from '../../model/entity.ts';
import type { ClusterPicture } from '../../model/picture.ts';

/** The recent past by entity and metric, step by step, up to `asOf`: what a back-test may know ends earlier than the picture. */
export class History {
  readonly stepMs: number;
  readonly steps: number;
  readonly asOf: number;
  readonly #byKey: ReadonlyMap<string, Float64Array>;

  constructor(picture: ClusterPicture, asOf = picture.steps) {
    this.stepMs = picture.stepMs;
    this.steps = picture.steps;
    this.asOf = asOf;
    this.#byKey = new Map(
      picture.series.map(({ entity, metric, values }) => [`${entityKey(entity)} ${metric}`, values]),
    );
  }

  /** A gauge; NaN where nothing was measured. */
  values(entity: EntityRef, metric: string): Float64Array {
    return this.#byKey.get(`${entityKey(entity)} ${metric}`)?.subarray(0, this.asOf) ?? new Float64Array(0);
  }

  /** The newest value of the last `within` steps; NaN where there is none. */
  latest(entity: EntityRef, metric: string, within = 6): number {
    const values = this.values(entity, metric);
    for (let i = values.length - 1; i >= Math.max(0, values.length - within); i--)
      if (!Number.isNaN(values[i]!)) return values[i]!;
    return Number.NaN;
  }

  /**
   * How much a counter grew in each step; a smaller value is a reset, after which it counts from zero. Growth over steps
   * without a sample is spread over them; NaN before the first sample and after the last.
   */
  increments(entity: EntityRef, metric: string): Float64Array {
    const values = this.values(entity, metric);
    const grown = new Float64Array(values.length).fill(Number.NaN);
    let last = -1;
    for (const [i, value] of values.entries()) {
      if (Number.isNaN(value)) continue;
      if (last >= 0) {
        const step = value >= values[last]! ? value - values[last]! : value;
        grown.fill(step / (i - last), last + 1, i + 1);
      }
      last = i;
    }
    return grown;
  }
}

export function numbersOf(values: Float64Array, from = 0, to = values.length): number[] {
  const found: number[] = [];
  for (let i = Math.max(0, from); i < Math.min(to, values.length); i++)
    if (!Number.isNaN(values[i]!)) found.push(values[i]!);
  return found;
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Quantile by linear interpolation between order statistics; NaN of nothing. */
export function quantileOf(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) return Number.NaN;
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low]! + (at - low) * (sorted[Math.ceil(at)]! - sorted[low]!);
}

export const medianOf = (values: readonly number[]): number => quantileOf(values, 0.5);
