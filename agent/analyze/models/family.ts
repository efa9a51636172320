/** What a forecast of a live series is made from. */
export interface StepSeries {
  /** Mean per minute, oldest first, no gaps. */
  readonly values: Float64Array;
  /** Number of the last minute since 1970, which gives the time of day. */
  readonly endStep: number;
}

/** What fitting found; the names are for people, the numbers for the family. */
export interface Fit {
  readonly coefficients: readonly number[];
  readonly parameters: Readonly<Record<string, number>>;
}

/** One way to forecast. Without state: all it knows is in the series and the fit. */
export interface ForecastFamily {
  readonly name: string;
  /** Fewest steps of history with which it speaks. */
  readonly stepsMin: number;
  /** null: there is nothing to fit. Bounded in time; called for one series per tick at most. */
  readonly fit: ((series: StepSeries) => Fit | null) | null;
  /**
   * @param fit the last fit, null before the first
   * @param ahead steps after the end of the series, ascending, at most 60
   * @returns one value per step of `ahead`, or null where it cannot say
   */
  forecast(series: StepSeries, fit: Fit | null, ahead: readonly number[]): Float64Array | null;
}

/** The fit with the least error among a grid of coefficients. @param errorOf Infinity or NaN for one that cannot be */
export function bestOf(
  grid: readonly (readonly number[])[],
  names: readonly string[],
  errorOf: (coefficients: readonly number[]) => number,
): Fit | null {
  let best: readonly number[] | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const coefficients of grid) {
    const error = errorOf(coefficients);
    if (error >= least || Number.isNaN(error)) continue;
    least = error;
    best = coefficients;
  }
  if (best === null) return null;
  return { coefficients: best, parameters: Object.fromEntries(names.map((name, i) => [name, best[i]!])) };
}

/** All combinations of one value from each list. */
export function gridOf(...lists: readonly (readonly number[])[]): number[][] {
  return lists.reduce<number[][]>((rows, list) => rows.flatMap((row) => list.map((value) => [...row, value])), [[]]);
}

/** Means of `width` steps each, oldest first, the last one ending with the newest step. */
export function slotMeans(values: Float64Array, width: number): Float64Array {
  const count = Math.floor(values.length / width);
  let at = values.length - count * width;
  const means = new Float64Array(count);
  for (let slot = 0; slot < count; slot++) {
    let sum = 0;
    for (const end = at + width; at < end; at++) sum += values[at]!;
    means[slot] = sum / width;
  }
  return means;
}
