import { quantileOfSorted } from '../detect/statistics.ts';
import { carryLevel, fadeOf, type LevelCarry, type ProfileShape, pastDays, usualDays } from './day-profile.ts';
import { meanOf, type Rhythm, samplesPerHour } from './season.ts';

/** Forecasts of one family for the samples after the end of a history. */
export interface FamilyForecast {
  readonly family: string;
  readonly values: Float64Array;
}

const shapes: readonly ProfileShape[] = [4, 20].flatMap((memoryDays) => {
  return [1, 8, 40].map((sameWeekdayWeight) => ({ memoryDays, sameWeekdayWeight }));
});

const carries: readonly LevelCarry[] = [
  { recentShare: 0, fadeHours: 1, lastingShare: 0 },
  { recentShare: 0.7, fadeHours: 4, lastingShare: 0.4 },
  { recentShare: 0.9, fadeHours: 16, lastingShare: 0.5 },
  { recentShare: 1, fadeHours: 60, lastingShare: 0.6 },
  { recentShare: 0.7, fadeHours: 4, lastingShare: 0.9 },
];

/**
 * Every family's forecast from one history of rates or counts. Families: day-week profiles with level correction,
 * seasonal naive by day and by week, persistence, and medians of day and slots.
 * @param values at least two seasons, no gaps; negative values count as 0 in the profiles
 */
export function forecastFamilies(values: Float64Array, rhythm: Rhythm): FamilyForecast[] {
  // Roots of counts have about the same scatter at every level (Bartlett 1936).
  const roots = values.map((value) => Math.sqrt(Math.max(0, value)));
  const past = pastDays(roots, rhythm.season);
  const fades = carries.map((carry) => fadeOf(carry, rhythm));
  const profiled = shapes.flatMap((shape) => {
    const days = usualDays(past, shape);
    return carries.map((carry, i) => ({
      family: `profile-${shape.memoryDays}d-${shape.sameWeekdayWeight}w-${i}`,
      values: carryLevel(roots, days, rhythm, carry, fades[i]).map((root) => Math.max(0, root) ** 2),
    }));
  });
  return [...profiled, ...simpleFamilies(values, rhythm)];
}

function simpleFamilies(values: Float64Array, { season, horizon }: Rhythm): FamilyForecast[] {
  const n = values.length;
  const repeat = (back: number): Float64Array => {
    const from = n - (n >= back ? back : season);
    return Float64Array.from({ length: horizon }, (_, i) => values[from + (i % (n - from))]!);
  };
  const level = meanOf(values, n - samplesPerHour(season), n);
  const dayMedian = quantileOfSorted(Float64Array.from(values.subarray(n - season)).sort(), 0.5);
  return [
    { family: 'seasonal-naive', values: repeat(season) },
    { family: 'weekly-naive', values: repeat(7 * season) },
    { family: 'persistence', values: new Float64Array(horizon).fill(level) },
    { family: 'day-median', values: new Float64Array(horizon).fill(dayMedian) },
    { family: 'slot-median-7d', values: slotMedians(values, season, horizon, 7) },
    { family: 'slot-median-28d', values: slotMedians(values, season, horizon, 28) },
  ];
}

function slotMedians(values: Float64Array, season: number, horizon: number, maxDays: number): Float64Array {
  const days = Math.min(maxDays, Math.floor(values.length / season));
  const samples = new Float64Array(days);
  const slots = Float64Array.from({ length: season }, (_, i) => {
    for (let back = 0; back < days; back++) samples[back] = values[values.length - (back + 1) * season + i]!;
    return quantileOfSorted(samples.sort(), 0.5);
  });
  return Float64Array.from({ length: horizon }, (_, i) => slots[i % season]!);
}
