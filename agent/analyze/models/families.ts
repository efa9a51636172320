import { dayWeekProfile, lagRegression, seasonalNaive } from './day-families.ts';
import type { ForecastFamily } from './family.ts';
import { dampedTrend, holtWinters, line, persistence, theta } from './smoothing-families.ts';

/** What every other model is measured against, and what serves where none has earned it. */
export const fallbackModel = persistence.name;
export const ensembleModel = 'ensemble';

/** Every model that competes alone; the mixture competes beside them. */
export const families: readonly ForecastFamily[] = [
  persistence,
  line,
  dampedTrend,
  theta,
  seasonalNaive,
  holtWinters,
  dayWeekProfile,
  lagRegression,
];

export const modelNames: readonly string[] = [...families.map(({ name }) => name), ensembleModel];
