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

/** The past days of a history that count, the newest first, each without its single spikes. */
export function pastDays(values: Float64Array, season: number): Float64Array[] {
  const days = Math.min(maxDays + 1, Math.floor(values.length / season));
  return Array.from({ length: days }, (_, back) =>
    smoothed(values.subarray(values.length - (back + 1) * season, values.length - back * season)),
  );
}

/**
 * The usual day as seen after `days`: element i belongs to the i-th sample after the newest of them.
 * Weighted mean, in the units given (the caller takes roots of counts first).
 * @param days at least one
 */
function dayProfile(days: readonly Float64Array[], shape: ProfileShape): Float64Array {
  const season = days[0]!.length;
  const profile = new Float64Array(season);
  let totalWeight = 0;
  for (let age = 1; age <= Math.min(maxDays, days.length); age++) {
    const weight = Math.exp(-(age - 1) / shape.memoryDays) * (age % 7 === 0 ? shape.sameWeekdayWeight : 1);
    const day = days[age - 1]!;
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

/** The usual days around the newest one; with little history the last day is measured by the next one's. */
export function usualDays(days: readonly Float64Array[], shape: ProfileShape): UsualDays {
  const next = dayProfile(days, shape);
  return { next, last: days.length < 8 ? next : dayProfile(days.slice(1), shape) };
}

/** How much of the recent departure is left at each step ahead, from 1 down. */
export function fadeOf({ fadeHours }: LevelCarry, { season, horizon }: Rhythm): Float64Array {
  const fade = new Float64Array(horizon);
  for (let i = 0; i < horizon; i++) fade[i] = Math.exp(-i / (fadeHours * samplesPerHour(season)));
  return fade;
}

/** Forecasts by the usual day, moved by how the last hours and the last day departed from theirs. */
export function carryLevel(
  values: Float64Array,
  { next, last }: UsualDays,
  rhythm: Rhythm,
  carry: LevelCarry,
  fade: Float64Array = fadeOf(carry, rhythm),
): Float64Array {
  const { season, horizon } = rhythm;
  const hour = samplesPerHour(season);
  const departure = (span: number): number => {
    return meanOf(values, values.length - span, values.length) - meanOf(last, season - span, season);
  };
  const lasting = carry.lastingShare * departure(season);
  const recent = carry.recentShare * (departure(2 * hour) - lasting);
  const path = new Float64Array(horizon);
  for (let i = 0; i < horizon; i++) path[i] = next[i % season]! + lasting + recent * fade[i]!;
  return path;
}
