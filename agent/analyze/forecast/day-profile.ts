import { meanOf, type Rhythm, samplesPerHour } from './season.ts';

/** How the usual day is averaged from past days. */
export interface ProfileShape {
  /** Days until a past day counts 1/e as much. */
  readonly memoryDays: number;
  /** How many times more a day counts that lies a whole number of weeks back. */
  readonly sameWeekdayWeight: number;
}

/** How much of the present departure from the usual day is carried into the forecast. */
export interface LevelCarry {
  /** Share of the last two hours' departure, beyond the lasting part. */
  readonly recentShare: number;
  /** Hours until the recent part has faded to 1/e. */
  readonly fadeHours: number;
  /** Share of the last day's departure, which lasts. */
  readonly lastingShare: number;
}

// Days further back than this weigh next to nothing with the memories in use, and cost time.
const maxDays = 70;
/** Neighbouring samples averaged in each past day, so that single spikes do not repeat. */
const smoothing = 5;

/**
 * The usual day as seen from the end of `values`: element i belongs to the i-th sample after it.
 * Weighted mean over the past days, in the units given (the caller takes roots of counts first).
 * @param values at least one season
 */
function dayProfile(values: Float64Array, season: number, shape: ProfileShape): Float64Array {
  const days = Math.min(maxDays, Math.floor(values.length / season));
  const profile = new Float64Array(season);
  let totalWeight = 0;
  for (let age = 1; age <= days; age++) {
    const weight = Math.exp(-(age - 1) / shape.memoryDays) * (age % 7 === 0 ? shape.sameWeekdayWeight : 1);
    const day = smoothed(values.subarray(values.length - age * season, values.length - (age - 1) * season));
    for (let i = 0; i < season; i++) profile[i]! += weight * day[i]!;
    totalWeight += weight;
  }
  return profile.map((sum) => sum / totalWeight);
}

function smoothed(day: Float64Array): Float64Array {
  // An hourly day is smooth already.
  if (day.length <= 100) return day;
  const half = (smoothing - 1) / 2;
  return day.map((_, i) => {
    let sum = 0;
    for (let j = i - half; j <= i + half; j++) sum += day[Math.min(day.length - 1, Math.max(0, j))]!;
    return sum / smoothing;
  });
}

export interface UsualDays {
  /** The usual day that comes. */
  readonly next: Float64Array;
  /** What was usual for the last day, on its own day of the week and before it was known. */
  readonly last: Float64Array;
}

/** The usual days around the end of `values`; with little history the last day is measured by the next one's. */
export function usualDays(values: Float64Array, season: number, shape: ProfileShape): UsualDays {
  const next = dayProfile(values, season, shape);
  const before = values.subarray(0, Math.max(0, values.length - season));
  return { next, last: before.length < 7 * season ? next : dayProfile(before, season, shape) };
}

/** Forecasts by the usual day, moved by how the last hours and the last day departed from theirs. */
export function carryLevel(
  values: Float64Array,
  { next, last }: UsualDays,
  rhythm: Rhythm,
  carry: LevelCarry,
): Float64Array {
  const { season, horizon } = rhythm;
  const hour = samplesPerHour(season);
  const departure = (span: number): number => {
    return meanOf(values, values.length - span, values.length) - meanOf(last, season - span, season);
  };
  const lasting = carry.lastingShare * departure(season);
  const recent = carry.recentShare * (departure(2 * hour) - lasting);
  return Float64Array.from({ length: horizon }, (_, i) => {
    return next[i % season]! + lasting + recent * Math.exp(-i / (carry.fadeHours * hour));
  });
}
