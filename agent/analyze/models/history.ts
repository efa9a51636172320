/** One step of live history and of forecasts, ms. */
export const stepMs = 60_000;
export const stepsPerDay = 1_440;
/** Eight days: a week to compare with, and the day that is compared. */
const stepsMax = 8 * stepsPerDay;

/** Means per minute of one series, without gaps: a step that nobody measured repeats the last day's, else the last one. */
export interface StepHistory {
  values: Float64Array;
  length: number;
  /** Number of the newest step since 1970. */
  endStep: number;
  /** Smoothed share of steps that were measured, 0..1. */
  measuredRatio: number;
}

export function createHistory(endStep: number): StepHistory {
  return { values: new Float64Array(128), length: 0, endStep, measuredRatio: 1 };
}

// About the last twenty steps.
const measuredWeight = 0.05;

/** Appends the next step. @param value NaN where nothing was measured */
export function pushStep(history: StepHistory, value: number): void {
  history.endStep += 1;
  const measured = Number.isFinite(value);
  history.measuredRatio += measuredWeight * ((measured ? 1 : 0) - history.measuredRatio);
  // Before the first value there is nothing to repeat.
  if (!measured && history.length === 0) return;
  makeRoom(history);
  const { values, length } = history;
  values[length] = measured ? value : (values[length - stepsPerDay] ?? values[length - 1]!);
  history.length = length + 1;
}

function makeRoom(history: StepHistory): void {
  if (history.length < history.values.length) return;
  if (history.length >= 2 * stepsMax) {
    history.values.copyWithin(0, history.length - stepsMax);
    history.length = stepsMax;
    return;
  }
  const wider = new Float64Array(Math.min(2 * stepsMax, 2 * history.values.length));
  wider.set(history.values);
  history.values = wider;
}

/** The known steps, oldest first; a view that the next push may overwrite. */
export function knownSteps({ values, length }: StepHistory): Float64Array {
  return values.subarray(Math.max(0, length - stepsMax), length);
}

/** What was before a restart of the thing measured says nothing of it now. */
export function clearHistory(history: StepHistory): void {
  history.length = 0;
}
