import { EpisodeTracker } from './detect/episodes.ts';
import { explainJudgement, SeriesDetector } from './detect/series-detector.ts';
import { serviceSeries } from './detect/settings.ts';
import { forecastByEnsemble, type IntervalForecast } from './forecast/ensemble.ts';
import { TemplateMiner } from './logs/template-miner.ts';

/*
 * Runs the product's own analysis over people's recorded data, with the configuration that the public figures were taken
 * with. Nothing looks ahead: what is said of a row rests on the rows before it.
 */

export interface DetectedEpisode {
  readonly firstRow: number;
  readonly lastRow: number;
  readonly strangestRow: number;
  /** What was odd about its strangest row. */
  readonly explanation: string;
}

export interface DetectBacktest {
  readonly episodes: readonly DetectedEpisode[];
  /** Why nothing was judged; null where it was. */
  readonly abstained: string | null;
  /** What could not be judged, as sentences. */
  readonly limits: readonly string[];
}

/** Fewer values than this say nothing about what is usual. */
const valuesMin = 62;
const dayMs = 86_400_000;

/** @param values one per row, NaN where missing; @param atMs Unix ms per row, in order */
export function backtestDetect(values: readonly number[], atMs: readonly number[]): DetectBacktest {
  const known = values.filter(Number.isFinite);
  const abstained = whyNotJudged(known);
  if (abstained !== null) return { episodes: [], abstained, limits: [] };
  const detector = new SeriesDetector(serviceSeries.detector);
  const tracker = new EpisodeTracker(serviceSeries.alert);
  const strangest: { row: number; level: number; explanation: string }[] = [];
  for (const [row, value] of values.entries()) {
    const judgement = detector.update(value, atMs[row]!);
    if (!tracker.push(judgement.level)) continue;
    const episode = tracker.episodes.length - 1;
    if (judgement.level <= (strangest[episode]?.level ?? 0)) continue;
    strangest[episode] = { row, level: judgement.level, explanation: explainJudgement(value, judgement, '') };
  }
  const episodes = tracker.episodes.map(({ firstRow, lastRow }, i) => {
    return { firstRow, lastRow, strangestRow: strangest[i]!.row, explanation: strangest[i]!.explanation };
  });
  const isShort = atMs.at(-1)! - atMs[0]! < 1.5 * dayMs;
  const limits = isShort ? ['shorter than a day and a half: hours of the day are not judged'] : [];
  return { episodes, abstained: null, limits };
}

function whyNotJudged(known: readonly number[]): string | null {
  if (known.length < valuesMin) return `it needs ${valuesMin} values to know what is usual, and has ${known.length}`;
  if (known.every((value) => value === known[0])) return `every value is ${known[0]}: there is nothing to compare`;
  return null;
}

export interface ForecastBacktest {
  readonly origins: number;
  /** Mean absolute error over that of repeating the last season; below 1 is better than that. */
  readonly errorRatio: number;
  /** Share of values inside the 80 % band. */
  readonly coverageRatio: number;
  /** The next season ahead, from all rows, with an 80 % band. */
  readonly next: { readonly mean: readonly number[]; readonly q10: readonly number[]; readonly q90: readonly number[] };
  /** Families with the weight they got by their errors on past origins, best first. */
  readonly families: IntervalForecast['families'];
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
    families: next.families,
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
