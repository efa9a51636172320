import type { Contender, ModelCard } from '../../../model/model-card.ts';
import { fallbackModel } from './families.ts';
import { knownSteps } from './history.ts';
import { meanError, skillRatio } from './scoreboard.ts';
import { type SeriesModels, servingModel } from './series-models.ts';

/** The registry's entry of one live series. */
export function cardOf(models: SeriesModels, nowMs: number): ModelCard {
  const { throne, boards, latest, fits } = models;
  const serving = servingModel(models);
  const size = meanSize(knownSteps(models.history));
  const reference = boards.get(fallbackModel)!;
  const contenders = [...boards].map(([model, board]): Contender => {
    const error = meanError(board);
    return {
      model,
      state: model === serving ? 'serves' : latest.has(model) ? 'shadows' : 'needs-history',
      scored: board.scored,
      errorRatio: error === null || size === 0 ? null : told(error / size),
      skillRatio: nullable(skillRatio(board, reference)),
      lineage: fits.get(model)?.lineage ?? null,
    };
  });
  return {
    type: 'model-card',
    atMs: nowMs,
    task: 'forecast',
    series: models.key,
    champion: throne.champion,
    former: throne.former,
    pinned: throne.pinned,
    drifts: models.drifts,
    contenders,
  };
}

/** Mean size of the last two hours. */
function meanSize(values: Float64Array): number {
  const recent = values.subarray(-120);
  return recent.reduce((sum, value) => sum + Math.abs(value), 0) / Math.max(1, recent.length);
}

function nullable(value: number | null): number | null {
  return value === null ? null : told(value);
}

function told(value: number): number {
  return Number(value.toPrecision(4));
}
