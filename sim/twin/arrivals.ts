import type { RandomStream } from '../kernel/random.ts';
import type { ArrivalModel } from './flow-model.ts';
import { meanOf, medianOf, numbersOf } from './history.ts';

/** Steps whose mean is the present level: a minute. */
const levelSteps = 6;
/** A change of less than this share of the level before is no new regime. */
const regimeShare = 0.15;
/** Counts within this share of each other are alike. */
const alikeShare = 0.07;
/** Minutes that a drift must be seen for. */
const driftMinutes = 6;
/** Five minutes, which a changed load is taken to have lasted already. */
const headStartSteps = 30;
/** The share by which the level wanders at least, per root of a minute; nobody knows the future better. */
const walkShare = 0.006;

/** Level, drift and regime of the arrivals, from their count per step. Null with less than two minutes of data. */
export function arrivalModel(counts: Float64Array): ArrivalModel | null {
  const known = numbersOf(counts);
  if (known.length < 2 * levelSteps) return null;
  // A step in which nothing was accepted shows the queue, not the load.
  const told = known.filter((count) => count > 0);
  if (told.length < levelSteps) return { level: 0, before: 0, regimeSteps: 0, slopePerStep: 0, noise: 0, walk: 0 };
  const noise = noiseOf(told);
  const slopePerStep = slopeOf(told);
  const alike = stepsAlike(told, noise);
  const level = meanOf(told.slice(-Math.min(alike, levelSteps)));
  const earlier = told.slice(0, told.length - alike);
  const before = earlier.length < levelSteps ? level : medianOf(earlier);
  const changed = slopePerStep === 0 && Math.abs(level - before) > Math.max(regimeShare * before, 4 * noise);
  const steady = changed ? told.slice(-alike) : told;
  const walk = Math.max(walkShare * level, walkOf(minuteMeans(steady), noise)) / Math.sqrt(levelSteps);
  return {
    level,
    before: changed ? before : level,
    regimeSteps: changed ? alike : told.length,
    slopePerStep,
    noise,
    walk,
  };
}

/** How many of the newest steps are like the last one. */
function stepsAlike(values: readonly number[], noise: number): number {
  const last = values.at(-1)!;
  const near = Math.max(4 * noise, alikeShare * last);
  const other = values.findLastIndex((value) => Math.abs(value - last) > near);
  return values.length - 1 - other;
}

/** Standard deviation of single steps, from differences of neighbours, which a slow drift does not disturb. */
function noiseOf(values: readonly number[]): number {
  const jumps = values.slice(1).map((value, i) => Math.abs(value - values[i]!));
  // Median of |x - y| of two normal values is 0.954 standard deviations.
  return medianOf(jumps) / 0.954;
}

function minuteMeans(values: readonly number[]): number[] {
  const means: number[] = [];
  for (let end = values.length; end >= levelSteps; end -= levelSteps)
    means.unshift(meanOf(values.slice(end - levelSteps, end)));
  return means;
}

/** What successive minutes differ by beyond the noise of their steps, per root of a minute. */
function walkOf(minutes: readonly number[], noise: number): number {
  if (minutes.length < 4) return 0;
  const jumps = minutes.slice(1).map((value, i) => Math.abs(value - minutes[i]!));
  const seen = medianOf(jumps) / 0.954;
  // A jump holds the noise of two means.
  return Math.sqrt(Math.max(0, seen ** 2 / 2 - noise ** 2 / levelSteps));
}

/**
 * Drift per step by the median of pairwise slopes of minute means (Theil 1950, Sen 1968); 0 where it is within the noise,
 * or where one jump made most of the difference.
 */
function slopeOf(values: readonly number[]): number {
  const minutes = minuteMeans(values);
  if (minutes.length < driftMinutes) return 0;
  const slopes: number[] = [];
  for (let i = 0; i < minutes.length; i++)
    for (let j = i + 1; j < minutes.length; j++) slopes.push((minutes[j]! - minutes[i]!) / (j - i));
  const slope = medianOf(slopes);
  const alike = slopes.filter((one) => Math.sign(one) === Math.sign(slope)).length / slopes.length;
  const jumps = minutes.slice(1).map((value, i) => Math.abs(value - minutes[i]!));
  const change = Math.abs(minutes.at(-1)! - minutes[0]!);
  return alike < 0.9 || Math.max(...jumps) > change / 2 ? 0 : slope / levelSteps;
}

/**
 * One possible future, as arrivals per step. The present regime of a load that has changed lasts on for
 * T / u - T with u uniform, T being how long it has lasted so far (the delta-t argument: J. R. Gott, Nature 363, 1993),
 * with a head start, as what has only just been seen is not over in seconds.
 */
export function drawArrivals(model: ArrivalModel, steps: number, random: RandomStream): Float64Array {
  const path = new Float64Array(steps);
  const lastsSteps = (model.regimeSteps + headStartSteps) * (1 / (1 - random.next()) - 1);
  const isChange = model.before !== model.level;
  // The level itself is known from a minute of noisy steps.
  let walked = (model.noise / Math.sqrt(levelSteps)) * random.normal();
  let drifted = 0;
  for (let s = 0; s < steps; s++) {
    walked += model.walk * random.normal();
    const isOver = isChange && s >= lastsSteps;
    if (s < lastsSteps) drifted += model.slopePerStep;
    const mean = isOver ? model.before : Math.max(0, model.level + drifted);
    path[s] = Math.max(0, mean + walked + model.noise * random.normal());
  }
  return path;
}
