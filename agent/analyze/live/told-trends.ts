import type { Forecast } from '../../../model/forecast.ts';

/** What trends said of one series and how that compared with what came. */
interface ToldTrend {
  readonly told: Forecast[];
  readonly scores: { errorSum: number; sizeSum: number; inside: number; count: number };
}

/** By `entity metric`. */
export type ToldTrends = Map<string, ToldTrend>;

// One is told per minute: what is older than this has been scored often enough.
const toldMax = 10;
const scoresMin = 5;

/** How well the trend's own earlier forecasts of a series did, by what came since; nulls before there are enough. */
export function pastOfTrend(
  told: ToldTrends,
  key: string,
  actual: number,
  nowMs: number,
): Pick<Forecast, 'pastErrorRatio' | 'pastCoverageRatio'> {
  const known = told.get(key);
  if (known === undefined) return { pastErrorRatio: null, pastCoverageRatio: null };
  const { scores } = known;
  for (const { atMs, stepMs, q10, q50, q90 } of known.told) {
    const at = Math.round((nowMs - atMs) / stepMs) - 1;
    // Nothing was said of the time before the first step, or after the last one.
    if (at < 0 || at >= q50.length) continue;
    scores.errorSum += Math.abs(actual - q50[at]!);
    scores.sizeSum += Math.abs(actual);
    scores.inside += actual >= q10[at]! && actual <= q90[at]! ? 1 : 0;
    scores.count += 1;
  }
  if (scores.count < scoresMin || scores.sizeSum === 0) return { pastErrorRatio: null, pastCoverageRatio: null };
  return { pastErrorRatio: scores.errorSum / scores.sizeSum, pastCoverageRatio: scores.inside / scores.count };
}

export function rememberTrend(told: ToldTrends, key: string, forecast: Forecast): void {
  const known = told.get(key) ?? { told: [], scores: { errorSum: 0, sizeSum: 0, inside: 0, count: 0 } };
  told.set(key, known);
  known.told.push(forecast);
  if (known.told.length > toldMax) known.told.shift();
}

/** Forgets series that no longer have a trend, so that memory stays bounded. */
export function forgetTrends(told: ToldTrends, keys: ReadonlyMap<string, unknown>): void {
  for (const key of told.keys()) if (!keys.has(key)) told.delete(key);
}
