import type { EntityRef } from '../../../model/entity.ts';
import type { ModelLineage, ModelTask } from '../../../model/model-card.ts';
import { createThrone, type crown, succeed, type Throne } from './champion.ts';
import { createDriftTest, type DriftTest, testDrift } from './drift.ts';
import { ensembleModel, fallbackModel, families, modelNames } from './families.ts';
import type { Fit } from './family.ts';
import { createHistory, knownSteps, pushStep, type StepHistory } from './history.ts';
import { awaitBand, bandAt, createIntervalBook, type IntervalBook, scoreBands } from './interval.ts';
import {
  awaitForecast,
  createScoreboard,
  fadeScores,
  type Scoreboard,
  scoredAhead,
  scoreStep,
  skillRatio,
} from './scoreboard.ts';
import { createSeasonDuel, duel, type SeasonDuel } from './season.ts';

/** Steps ahead that are forecast: every fifth minute of the next hour, and those that are scored. */
export const aheadSteps: readonly number[] = [1, ...Array.from({ length: 12 }, (_, i) => 5 * (i + 1))];
const scoredAt = scoredAhead.map((ahead) => aheadSteps.indexOf(ahead));

/** Everything that competes for one series, and what it is measured by. */
export interface SeriesModels {
  readonly key: string;
  readonly entity: EntityRef;
  readonly metric: string;
  /** Of what is forecast; a counter is forecast as its rate. */
  readonly unit: string;
  readonly history: StepHistory;
  readonly boards: ReadonlyMap<string, Scoreboard>;
  readonly fits: Map<string, { readonly fit: Fit; readonly lineage: ModelLineage }>;
  readonly throne: Throne;
  readonly bands: IntervalBook;
  readonly drift: DriftTest;
  drifts: number;
  /** Whether the time of day tells better what is usual than the last minutes do. */
  readonly season: SeasonDuel;
  /** Smoothed change from step to step. */
  scatter: number;
  /** What each model said last, per step of `aheadSteps`. */
  readonly latest: Map<string, Float64Array>;
  /** Step of the last fit, null before the first or when a drift asks for another. */
  fittedAtStep: number | null;
  /** When the thing measured last started, ms; a restart makes its past meaningless. */
  startedAtMs: number;
  writtenAtMs: number;
  /** Step after which it was last asked whether the forecast is worth a record. */
  weighedStep: number;
  cardAtMs: number;
  keptAtMs: number;
}

export type SeriesIdentity = Pick<SeriesModels, 'key' | 'entity' | 'metric' | 'unit' | 'startedAtMs'>;

export function createSeriesModels(identity: SeriesIdentity, endStep: number): SeriesModels {
  return {
    ...identity,
    history: createHistory(endStep),
    boards: new Map(modelNames.map((name) => [name, createScoreboard()])),
    fits: new Map(),
    throne: createThrone(fallbackModel),
    bands: createIntervalBook(),
    drift: createDriftTest(),
    drifts: 0,
    season: createSeasonDuel(),
    scatter: 0,
    latest: new Map(),
    fittedAtStep: null,
    writtenAtMs: 0,
    weighedStep: 0,
    cardAtMs: 0,
    keptAtMs: 0,
  };
}

/** What one step brought about, for the journal. */
export type StepEvent = ReturnType<typeof crown> & { readonly task?: ModelTask };

const scatterWeight = 0.05;

/** Takes the next step in, scores what was said of it, and lets every model speak again. @param value NaN: not measured */
export function advance(models: SeriesModels, value: number): StepEvent[] {
  const { history, boards, bands, throne } = models;
  const before = history.length > 0 ? knownSteps(history).at(-1)! : value;
  const step = history.endStep + 1;
  const said = boards.get(throne.champion)!.pending[1]![step % scoredAhead[1]!]!;
  const rhythm = lookForRhythm(models, value);
  pushStep(history, value);
  for (const board of boards.values()) scoreStep(board, step, value);
  scoreBands(bands, step, value);
  if (Number.isFinite(value)) models.scatter += scatterWeight * (Math.abs(value - before) - models.scatter);
  if (history.length === 0) return [];
  speak(models);
  const events = [...rhythm, ...lookForDrift(models, Math.abs(value - said)), ...lookForSuccessor(models)];
  for (const [name, board] of boards) {
    const latest = models.latest.get(name);
    if (latest !== undefined)
      awaitForecast(
        board,
        step,
        scoredAt.map((at) => latest[at]!),
      );
  }
  serve(models, step);
  return events;
}

/** Lets a step pass that came while nobody looked. */
export function skipStep({ history, boards, bands }: SeriesModels): void {
  pushStep(history, Number.NaN);
  for (const board of boards.values()) scoreStep(board, history.endStep, Number.NaN);
  scoreBands(bands, history.endStep, Number.NaN);
}

function speak({ history, latest, fits, boards }: SeriesModels): void {
  const series = { values: knownSteps(history), endStep: history.endStep };
  latest.clear();
  for (const family of families) {
    if (series.values.length < family.stepsMin) continue;
    const forecast = family.forecast(series, fits.get(family.name)?.fit ?? null, aheadSteps);
    if (forecast?.every(Number.isFinite)) latest.set(family.name, forecast);
  }
  const mixed = mixture(latest, boards);
  if (mixed !== null) latest.set(ensembleModel, mixed);
}

/** Weights fall with the third power of the error; who errs far more than the best has no voice. */
const sharpness = 3;
const voiceWithin = 1.3;

/** Mean of the good models, weighted by their error (J. M. Bates and C. W. J. Granger 1969); null with fewer than two. */
function mixture(
  latest: ReadonlyMap<string, Float64Array>,
  boards: ReadonlyMap<string, Scoreboard>,
): Float64Array | null {
  const reference = boards.get(fallbackModel)!;
  const voices = [...latest].flatMap(([name, forecast]) => {
    const skill = skillRatio(boards.get(name)!, reference);
    return skill === null ? [] : [{ forecast, skill }];
  });
  const best = Math.min(...voices.map(({ skill }) => skill));
  const heard = voices.filter(({ skill }) => skill <= voiceWithin * best);
  if (heard.length < 2) return null;
  const mixed = new Float64Array(aheadSteps.length);
  let total = 0;
  for (const { forecast, skill } of heard) {
    const weight = (skill + 1e-3) ** -sharpness;
    total += weight;
    for (let i = 0; i < mixed.length; i++) mixed[i]! += weight * forecast[i]!;
  }
  return mixed.map((sum) => sum / total);
}

function lookForDrift(models: SeriesModels, error: number): StepEvent[] {
  if (Number.isNaN(error) || !testDrift(models.drift, error)) return [];
  models.drifts += 1;
  models.fittedAtStep = null;
  for (const board of models.boards.values()) fadeScores(board);
  const { champion } = models.throne;
  const why = 'its errors stay above what was usual: old scores fade, and all models are fitted anew';
  return [{ change: 'drifted', from: champion, to: champion, why }];
}

function lookForRhythm({ season, history }: SeriesModels, value: number): StepEvent[] {
  const change = duel(season, history, value);
  if (change === null) return [];
  const [from, to] = change;
  const why =
    to === 'recent' ? `${from} tells no better what is usual than the last minutes` : 'it tells best what is usual';
  return [{ task: 'detect', change: to === 'recent' ? 'demoted' : 'promoted', from, to, why }];
}

function lookForSuccessor({ boards, throne, latest }: SeriesModels): StepEvent[] {
  const reference = boards.get(fallbackModel)!;
  const standings = [...latest.keys()].map((model) => ({
    model,
    skillRatio: skillRatio(boards.get(model)!, reference),
  }));
  const succession = succeed(throne, standings, fallbackModel);
  return succession === null ? [] : [succession];
}

/** The model that speaks for the series now: the champion, or the fallback while the champion cannot say. */
export function servingModel({ throne, latest }: SeriesModels): string {
  return latest.has(throne.champion) ? throne.champion : fallbackModel;
}

function serve(models: SeriesModels, step: number): void {
  const paths = bandPaths(models);
  for (const [i, at] of scoredAt.entries()) {
    awaitBand(models.bands, step, i, { low: paths.low[at]!, middle: paths.middle[at]!, high: paths.high[at]! });
  }
}

interface BandPaths {
  readonly low: number[];
  readonly middle: number[];
  readonly high: number[];
}

/** The served forecast with its band, per step of `aheadSteps`; nothing measured here is ever below 0. */
export function bandPaths(models: SeriesModels): BandPaths {
  const model = servingModel(models);
  const middle = models.latest.get(model)!;
  const { residuals } = models.boards.get(model)!;
  const ends = scoredAhead.map((_, i) => bandAt(models.bands, residuals[i]!, i, models.scatter));
  const bounded = (value: number) => Math.max(0, value);
  return {
    low: aheadSteps.map((ahead, i) =>
      bounded(
        middle[i]! +
          between(
            ends.map(({ down }) => down),
            ahead,
          ),
      ),
    ),
    middle: [...middle].map(bounded),
    high: aheadSteps.map((ahead, i) =>
      bounded(
        middle[i]! +
          between(
            ends.map(({ up }) => up),
            ahead,
          ),
      ),
    ),
  };
}

/** Straight between the scored distances. */
function between(atScored: readonly number[], ahead: number): number {
  const above = scoredAhead.findIndex((scored) => scored >= ahead);
  const to = scoredAhead[above]!;
  if (to === ahead || above === 0) return atScored[above]!;
  const from = scoredAhead[above - 1]!;
  return atScored[above - 1]! + ((atScored[above]! - atScored[above - 1]!) * (ahead - from)) / (to - from);
}
