import { carryLevel, pastDays, usualDays } from '../forecast/day-profile.ts';
import { solvePositiveDefinite } from '../forecast/linear-system.ts';
import { meanOf } from '../forecast/season.ts';
import { type Fit, type ForecastFamily, type StepSeries, slotMeans } from './family.ts';
import { stepsPerDay } from './history.ts';

// Half the width in minutes over which yesterday is averaged, so that its noise does not repeat.
const smoothHalf = 3;

/** What was at this time yesterday. */
export const seasonalNaive: ForecastFamily = {
  name: 'seasonal-naive',
  stepsMin: stepsPerDay,
  fit: null,
  forecast: ({ values }, _fit, ahead) => Float64Array.from(ahead, (steps) => yesterday(values, steps)),
};

/** Mean of the minutes around the one a day before `steps` after the end. */
function yesterday(values: Float64Array, steps: number, end = values.length): number {
  const at = end - 1 + steps - stepsPerDay;
  return meanOf(values, Math.max(0, at - smoothHalf), Math.min(end, at + smoothHalf + 1));
}

/** Minutes in one slot of the usual day. */
const profileSteps = 5;

/** The usual day, the same weekday counting most, moved by how the last hours departed from it. */
export const dayWeekProfile: ForecastFamily = {
  name: 'day-week-profile',
  stepsMin: stepsPerDay,
  fit: null,
  forecast: ({ values }, _fit, ahead) => {
    // Roots of counts scatter alike at every level (Bartlett 1936).
    const roots = slotMeans(values, profileSteps).map((value) => Math.sqrt(Math.max(0, value)));
    const season = stepsPerDay / profileSteps;
    const days = usualDays(pastDays(roots, season), { memoryDays: 20, sameWeekdayWeight: 8 });
    const rhythm = { season, horizon: Math.ceil(ahead.at(-1)! / profileSteps) + 1 };
    const path = carryLevel(roots, days, rhythm, { recentShare: 0.9, fadeHours: 16, lastingShare: 0.5 });
    return Float64Array.from(ahead, (steps) => {
      const slot = Math.max(0, (steps - (profileSteps + 1) / 2) / profileSteps);
      const below = path[Math.floor(slot)]!;
      const between = below + (slot - Math.floor(slot)) * (path[Math.floor(slot) + 1]! - below);
      return Math.max(0, between) ** 2;
    });
  },
};

const featureCount = 9;
/** Steps ahead with coefficients of their own; between them the forecast is drawn straight. */
const nodes: readonly number[] = [1, 5, 15, 30, 60];
const rowsMax = 300;
const daysLearned = 2;
const ridge = 0.02;

/** Regression of the change ahead on the last levels, the hour and yesterday's change, one for each distance. */
export const lagRegression: ForecastFamily = {
  name: 'lag-regression',
  stepsMin: 180,
  fit: (series) => {
    const from = Math.max(60, series.values.length - daysLearned * stepsPerDay);
    const stride = Math.max(1, Math.ceil((series.values.length - from) / rowsMax));
    const coefficients = nodes.flatMap((ahead) => fitNode(series, ahead, from, stride) ?? []);
    if (coefficients.length !== nodes.length * featureCount) return null;
    return { coefficients, parameters: { ridge, rows: Math.floor((series.values.length - from) / stride) } };
  },
  forecast: (series, fit, ahead) => {
    if (fit === null) return null;
    const end = series.values.length;
    const last = series.values[end - 1]!;
    const atNodes = nodes.map((steps, node) => last + changeAt(series, fit, end, node, steps));
    return Float64Array.from(ahead, (steps) => drawn(last, atNodes, steps));
  },
};

function changeAt(series: StepSeries, { coefficients }: Fit, end: number, node: number, steps: number): number {
  const row = features(series, end, steps);
  return row.reduce((sum, value, i) => sum + value * coefficients[node * featureCount + i]!, 0);
}

function drawn(last: number, atNodes: readonly number[], steps: number): number {
  const above = Math.max(
    0,
    nodes.findIndex((node) => node >= steps),
  );
  const fromSteps = above === 0 ? 0 : nodes[above - 1]!;
  const from = above === 0 ? last : atNodes[above - 1]!;
  return from + ((atNodes[above]! - from) * (steps - fromSteps)) / (nodes[above]! - fromSteps);
}

/** As seen when `end` steps were known; nothing after them is looked at. */
function features({ values, endStep }: StepSeries, end: number, ahead: number): number[] {
  const last = values[end - 1]!;
  const dayBack = end - 1 + ahead - stepsPerDay;
  const hour = (2 * Math.PI * (endStep - (values.length - end) + ahead)) / stepsPerDay;
  return [
    1,
    last - values[end - 2]!,
    meanOf(values, end - 5, end) - last,
    meanOf(values, end - 15, end) - last,
    meanOf(values, end - 60, end) - last,
    dayBack - ahead < smoothHalf ? 0 : yesterday(values, ahead, end) - yesterday(values, 0, end),
    dayBack < smoothHalf ? 0 : yesterday(values, ahead, end) - last,
    Math.sin(hour),
    Math.cos(hour),
  ];
}

function fitNode(series: StepSeries, ahead: number, from: number, stride: number): number[] | null {
  const gram = new Float64Array(featureCount * featureCount);
  const right = new Float64Array(featureCount);
  let rows = 0;
  for (let end = from; end + ahead <= series.values.length; end += stride) {
    const row = features(series, end, ahead);
    const target = series.values[end - 1 + ahead]! - series.values[end - 1]!;
    for (let i = 0; i < featureCount; i++) {
      right[i]! += row[i]! * target;
      for (let j = 0; j <= i; j++) gram[i * featureCount + j]! += row[i]! * row[j]!;
    }
    rows += 1;
  }
  if (rows < 3 * featureCount) return null;
  // Each feature is held back by its own size, so that units do not matter.
  for (let i = 0; i < featureCount; i++) gram[i * featureCount + i]! += ridge * gram[i * featureCount + i]! + 1e-9;
  const solved = solvePositiveDefinite(gram, featureCount, right, 1);
  return solved === null ? null : [...solved];
}
