/** Steps ahead at which forecasts are held against what came. */
export const scoredAhead: readonly number[] = [1, 5, 15, 30, 60];
/** Residuals kept per distance for the intervals. */
const residualsMax = 120;
/** Weight that a score keeps with every new one: about the last hundred and fifty count. */
const memory = 0.9933;
/** Scores before a mean is worth telling. */
const scoresMin = 12;

/** Prequential scores of one model on one series (A. P. Dawid 1984): each forecast is kept until its moment comes. */
export interface Scoreboard {
  scored: number;
  /** Per distance: faded sum of absolute errors, and faded count. */
  readonly errorSum: Float64Array;
  readonly weight: Float64Array;
  /** Per distance: what was forecast and has not come yet, by step modulo distance; NaN where nothing was. */
  readonly pending: readonly Float64Array[];
  /** Per distance: the last residuals, what came minus what was said, oldest first. */
  readonly residuals: number[][];
}

export function createScoreboard(): Scoreboard {
  return {
    scored: 0,
    errorSum: new Float64Array(scoredAhead.length),
    weight: new Float64Array(scoredAhead.length),
    pending: scoredAhead.map((ahead) => new Float64Array(ahead).fill(Number.NaN)),
    residuals: scoredAhead.map(() => []),
  };
}

/** Holds what was forecast for this step against what came; call before `awaitForecast` of the same step. */
export function scoreStep(board: Scoreboard, step: number, actual: number): void {
  for (let i = 0; i < scoredAhead.length; i++) {
    const said = board.pending[i]![step % scoredAhead[i]!]!;
    board.pending[i]![step % scoredAhead[i]!] = Number.NaN;
    if (Number.isNaN(said) || Number.isNaN(actual)) continue;
    board.scored += 1;
    board.errorSum[i] = memory * board.errorSum[i]! + Math.abs(actual - said);
    board.weight[i] = memory * board.weight[i]! + 1;
    const kept = board.residuals[i]!;
    kept.push(actual - said);
    if (kept.length > residualsMax) kept.shift();
  }
}

/** @param forecast one value per distance of `scoredAhead` */
export function awaitForecast(board: Scoreboard, step: number, forecast: ArrayLike<number>): void {
  for (let i = 0; i < scoredAhead.length; i++) board.pending[i]![step % scoredAhead[i]!] = forecast[i]!;
}

/** Mean absolute error of late over all distances with enough scores; null without any. */
export function meanError(board: Scoreboard): number | null {
  let sum = 0;
  let distances = 0;
  for (let i = 0; i < scoredAhead.length; i++) {
    if (board.weight[i]! < scoresMin) continue;
    sum += board.errorSum[i]! / board.weight[i]!;
    distances += 1;
  }
  return distances === 0 ? null : sum / distances;
}

/**
 * Error over that of a reference, the mean of the ratios per distance, so that the far ones do not rule the near ones;
 * null without a distance at which both were scored often enough.
 */
export function skillRatio(board: Scoreboard, reference: Scoreboard): number | null {
  let sum = 0;
  let distances = 0;
  for (let i = 0; i < scoredAhead.length; i++) {
    if (board.weight[i]! < scoresMin || reference.weight[i]! < scoresMin) continue;
    const theirs = reference.errorSum[i]! / reference.weight[i]!;
    const ours = board.errorSum[i]! / board.weight[i]!;
    // Two perfect forecasts are equally good.
    sum += theirs === 0 ? (ours === 0 ? 1 : 2) : Math.min(10, ours / theirs);
    distances += 1;
  }
  return distances === 0 ? null : sum / distances;
}

/** After a change of the series old scores say little: they keep this share of their weight. */
const keptAfterDrift = 0.2;

export function fadeScores(board: Scoreboard): void {
  for (let i = 0; i < scoredAhead.length; i++) {
    board.errorSum[i] = board.errorSum[i]! * keptAfterDrift;
    board.weight[i] = board.weight[i]! * keptAfterDrift;
    board.residuals[i]!.splice(0, Math.floor(board.residuals[i]!.length * (1 - keptAfterDrift)));
  }
}
