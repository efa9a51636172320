import { quantileOfSorted } from '../detect/statistics.ts';
import { forecastFamilies } from './families.ts';
import { fillGaps, meanAbsoluteError, type Rhythm, samplesPerHour } from './season.ts';
import { SortedWindow } from './sorted-window.ts';

/** A forecast with the interval that was right in four of five cases of the rolling-origin test. */
export interface IntervalForecast {
  readonly mean: Float64Array;
  readonly q10: Float64Array;
  readonly q90: Float64Array;
  /** Families in order of the weight they got for the whole horizon, best first. */
  readonly families: readonly { readonly family: string; readonly weight: number }[];
  /** Mean absolute error of the mix on past origins over that of repeating the last day; null without past origins. */
  readonly backtestRatio: number | null;
}

export interface EnsembleSettings {
  /** Past origins to test on, and how many seasons lie between; each costs one run of all families. */
  readonly maxOrigins: number;
  readonly originSeasons: number;
  /** Weights are past errors to the power of minus this, for the first hour and for the whole horizon. */
  readonly nearSharpness: number;
  readonly wholeSharpness: number;
  /** Probability left out at either end of the residuals. */
  readonly tail: number;
}

/** Origins a day apart see every day of the week, and so do the residuals. */
export const requestRate: EnsembleSettings = {
  maxOrigins: 10,
  originSeasons: 1,
  nearSharpness: 1,
  wholeSharpness: 4,
  tail: 0.08,
};

/** What every family said at one origin, and what came (absent for the present). */
interface Origin {
  readonly forecasts: readonly Float64Array[];
  readonly actual: Float64Array;
}

/** Weights for the first hour and for the whole horizon. */
interface Weights {
  readonly near: readonly number[];
  readonly whole: readonly number[];
}

/**
 * Mixes all families, weighted by their inverse error on rolling origins (Bates and Granger 1969; Tashman 2000), and
 * wraps the mix in the quantiles of its own past residuals (split conformal, Vovk et al. 2005), taken on square roots.
 * Where values are negative, all of them are counted from the least one.
 * @param values history at regular steps, oldest first; gaps are NaN
 * @returns null where there is less than two seasons of history or no finite value: nothing honest can be said
 */
export function forecastByEnsemble(
  values: ArrayLike<number>,
  rhythm: Rhythm,
  settings: EnsembleSettings = requestRate,
): IntervalForecast | null {
  const filled = fillGaps(values, rhythm.season);
  const least = filled.reduce((low, value) => Math.min(low, value), 0);
  const history = least < 0 ? filled.map((value) => value - least) : filled;
  if (history.length < 2 * rhythm.season || !Number.isFinite(history[0]!)) return null;
  const present = forecastFamilies(history, rhythm);
  const past = pastOrigins(history, rhythm, settings);
  const weights = weightsFrom(past, present.length, rhythm, settings);
  const mean = mix(
    present.map(({ values }) => values),
    weights,
    rhythm,
  );
  const residuals = past.map(({ forecasts, actual }) => {
    const mixed = mix(forecasts, weights, rhythm);
    return actual.map((value, i) => root(value) - root(mixed[i]!));
  });
  const [q10, q90] = residualQuantiles(residuals, rhythm, [settings.tail, 1 - settings.tail]).map((off) => {
    return mean.map((value, i) => Math.max(0, root(value) + off[i]!) ** 2 + least);
  });
  const ranked = present.map(({ family }, i) => ({ family, weight: weights.whole[i]! }));
  ranked.sort((a, b) => b.weight - a.weight);
  const backtest = backtestRatio(past, present, weights, rhythm);
  return { mean: mean.map((value) => value + least), q10: q10!, q90: q90!, families: ranked, backtestRatio: backtest };
}

function pastOrigins(history: Float64Array, rhythm: Rhythm, settings: EnsembleSettings): Origin[] {
  const { season, horizon } = rhythm;
  const origins: Origin[] = [];
  const { maxOrigins, originSeasons } = settings;
  const step = Math.max(1, Math.floor(originSeasons * season));
  for (let at = history.length - horizon; at >= 3 * season && origins.length < maxOrigins; at -= step) {
    const forecasts = forecastFamilies(history.subarray(0, at), rhythm).map(({ values }) => values);
    origins.push({ forecasts, actual: history.subarray(at, at + horizon) });
  }
  return origins;
}

function weightsFrom(past: readonly Origin[], families: number, rhythm: Rhythm, settings: EnsembleSettings): Weights {
  const over = (length: number, sharpness: number): number[] => {
    const scores = Array.from({ length: families }, (_, family) => {
      let error = 0;
      for (const { forecasts, actual } of past) error += meanAbsoluteError(actual, forecasts[family]!, length);
      return error / Math.max(1, past.length);
    });
    // A family that never erred must not divide by zero, nor may one silence the rest on a dead series.
    const floor = 1e-9 + 1e-3 * (scores.reduce((sum, score) => sum + score, 0) / families);
    const raw = scores.map((score) => (score + floor) ** -sharpness);
    const total = raw.reduce((sum, weight) => sum + weight, 0);
    return raw.map((weight) => weight / total);
  };
  return {
    near: over(nearSamples(rhythm), settings.nearSharpness),
    whole: over(rhythm.horizon, settings.wholeSharpness),
  };
}

/** The first hour, over which families are judged for the beginning of the forecast. */
function nearSamples({ horizon, season }: Rhythm): number {
  return Math.min(horizon, samplesPerHour(season));
}

/** The beginning follows the families that are good at it; the change-over takes some three hours. */
function mix(forecasts: readonly Float64Array[], weights: Weights, { horizon, season }: Rhythm): Float64Array {
  const mixed = new Float64Array(horizon);
  const fade = 3 * samplesPerHour(season);
  for (let i = 0; i < horizon; i++) {
    const nearness = Math.exp(-i / fade);
    let sum = 0;
    for (let family = 0; family < forecasts.length; family++) {
      sum += (nearness * weights.near[family]! + (1 - nearness) * weights.whole[family]!) * forecasts[family]![i]!;
    }
    mixed[i] = sum;
  }
  return mixed;
}

/** Residuals of about the same distance from the origin are taken together: two twelfths of the horizon. */
function residualQuantiles(
  residuals: readonly Float64Array[],
  { horizon }: Rhythm,
  probabilities: readonly number[],
): Float64Array[] {
  const quantiles = probabilities.map(() => new Float64Array(horizon));
  if (residuals.length === 0) return quantiles;
  const half = Math.max(1, Math.floor(horizon / 12));
  const near = new SortedWindow(residuals.length * (2 * half + 1));
  for (let i = 0; i < Math.min(half, horizon); i++) for (const row of residuals) near.add(row[i]!);
  for (let at = 0; at < horizon; at++) {
    if (at - half - 1 >= 0) for (const row of residuals) near.remove(row[at - half - 1]!);
    if (at + half < horizon) for (const row of residuals) near.add(row[at + half]!);
    const sorted = near.sorted();
    for (const [k, probability] of probabilities.entries())
      quantiles[k]![at] = sorted.length === 0 ? 0 : quantileOfSorted(sorted, probability);
  }
  return quantiles;
}

function backtestRatio(
  past: readonly Origin[],
  present: readonly { family: string }[],
  weights: Weights,
  rhythm: Rhythm,
): number | null {
  const naive = present.findIndex(({ family }) => family === 'seasonal-naive');
  let ours = 0;
  let naives = 0;
  for (const { forecasts, actual } of past) {
    ours += meanAbsoluteError(actual, mix(forecasts, weights, rhythm), rhythm.horizon);
    naives += meanAbsoluteError(actual, forecasts[naive]!, rhythm.horizon);
  }
  return naives > 0 ? ours / naives : null;
}

function root(value: number): number {
  return Math.sqrt(Math.max(0, value));
}
