/**
 * Goal P8: a forecast with selection among families and intervals, against one Holt-Winters fit over a grid of 27
 * settings on the same week of five-minute values; its error against repeating the last day, and what its 90 % interval
 * covers, on generated load: daily waves with noise, weekends, level shifts and trends.
 */
import { forecastByEnsemble, requestRate } from '../agent/analyze/forecast/ensemble.ts';
import { type BenchRow, goalRow, runPairs } from './pair.ts';
import { noiseFrom } from './random.ts';

const season = 288;
const points = 7 * season;
const rhythm = { season, horizon: season };
const seriesCount = 16;
/** Every day of the third week is forecast once. */
const days = 7;
/** One grid is too short to be timed. */
const grids = 20;
/** An interval of 90 %. */
const settings = { ...requestRate, tail: 0.05 };
const goal = { errorRatio: 0.9, covered: 0.9 };

/** Three weeks of load, as a service has it that people use by day. */
function loadOf(seed: number): Float64Array {
  const noise = noiseFrom(seed);
  const normal = () => noise() + noise() + noise() + noise() - 2;
  const [height, weekend, trend] = [0.3 + 0.5 * noise(), 0.5 + 0.5 * noise(), 0.2 * (noise() - 0.5)];
  const shiftAt = Math.floor(noise() * 3 * points);
  const shift = noise() < 0.3 ? 1.3 : 1;
  const roughness = 0.04 + 0.08 * noise();
  let drift = 0;
  return Float64Array.from({ length: 3 * points }, (_, i) => {
    const day = Math.floor(i / season) % 7;
    drift = 0.99 * drift + 0.01 * normal();
    const wave =
      1 +
      height * Math.sin((2 * Math.PI * (i % season)) / season) +
      0.2 * Math.sin((4 * Math.PI * (i % season)) / season);
    const level = 1_000 * (day >= 5 ? weekend : 1) * (i >= shiftAt ? shift : 1) * (1 + (trend * i) / (3 * points));
    return Math.max(0, level * wave * (1 + drift + roughness * normal()));
  });
}

const loads = Array.from({ length: seriesCount }, (_, i) => loadOf(i + 1));

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function timed(run: () => void): number {
  const startedAtMs = processorMs();
  run();
  return processorMs() - startedAtMs;
}

function holtWintersGrids(values: Float64Array): void {
  for (let grid = 0; grid < grids; grid++)
    if (!Number.isFinite(holtWintersGrid(values))) throw new Error('a fit has an error');
}

/** Additive Holt-Winters (Winters 1960) over three values each of level, trend and season; the sum of squares decides. */
function holtWintersGrid(values: Float64Array): number {
  let best = Number.POSITIVE_INFINITY;
  for (const alpha of [0.05, 0.2, 0.5]) {
    for (const beta of [0, 0.01, 0.1]) {
      for (const gamma of [0.05, 0.2, 0.4]) best = Math.min(best, squaresOf(values, alpha, beta, gamma));
    }
  }
  return best;
}

function squaresOf(values: Float64Array, alpha: number, beta: number, gamma: number): number {
  const seasonal = values.slice(0, season);
  let level = seasonal.reduce((sum, value) => sum + value, 0) / season;
  for (let i = 0; i < season; i++) seasonal[i]! -= level;
  let trend = 0;
  let squares = 0;
  for (let i = season; i < values.length; i++) {
    const slot = i % season;
    const error = values[i]! - level - trend - seasonal[slot]!;
    squares += error * error;
    level += trend + alpha * error;
    trend += beta * error;
    seasonal[slot]! += gamma * error;
  }
  return squares;
}

interface Quality {
  readonly errorRatio: number;
  readonly covered: number;
}

function qualityOf(load: Float64Array, day: number): Quality {
  const origin = 2 * points + day * season;
  const forecast = forecastByEnsemble(load.subarray(0, origin), rhythm, settings);
  if (forecast === null) throw new Error('two weeks are enough for a forecast');
  let error = 0;
  let naive = 0;
  let inside = 0;
  for (let i = 0; i < season; i++) {
    const was = load[origin + i]!;
    error += Math.abs(was - forecast.mean[i]!);
    naive += Math.abs(was - load[origin + i - season]!);
    if (was >= forecast.q10[i]! && was <= forecast.q90[i]!) inside++;
  }
  return { errorRatio: error / naive, covered: inside / season };
}

function meanOf(found: readonly Quality[]): Quality {
  const mean = (of: (quality: Quality) => number) => found.reduce((sum, one) => sum + of(one), 0) / found.length;
  return { errorRatio: mean((one) => one.errorRatio), covered: mean((one) => one.covered) };
}

/** The loads rest on days 5 and 6 of a week. */
function tellDay(day: number, found: readonly Quality[]): void {
  const { errorRatio, covered } = meanOf(found);
  console.error(`P8: day ${day}: error ${errorRatio.toFixed(2)} of the last day's, covered ${covered.toFixed(2)}`);
}

/** Rows of goal P8. */
export function forecastRows(): BenchRow[] {
  const week = loads[0]!.subarray(0, points);
  const speed = runPairs({
    name: 'P8 forecast against a grid of Holt-Winters fits (goal at most 25)',
    unit: 'ms',
    candidate: () => timed(() => forecastByEnsemble(week, rhythm, settings)),
    reference: () => timed(() => holtWintersGrids(week)) / grids,
  });
  const found = loads.flatMap((load) => Array.from({ length: days }, (_, day) => qualityOf(load, day)));
  for (let day = 0; day < days; day++)
    tellDay(
      day,
      found.filter((_, i) => i % days === day),
    );
  const { errorRatio, covered } = meanOf(found);
  return [
    speed,
    goalRow(
      'P8 error over that of the last day (goal at most 0.90)',
      'ratio',
      errorRatio,
      goal.errorRatio,
      seriesCount,
    ),
    goalRow('P8 covered by the 90 % interval (goal 0.87 to 0.93)', 'share', covered, goal.covered, found.length),
  ];
}

if (import.meta.main) for (const row of forecastRows()) console.log(JSON.stringify(row));
