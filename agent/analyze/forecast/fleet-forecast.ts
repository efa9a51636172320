import { forecastLocal, type LocalSettings } from './local-regression.ts';
import { fitPooledRegression, forecastPooled, type PooledRegression } from './pooled-regression.ts';
import { fillGaps, meanAbsoluteError, meanOf } from './season.ts';

/** Hourly series with daily and weekly seasons, forecast two days ahead with one model shared by all of them. */
export interface FleetModel {
  readonly horizon: number;
  readonly pooled: readonly PooledRegression[];
}

const day = 24;
const week = 168;
// Back-test origins before the end of a history, in samples: one, one and a half, two and three horizons of 48.
const backtestOrigins: readonly number[] = [48, 72, 96, 144];
/** Weights are past errors to the power of minus this. */
const sharpness = 5;
const pooledShapes = [
  { lags: 504, ridge: 1e-2 },
  { lags: 336, ridge: 1e-1 },
  { lags: 192, ridge: 1e-2 },
] as const;
const localShapes: readonly Omit<LocalSettings, 'horizon'>[] = [
  { lags: 168, stride: 3, ridges: [0.05] },
  { lags: 192, stride: 3, ridges: [0.05, 0.3] },
  { lags: 336, stride: 3, ridges: [0.1] },
];

/** Learns what the series have in common. Offline: takes seconds for hundreds of series. */
export function fitFleet(series: readonly ArrayLike<number>[], horizon: number): FleetModel {
  const logarithms = series.map((values) => logarithmsOf(values)).filter((values) => values !== null);
  const pooled = pooledShapes.map((shape) => fitPooledRegression(logarithms, { ...shape, horizon, stride: 5 }));
  return { horizon, pooled: pooled.filter((model) => model !== null) };
}

/**
 * Mixes pooled and local regressions and seasonal naive forecasts, weighted by their error on this series' own past
 * origins, on logarithms (Bates and Granger 1969; Doornik, Castle and Hendry 2020 average on logarithms likewise).
 * @returns null for fewer than two days of history or values that are not finite
 */
export function forecastHourly(model: FleetModel, values: ArrayLike<number>): Float64Array | null {
  const logarithms = logarithmsOf(values);
  if (logarithms === null || logarithms.length < 2 * day) return null;
  const present = candidates(model, logarithms);
  const errors = new Float64Array(present.length);
  for (const back of backtestOrigins) {
    const past = logarithms.subarray(0, Math.max(0, logarithms.length - back));
    if (past.length < 2 * day) continue;
    const length = Math.min(back, model.horizon);
    const forecasts = candidates(model, past);
    // A candidate that had too little history then gets no credit: the seasonal naive's error, twice.
    const fallback = 2 * meanAbsoluteError(logarithms.subarray(past.length), forecasts[0]!, length);
    for (let i = 0; i < present.length; i++) {
      const forecast = forecasts[i];
      const actual = logarithms.subarray(past.length);
      errors[i]! += forecast == null ? fallback : meanAbsoluteError(actual, forecast, length);
    }
  }
  return mixCandidates(present, errors, model.horizon);
}

function mixCandidates(present: readonly (Float64Array | null)[], errors: Float64Array, horizon: number): Float64Array {
  const mixed = new Float64Array(horizon);
  let total = 0;
  for (const [i, forecast] of present.entries()) {
    if (forecast === null) continue;
    const weight = (errors[i]! + 1e-6) ** -sharpness;
    total += weight;
    for (let h = 0; h < horizon; h++) mixed[h]! += weight * forecast[h]!;
  }
  return mixed.map((sum) => Math.exp(sum / total));
}

/** Always the same order; null marks a candidate that needs more history. The first is never null. */
function candidates({ horizon, pooled }: FleetModel, values: Float64Array): (Float64Array | null)[] {
  const n = values.length;
  const repeat = (back: number): Float64Array => {
    return Float64Array.from({ length: horizon }, (_, h) => values[n - back + (h % back)]!);
  };
  const local = localShapes.flatMap((shape) => {
    const forecasts = forecastLocal(values, { ...shape, horizon });
    return shape.ridges.map((_, i) => forecasts[i] ?? null);
  });
  return [
    repeat(day),
    n >= week ? repeat(week) : null,
    n >= 2 * week + day ? levelledWeeks(values, horizon) : null,
    ...pooled.map((model) => forecastPooled(model, values)),
    ...local,
  ];
}

/** Mean of the last two weeks, moved by how the last day compares with the same day of those weeks. */
function levelledWeeks(values: Float64Array, horizon: number): Float64Array {
  const n = values.length;
  const dayBefore = (at: number): number => meanOf(values, at - day, at);
  const move = dayBefore(n) - (dayBefore(n - week) + dayBefore(n - 2 * week)) / 2;
  return Float64Array.from({ length: horizon }, (_, h) => {
    const at = n + (h % week);
    return (values[at - week]! + values[at - 2 * week]!) / 2 + move;
  });
}

/** Logarithms of the gap-filled values; values at or below zero count as a thousandth of the mean size. */
function logarithmsOf(values: ArrayLike<number>): Float64Array | null {
  const filled = fillGaps(values, day);
  if (filled.length === 0 || !Number.isFinite(filled[0]!)) return null;
  const size = filled.reduce((sum, value) => sum + Math.abs(value), 0) / filled.length;
  const floor = Math.max(1e-9, 1e-3 * size);
  return filled.map((value) => Math.log(Math.max(floor, value)));
}
