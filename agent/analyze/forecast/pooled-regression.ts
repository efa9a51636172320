import { solvePositiveDefinite } from './linear-system.ts';
import { meanOf } from './season.ts';

/** One linear map from the last samples of any series to its next ones, learned from many series together. */
export interface PooledRegression {
  readonly lags: number;
  readonly horizon: number;
  /** Row-major, `lags` by `horizon`. */
  readonly coefficients: Float64Array;
}

export interface PooledSettings {
  readonly lags: number;
  readonly horizon: number;
  /** Samples between the origins of training windows of one series. */
  readonly stride: number;
  /** Ridge penalty per training window, in squared units of the scaled samples. */
  readonly ridge: number;
}

// A week of hours: the level of a window and of its forecast.
const levelSamples = 168;
const dailySeason = 24;
/** Reweighting rounds; the weights have settled by then. */
const rounds = 4;

interface Window {
  /** Scaled lags, then scaled targets. */
  readonly values: Float64Array;
  weight: number;
}

/**
 * Fits by ridge regression with weights of one over the absolute error, so that wild windows do not rule
 * (global models: Montero-Manso and Hyndman 2021; iterative reweighting: Holland and Welsch 1977).
 * @param series logarithms of hourly values
 * @returns null where no series is long enough or nothing can be fitted
 */
export function fitPooledRegression(
  series: readonly Float64Array[],
  settings: PooledSettings,
): PooledRegression | null {
  const windows = series.flatMap((values) => trainingWindows(values, settings));
  if (windows.length === 0) return null;
  let coefficients: Float64Array | null = null;
  for (let round = 0; round < rounds; round++) {
    coefficients = solveWeighted(windows, settings);
    if (coefficients === null) return null;
    reweight(windows, coefficients, settings);
  }
  return coefficients === null ? null : { lags: settings.lags, horizon: settings.horizon, coefficients };
}

function trainingWindows(values: Float64Array, { lags, horizon, stride }: PooledSettings): Window[] {
  const windows: Window[] = [];
  for (let origin = values.length - horizon; origin >= lags; origin -= stride) {
    const { level, scale } = yardstick(values, origin, lags);
    const scaled = values.slice(origin - lags, origin + horizon).map((value) => (value - level) / scale);
    windows.push({ values: scaled, weight: 1 });
  }
  return windows;
}

/** Level and mean daily change of the window before `origin`, so that all series speak one language. */
function yardstick(values: Float64Array, origin: number, lags: number): { level: number; scale: number } {
  const level = meanOf(values, origin - Math.min(lags, levelSamples), origin);
  let change = 0;
  let size = 0;
  for (let i = origin - lags; i < origin; i++) {
    size += Math.abs(values[i]!);
    if (i >= origin - lags + dailySeason) change += Math.abs(values[i]! - values[i - dailySeason]!);
  }
  return { level, scale: change / (lags - dailySeason) + (1e-3 * size) / lags + 1e-9 };
}

function solveWeighted(windows: readonly Window[], { lags, horizon, ridge }: PooledSettings): Float64Array | null {
  const gram = new Float64Array(lags * lags);
  const cross = new Float64Array(lags * horizon);
  for (const { values, weight } of windows) {
    for (let i = 0; i < lags; i++) {
      const weighted = weight * values[i]!;
      const row = i * lags;
      for (let j = 0; j <= i; j++) gram[row + j]! += weighted * values[j]!;
      const out = i * horizon;
      for (let h = 0; h < horizon; h++) cross[out + h]! += weighted * values[lags + h]!;
    }
  }
  for (let i = 0; i < lags; i++) gram[i * lags + i]! += ridge * windows.length;
  return solvePositiveDefinite(gram, lags, cross, horizon);
}

function reweight(windows: readonly Window[], coefficients: Float64Array, settings: PooledSettings): void {
  const { lags, horizon } = settings;
  let total = 0;
  for (const window of windows) {
    const forecast = applyCoefficients(window.values, coefficients, lags, horizon);
    let error = 0;
    for (let h = 0; h < horizon; h++) error += Math.abs(forecast[h]! - window.values[lags + h]!);
    // 0.2 daily changes: windows that fit better than that all count alike.
    window.weight = 1 / (error / horizon + 0.2);
    total += window.weight;
  }
  for (const window of windows) window.weight *= windows.length / total;
}

function applyCoefficients(x: Float64Array, coefficients: Float64Array, lags: number, horizon: number): Float64Array {
  const y = new Float64Array(horizon);
  for (let i = 0; i < lags; i++) {
    for (let h = 0; h < horizon; h++) y[h]! += x[i]! * coefficients[i * horizon + h]!;
  }
  return y;
}

/** @returns the next `horizon` logarithms, or null where the history is shorter than the lags. */
export function forecastPooled(model: PooledRegression, values: Float64Array): Float64Array | null {
  const { lags, horizon, coefficients } = model;
  if (values.length < lags) return null;
  const { level, scale } = yardstick(values, values.length, lags);
  const scaled = values.slice(values.length - lags).map((value) => (value - level) / scale);
  return applyCoefficients(scaled, coefficients, lags, horizon).map((value) => value * scale + level);
}
