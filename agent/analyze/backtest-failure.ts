import { HazardTracker, type Reason } from './failure/failure-model.ts';
import type { History } from './failure/history.ts';
import { parseFailureModel } from './failure/parse-model.ts';

export type { History, Reading } from './failure/history.ts';

/** What the model would have said of one disk, reading by reading. */
export interface DriveBacktest {
  readonly drive: string;
  readonly readings: number;
  /** Hour of its life at which it would first have been an alarm; null: never. */
  readonly alarmHour: number | null;
  /** Alarm score after each reading, 0 to 1. */
  readonly scores: readonly number[];
  /** Calibrated probability of failing within the horizon, as of the last reading. */
  readonly probability: number;
  readonly reasons: readonly Reason[];
  /** Hour at which the file says it failed; null: it does not say so. */
  readonly failedHour: number | null;
}

export interface FailureBacktest {
  readonly horizonHours: number;
  /** In order of the last probability, highest first. */
  readonly drives: readonly DriveBacktest[];
}

/** The attributes that a shipped model looks at, or why its file cannot be read. */
export function failureAttributes(modelText: string): readonly string[] | { readonly mistake: string } {
  const parsed = parseFailureModel(modelText);
  return parsed.ok ? parsed.model.attributes : { mistake: parsed.mistake };
}

/**
 * Plays recorded lives of disks to the shipped model; what it says of a reading rests on the readings before it.
 * @param histories readings hold the model's attributes in its order, NaN where unknown, in order of their hour
 * @param failedHours hour of failure by disk, as far as known
 * @throws Error where the model's file is broken; `failureAttributes` says why
 */
export function backtestFailure(
  modelText: string,
  histories: ReadonlyMap<string, History>,
  failedHours: ReadonlyMap<string, number>,
): FailureBacktest {
  const parsed = parseFailureModel(modelText);
  if (!parsed.ok) throw new Error(parsed.mistake);
  const { model } = parsed;
  const drives = [...histories].map(([drive, { kind, sizeTb, readings }]): DriveBacktest => {
    const tracker = new HazardTracker(model, kind, sizeTb);
    const said = readings.map((reading) => tracker.push(reading));
    const first = said.findIndex(({ score }) => score >= model.alarmScore);
    return {
      drive,
      readings: readings.length,
      alarmHour: readings[first]?.hour ?? null,
      scores: said.map(({ score }) => score),
      probability: said.at(-1)?.probability ?? 0,
      reasons: said.at(-1)?.reasons ?? [],
      failedHour: failedHours.get(drive) ?? null,
    };
  });
  return { horizonHours: model.horizonHours, drives: drives.toSorted((a, b) => b.probability - a.probability) };
}
