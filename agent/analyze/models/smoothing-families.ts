import { theilSen } from '../live/statistics.ts';
import { bestOf, type ForecastFamily, gridOf, slotMeans } from './family.ts';
import { stepsPerDay } from './history.ts';

/** Steps that the families without a season look back on: four hours. */
const lookBack = 240;
/** Steps ahead at which the parameters are judged. */
const judgedAhead = 5;

export const persistence: ForecastFamily = {
  name: 'persistence',
  stepsMin: 1,
  fit: null,
  forecast: ({ values }, _fit, ahead) => new Float64Array(ahead.length).fill(values.at(-1)!),
};

const linePoints = 20;

/** The robust line that exhaustion times rest on. */
export const line: ForecastFamily = {
  name: 'theil-sen',
  stepsMin: 8,
  fit: null,
  forecast: ({ values }, _fit, ahead) => {
    const recent = values.subarray(-linePoints);
    const trend = theilSen(Float64Array.from(recent.keys()), recent);
    return trend === null ? null : Float64Array.from(ahead, (steps) => trend.atEnd + trend.slope * steps);
  },
};

/**
 * Exponential smoothing with a damped trend, ETS(A,Ad,N): R. J. Hyndman et al., "Forecasting with Exponential
 * Smoothing", 2008, after Holt 1957 and Gardner and McKenzie 1985.
 */
export const dampedTrend: ForecastFamily = {
  name: 'ets-damped',
  stepsMin: 4,
  fit: ({ values }) =>
    bestOf(
      gridOf([0.1, 0.3, 0.6, 0.9], [0.02, 0.1, 0.3], [0.9, 0.98]),
      ['alpha', 'beta', 'phi'],
      (coefficients) => smoothDamped(values.subarray(-lookBack), coefficients).error,
    ),
  forecast: ({ values }, fit, ahead) => {
    const coefficients = fit?.coefficients ?? [0.3, 0.1, 0.9];
    const { level, trend } = smoothDamped(values.subarray(-lookBack), coefficients);
    const phi = coefficients[2]!;
    return Float64Array.from(ahead, (steps) => level + trend * dampedSum(phi, steps));
  },
};

function dampedSum(phi: number, steps: number): number {
  return (phi * (1 - phi ** steps)) / (1 - phi);
}

function smoothDamped(values: Float64Array, coefficients: readonly number[]) {
  const [alpha, beta, phi] = coefficients as [number, number, number];
  const reach = dampedSum(phi, judgedAhead);
  let level = values[0]!;
  let trend = 0;
  let error = 0;
  for (let i = 1; i < values.length; i++) {
    const before = level;
    level = alpha * values[i]! + (1 - alpha) * (level + phi * trend);
    trend = beta * (level - before) + (1 - beta) * phi * trend;
    if (i + judgedAhead < values.length) error += Math.abs(level + reach * trend - values[i + judgedAhead]!);
  }
  return { level, trend, error };
}

/**
 * Theta method: simple smoothing that drifts by half the slope of the straight line (V. Assimakopoulos and
 * K. Nikolopoulos 2000, in the form of R. J. Hyndman and B. Billah, "Unmasking the Theta method", 2003).
 */
export const theta: ForecastFamily = {
  name: 'theta',
  stepsMin: 12,
  fit: ({ values }) => {
    const recent = values.subarray(-lookBack);
    return bestOf(gridOf([0.05, 0.1, 0.2, 0.4, 0.7]), ['alpha'], ([alpha]) => smoothTheta(recent, alpha!).error);
  },
  forecast: ({ values }, fit, ahead) => {
    const alpha = fit?.coefficients[0] ?? 0.2;
    const { level, drift } = smoothTheta(values.subarray(-lookBack), alpha);
    return Float64Array.from(ahead, (steps) => level + drift * (steps - 1 + 1 / alpha));
  },
};

function smoothTheta(values: Float64Array, alpha: number) {
  const drift = leastSquaresSlope(values) / 2;
  const reach = drift * (judgedAhead - 1 + 1 / alpha);
  let level = values[0]!;
  let error = 0;
  for (let i = 1; i < values.length; i++) {
    level += alpha * (values[i]! - level);
    if (i + judgedAhead < values.length) error += Math.abs(level + reach - values[i + judgedAhead]!);
  }
  return { level, drift, error };
}

function leastSquaresSlope(values: Float64Array): number {
  const middle = (values.length - 1) / 2;
  let cross = 0;
  let square = 0;
  for (let i = 0; i < values.length; i++) {
    cross += (i - middle) * values[i]!;
    square += (i - middle) ** 2;
  }
  return square === 0 ? 0 : cross / square;
}

/** Minutes in one slot of the seasonal smoothing: a day of minutes has too many seasons to learn. */
const slotSteps = 15;
const slotsPerDay = stepsPerDay / slotSteps;

/** Holt-Winters, additive, with a daily season of quarter hours (P. R. Winters 1960). */
export const holtWinters: ForecastFamily = {
  name: 'holt-winters',
  stepsMin: 2 * stepsPerDay,
  fit: (series) =>
    bestOf(
      gridOf([0.1, 0.3, 0.6], [0, 0.02, 0.1], [0.05, 0.15, 0.3]),
      ['alpha', 'beta', 'gamma'],
      (coefficients) => smoothSeason(slotMeans(series.values, slotSteps), coefficients).error,
    ),
  forecast: (series, fit, ahead) => {
    const slots = slotMeans(series.values, slotSteps);
    const { level, trend, seasons } = smoothSeason(slots, fit?.coefficients ?? [0.3, 0.02, 0.15]);
    return Float64Array.from(ahead, (steps) => {
      const slot = (steps - 0.5) / slotSteps;
      const season = (at: number) => seasons[(slots.length + at) % slotsPerDay]!;
      const below = Math.floor(slot);
      const between = season(below) + (slot - below) * (season(below + 1) - season(below));
      return level + trend * slot + between;
    });
  },
};

function smoothSeason(slots: Float64Array, coefficients: readonly number[]) {
  const [alpha, beta, gamma] = coefficients as [number, number, number];
  let level = 0;
  for (let i = 0; i < slotsPerDay; i++) level += slots[i]! / slotsPerDay;
  const seasons = Float64Array.from({ length: slotsPerDay }, (_, i) => slots[i]! - level);
  let trend = 0;
  let error = 0;
  for (let i = slotsPerDay; i < slots.length; i++) {
    const at = i % slotsPerDay;
    error += Math.abs(level + trend + seasons[at]! - slots[i]!);
    const before = level;
    level = alpha * (slots[i]! - seasons[at]!) + (1 - alpha) * (level + trend);
    trend = beta * (level - before) + (1 - beta) * trend;
    seasons[at] = gamma * (slots[i]! - level) + (1 - gamma) * seasons[at]!;
  }
  return { level, trend, seasons, error };
}
