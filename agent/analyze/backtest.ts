import { EpisodeTracker } from './detect/episodes.ts';
import { explainJudgement, SeriesDetector } from './detect/series-detector.ts';
import { serviceSeries } from './detect/settings.ts';
import { forecastByEnsemble } from './forecast/ensemble.ts';
import { TemplateMiner } from './logs/template-miner.ts';

/*
 * Runs the product's own analysis over people's recorded data, with the configuration that the public figures were taken
 * with. Nothing looks ahead: what is said of a row rests on the rows before it.
 */

export interface DetectedEpisode {
  readonly firstRow: number;
  readonly lastRow: number;
  /** What was odd about its strangest row. */
  readonly explanation: string;
}

/** @param values one per row, NaN where missing; @param atMs Unix ms per row */
export function backtestDetect(values: readonly number[], atMs: readonly number[]): DetectedEpisode[] {
  const detector = new SeriesDetector(serviceSeries.detector);
  const tracker = new EpisodeTracker(serviceSeries.alert);
  const judged = values.map((value, row) => {
    const judgement = detector.update(value, atMs[row]!);
    tracker.push(judgement.level);
    return { score: judgement.score ?? 0, explanation: explainJudgement(value, judgement, '') };
  });
  return tracker.episodes.map(({ firstRow, lastRow }) => {
    const rows = judged.slice(firstRow, lastRow + 1);
    const strangest = rows.reduce((worst, row) => (row.score > worst.score ? row : worst));
    return { firstRow, lastRow, explanation: strangest.explanation };
  });
}

export interface ForecastBacktest {
  readonly origins: number;
  /** Mean absolute error over that of repeating the last season; below 1 is better than that. */
  readonly errorRatio: number;
  /** Share of values inside the 80 % band. */
  readonly coverageRatio: number;
  /** The next season ahead, from all rows. */
  readonly next: { readonly mean: readonly number[]; readonly q10: readonly number[]; readonly q90: readonly number[] };
}

/** Origins to forecast from again, half a season apart, the latest last. */
const originsMax = 6;

/**
 * Forecasts one season ahead from past origins and compares with what came.
 * @param season rows in one season, such as 288 for a day of five minutes
 * @returns null with fewer than three seasons of rows, or where the last season repeats exactly
 */
export function backtestForecast(values: readonly number[], season: number): ForecastBacktest | null {
  const next = forecastByEnsemble(values, { season, horizon: season });
  if (next === null || values.length < 3 * season) return null;
  const sums = { error: 0, naiveError: 0, inside: 0, count: 0 };
  let origins = 0;
  for (let back = originsMax; back >= 1; back--) {
    const origin = values.length - Math.round(((back + 1) * season) / 2);
    const forecast =
      origin < 2 * season ? null : forecastByEnsemble(values.slice(0, origin), { season, horizon: season });
    if (forecast === null) continue;
    origins += 1;
    for (let step = 0; step < season && origin + step < values.length; step++) {
      const was = values[origin + step]!;
      const repeated = values[origin + step - season]!;
      if (!Number.isFinite(was) || !Number.isFinite(repeated)) continue;
      sums.error += Math.abs(was - forecast.mean[step]!);
      sums.naiveError += Math.abs(was - repeated);
      sums.inside += was >= forecast.q10[step]! && was <= forecast.q90[step]! ? 1 : 0;
      sums.count += 1;
    }
  }
  if (sums.count === 0 || sums.naiveError === 0) return null;
  return {
    origins,
    errorRatio: sums.error / sums.naiveError,
    coverageRatio: sums.inside / sums.count,
    next: { mean: [...next.mean], q10: [...next.q10], q90: [...next.q90] },
  };
}

export interface MinedTemplate {
  readonly template: string;
  readonly lines: number;
}

/** Templates of log lines with how often each came, the most frequent first. */
export function backtestLogs(lines: readonly string[]): MinedTemplate[] {
  const miner = new TemplateMiner();
  const handles = lines.map((line) => miner.add(line));
  const counts = new Map<string, number>();
  for (const handle of handles) {
    const template = miner.templateOf(handle);
    counts.set(template, (counts.get(template) ?? 0) + 1);
  }
  return [...counts].map(([template, count]) => ({ template, lines: count })).sort((a, b) => b.lines - a.lines);
}
