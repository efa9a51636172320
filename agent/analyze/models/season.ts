import type { Rhythm } from '../../../model/signal.ts';
import { centerOf, madToSigma } from '../live/statistics.ts';
import { type StepHistory, stepsPerDay } from './history.ts';

/** What is usual at one moment. */
export interface Band {
  readonly center: number;
  readonly spread: number;
}

/** Rhythms that challenge "as in the last minutes". */
export const seasons = ['hour-of-day', 'hour-of-week'] as const satisfies readonly Rhythm[];
type Season = (typeof seasons)[number];

interface Standing {
  /** Mean gain in log score over the last minutes' band, in nats a step: of one turn of the season, and of an hour. */
  ofTurn: number;
  ofLate: number;
  scored: number;
}

/** Which memory tells best what is usual for one series. */
export interface SeasonDuel {
  readonly standings: Readonly<Record<Season, Standing>>;
  serving: Rhythm;
  /** What was last asked for. */
  around: { readonly step: number; readonly of: Rhythm; readonly bands: readonly Band[] };
}

export function createSeasonDuel(): SeasonDuel {
  const fresh = (): Standing => ({ ofTurn: 0, ofLate: 0, scored: 0 });
  return {
    standings: { 'hour-of-day': fresh(), 'hour-of-week': fresh() },
    serving: 'recent',
    around: { step: Number.NaN, of: 'recent', bands: [] },
  };
}

// Minutes on either side that count as the same time of day.
const halfWidth: Readonly<Record<Season, number>> = { 'hour-of-day': 5, 'hour-of-week': 10 };
const daysBack: Readonly<Record<Season, readonly number[]>> = {
  'hour-of-day': [1, 2, 3, 4, 5, 6, 7],
  'hour-of-week': [7],
};
/** Days that must be known before a time can be called usual. */
const daysMin: Readonly<Record<Season, number>> = { 'hour-of-day': 2, 'hour-of-week': 1 };
const recentSteps = 20;
// The newest minute stays out of what is usual.
const recentGap = 1;
// The least spread, as a share of the level: the floor of the level detector on means of a minute.
const floorRatio = 0.02;

/** A season that has won by this much over a whole day at least, or its turn, serves; it goes as soon as it loses. */
const wonBy = 0.05;
// A season that is plainly wrong is believed for some twenty-five minutes more: it is the present that is odd, at first.
const lossMax = 3;
const lostBy = 1;
const scoredMin = stepsPerDay;
const turnSteps: Readonly<Record<Season, number>> = { 'hour-of-day': stepsPerDay, 'hour-of-week': 7 * stepsPerDay };
const lateWeight = 1 / 60;

/**
 * Holds every band against the value of the step that follows the history, by the logarithm of its likelihood (A. P.
 * Dawid 1984), under Student's t with three degrees of freedom, so that one wild minute decides nothing.
 * @returns the rhythms that served before and serve now where that changed
 */
export function duel(season: SeasonDuel, history: StepHistory, value: number): readonly [Rhythm, Rhythm] | null {
  const recent = recentBand(history);
  if (recent === null || !Number.isFinite(value)) return null;
  const loss = lossOf(recent, value);
  for (const name of seasons) {
    const band = bandAt(history, history.endStep + 1, name);
    if (band === null) continue;
    const standing = season.standings[name];
    const gain = loss - lossOf(band, value);
    standing.scored += 1;
    standing.ofTurn += Math.max(1 / turnSteps[name], 1 / standing.scored) * (gain - standing.ofTurn);
    standing.ofLate += lateWeight * (Math.max(-lossMax, Math.min(lossMax, gain)) - standing.ofLate);
  }
  const before = season.serving;
  season.serving = winner(season);
  return season.serving === before ? null : [before, season.serving];
}

function winner({ standings, serving }: SeasonDuel): Rhythm {
  // Who serves stays while it does not lose; who does not must have won clearly.
  const won = seasons.filter((name) => {
    const { scored, ofTurn, ofLate } = standings[name];
    return scored >= scoredMin && ofTurn > (name === serving ? 0 : wonBy) && ofLate > -lostBy;
  });
  if (won.length === 0) return 'recent';
  return won.reduce((best, name) => (standings[name].ofTurn > standings[best].ofTurn ? name : best));
}

const degrees = 3;

function lossOf({ center, spread }: Band, value: number): number {
  return Math.log(spread) + ((degrees + 1) / 2) * Math.log1p(((value - center) / spread) ** 2 / degrees);
}

// What comes every day comes some minutes sooner or later.
const slackSteps = [0, -3, 3];

/** What the season that has won calls usual about `step`; empty where none has, or where it cannot say. */
export function usualOfSeason(season: SeasonDuel, history: StepHistory, step: number): readonly Band[] {
  const { serving, around } = season;
  if (serving === 'recent') return [];
  if (around.step === step && around.of === serving) return around.bands;
  const bands = slackSteps.flatMap((slack) => bandAt(history, step + slack, serving) ?? []);
  season.around = { step, of: serving, bands };
  return bands;
}

/** Median and spread of the minutes around the same time on the days before; null with too few of them. */
function bandAt({ values, length, endStep }: StepHistory, step: number, season: Season): Band | null {
  const near: number[] = [];
  let days = 0;
  for (const day of daysBack[season]) {
    const at = length - 1 - (endStep - (step - day * stepsPerDay));
    if (at - halfWidth[season] < 0) break;
    days += 1;
    const to = Math.min(length - 1, at + halfWidth[season]);
    for (let i = at - halfWidth[season]; i <= to; i++) near.push(values[i]!);
  }
  return days < daysMin[season] ? null : bandOf(near);
}

function recentBand({ values, length }: StepHistory): Band | null {
  if (length < recentSteps + recentGap) return null;
  return bandOf(values.subarray(length - recentSteps - recentGap, length - recentGap));
}

function bandOf(near: ArrayLike<number>): Band {
  const { center, deviation } = centerOf(near);
  const floor = Math.max(floorRatio * Math.abs(center), 1e-9);
  return { center, spread: Math.max(madToSigma * deviation, floor) };
}
