import { solvePositiveDefinite } from './linear-system.ts';
import { meanOf } from './season.ts';

export interface LocalSettings {
  readonly lags: number;
  readonly horizon: number;
  readonly stride: number;
  /** Ridge penalties as shares of the mean squared length of a window; one forecast each. */
  readonly ridges: readonly number[];
}

const levelSamples = 168;

/**
 * Regresses the next samples of one series on its last ones, over all its past windows, in the dual form of ridge
 * regression (Saunders, Gammerman and Vovk 1998): there are fewer windows than lags.
 * @param values logarithms of hourly values
 * @returns one forecast per ridge; none where the history is too short or constant
 */
export function forecastLocal(values: Float64Array, settings: LocalSettings): Float64Array[] {
  const { lags, horizon, stride } = settings;
  const windows: Float64Array[] = [];
  for (let origin = values.length - horizon; origin >= lags; origin -= stride) {
    const level = levelBefore(values, origin, lags);
    windows.push(values.slice(origin - lags, origin + horizon).map((value) => value - level));
  }
  if (windows.length < 2) return [];
  const kernel = kernelOf(windows, lags);
  const level = levelBefore(values, values.length, lags);
  const present = values.slice(values.length - lags).map((value) => value - level);
  const likeness = windows.map((window) => dot(window, present, lags));
  return settings.ridges.flatMap((ridge) => {
    const dual = solveDual(kernel, windows, settings, ridge);
    if (dual === null) return [];
    return [
      Float64Array.from({ length: horizon }, (_, h) => {
        return likeness.reduce((sum, alike, row) => sum + alike * dual[row * horizon + h]!, level);
      }),
    ];
  });
}

function levelBefore(values: Float64Array, origin: number, lags: number): number {
  return meanOf(values, origin - Math.min(lags, levelSamples), origin);
}

function kernelOf(windows: readonly Float64Array[], lags: number): Float64Array {
  const n = windows.length;
  const kernel = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) kernel[i * n + j] = dot(windows[i]!, windows[j]!, lags);
  return kernel;
}

function solveDual(
  kernel: Float64Array,
  windows: readonly Float64Array[],
  { lags, horizon }: LocalSettings,
  ridge: number,
): Float64Array | null {
  const n = windows.length;
  const matrix = Float64Array.from(kernel);
  let trace = 0;
  for (let i = 0; i < n; i++) trace += kernel[i * n + i]!;
  for (let i = 0; i < n; i++) matrix[i * n + i]! += (ridge * trace) / n;
  const targets = new Float64Array(n * horizon);
  for (const [i, window] of windows.entries()) targets.set(window.subarray(lags), i * horizon);
  return solvePositiveDefinite(matrix, n, targets, horizon);
}

function dot(a: Float64Array, b: Float64Array, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += a[i]! * b[i]!;
  return sum;
}
