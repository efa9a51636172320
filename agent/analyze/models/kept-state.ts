import { z } from 'zod';
import { rhythms } from '../../../model/signal.ts';
import { knownSteps } from './history.ts';
import { createScoreboard, scoredAhead } from './scoreboard.ts';
import { seasons } from './season.ts';
import type { SeriesModels } from './series-models.ts';

/** Names the layout; a state of another one is not taken up. */
const layout = 1;

const finite = z.number();
const perDistance = z.array(finite).length(scoredAhead.length);
const board = z.object({
  scored: finite,
  errorSum: perDistance,
  weight: perDistance,
  residuals: z.array(z.array(finite)).length(scoredAhead.length),
});
const lineage = z.object({
  version: finite,
  fittedAtMs: finite,
  dataFromMs: finite.nullable(),
  dataToMs: finite.nullable(),
  samples: finite,
  parameters: z.record(z.string(), finite),
  backtestRatio: finite.nullable(),
});
const standing = z.object({ ofTurn: finite, ofLate: finite, scored: finite });
const schema = z.object({
  layout: z.literal(layout),
  endStep: finite,
  measuredRatio: finite,
  startedAtMs: finite,
  scatter: finite,
  values: z.array(finite),
  boards: z.record(z.string(), board),
  fits: z.record(
    z.string(),
    z.object({ coefficients: z.array(finite), parameters: z.record(z.string(), finite), lineage }),
  ),
  // States of earlier versions have none.
  season: z.object({ serving: z.enum(rhythms), standings: z.record(z.enum(seasons), standing) }).optional(),
  bands: z.object({ miss: perDistance, inside: finite, count: finite, errorSum: finite, sizeSum: finite }),
});

/** What the models of one series have learned, as text; what was forecast and not scored yet is not worth keeping. */
export function keptText(models: SeriesModels): string {
  const { history, boards, fits, bands, scatter, startedAtMs } = models;
  const short = (value: number) => Number(value.toPrecision(6));
  const state: z.infer<typeof schema> = {
    layout,
    endStep: history.endStep,
    measuredRatio: history.measuredRatio,
    startedAtMs,
    scatter,
    values: [...knownSteps(history)].map(short),
    boards: Object.fromEntries(
      [...boards].map(([name, { scored, errorSum, weight, residuals }]) => {
        const kept = { scored, errorSum: [...errorSum], weight: [...weight] };
        return [name, { ...kept, residuals: residuals.map((row) => row.map(short)) }];
      }),
    ),
    fits: Object.fromEntries(
      [...fits].map(([name, { fit, lineage: line }]) => [name, { ...fit, lineage: line } as never]),
    ),
    season: { serving: models.season.serving, standings: models.season.standings },
    bands: {
      miss: [...bands.miss],
      inside: bands.inside,
      count: bands.count,
      errorSum: bands.errorSum,
      sizeSum: bands.sizeSum,
    },
  };
  return JSON.stringify(state);
}

/** Takes up what an earlier process had learned. A state that cannot be read is as good as none. @returns whether it could */
export function takeKept(models: SeriesModels, text: string): boolean {
  const state = parsed(text);
  if (state === null) return false;
  const { history } = models;
  history.values = new Float64Array(Math.max(128, 2 * state.values.length));
  history.values.set(state.values);
  history.length = state.values.length;
  history.endStep = state.endStep;
  history.measuredRatio = state.measuredRatio;
  models.scatter = state.scatter;
  if (models.startedAtMs > state.startedAtMs) history.length = 0;
  for (const [name, kept] of Object.entries(state.boards)) {
    const fresh = models.boards.get(name) ?? createScoreboard();
    fresh.scored = kept.scored;
    fresh.errorSum.set(kept.errorSum);
    fresh.weight.set(kept.weight);
    for (const [i, row] of kept.residuals.entries()) fresh.residuals[i] = row;
  }
  for (const [name, { lineage: line, ...fit }] of Object.entries(state.fits))
    models.fits.set(name, { fit, lineage: line });
  if (state.season !== undefined) {
    models.season.serving = state.season.serving;
    for (const name of seasons) Object.assign(models.season.standings[name], state.season.standings[name]);
  }
  const { miss, ...sums } = state.bands;
  models.bands.miss.set(miss);
  Object.assign(models.bands, sums);
  return true;
}

function parsed(text: string): z.infer<typeof schema> | null {
  try {
    const { success, data } = schema.safeParse(JSON.parse(text));
    return success ? data : null;
  } catch {
    return null;
  }
}
