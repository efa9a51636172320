/**
 * What a failure model looks at: levels, growth over a day, a week and a month, and the time since an attribute last
 * rose. Readings come at irregular times, one whenever something changed; every feature uses only readings up to
 * its own moment. Missing is -1, below every true value, so that a tree can split it off.
 */
import type { Reading } from './history.ts';

/** Windows of growth, hours. */
const windowsHours = [24, 168, 720] as const;
const perAttribute = [
  'level',
  'peak',
  'gained',
  'grown in a day',
  'grown in a week',
  'grown in a month',
  'hours since rise',
];
const common = [
  'age',
  'hours since last change',
  'changes in a week',
  'changes in a month',
  'attributes above zero',
  'attributes rising in a month',
  'size',
  'usual risk of its kind',
];
const missing = -1;

/** Names in the order of `FeatureTracker.push`. */
export function featureNames(attributes: readonly string[]): string[] {
  return [...attributes.flatMap((name) => perAttribute.map((what) => `${name}: ${what}`)), ...common];
}

/** Facts about the thing that do not change over its life. */
export interface Constants {
  readonly sizeTb: number;
  /** Log of the failure rate of its kind against the rate of all, 0 = average. */
  readonly kindRisk: number;
}

/** Follows one history and turns each new reading into features. Memory: the readings of one month. */
export class FeatureTracker {
  readonly #constants: Constants;
  readonly #first: number[] = [];
  readonly #peak: number[] = [];
  readonly #roseAtHour: number[] = [];
  /** The newest readings, reaching back to the last one at least a month old. */
  #recent: Reading[] = [];

  constructor(constants: Constants) {
    this.#constants = constants;
  }

  /** Readings have to come in order of `hour`. */
  push(reading: Reading): number[] {
    const previous = this.#recent.at(-1);
    this.#recent.push(reading);
    const monthAgo = reading.hour - windowsHours[2];
    while (this.#recent.length > 1 && this.#recent[1]!.hour <= monthAgo) this.#recent.shift();
    const own = reading.values.flatMap((value, i) => this.#ofAttribute(reading, previous, value, i));
    return [...own, ...this.#ofWhole(reading, previous)];
  }

  #ofAttribute(reading: Reading, previous: Reading | undefined, value: number, i: number): number[] {
    if (!(value >= 0)) return perAttribute.map(() => missing);
    this.#first[i] ??= value;
    this.#peak[i] = Math.max(this.#peak[i] ?? 0, value);
    if (previous !== undefined && value > (previous.values[i] ?? Number.NaN)) this.#roseAtHour[i] = reading.hour;
    const roseAt = this.#roseAtHour[i];
    const grown = windowsHours.map((hours) => Math.log1p(Math.max(0, value - this.#valueAt(reading.hour - hours, i))));
    return [
      Math.log1p(value),
      Math.log1p(this.#peak[i]!),
      Math.log1p(Math.max(0, value - this.#first[i]!)),
      ...grown,
      roseAt === undefined ? missing : Math.log1p(reading.hour - roseAt),
    ];
  }

  /** The value that held at `hour`, or the first known one; a thing seen for the first time has not grown. */
  #valueAt(hour: number, i: number): number {
    let held = this.#recent[0]!;
    for (const reading of this.#recent) {
      if (reading.hour > hour) break;
      held = reading;
    }
    const value = held.values[i]!;
    return value >= 0 ? value : Number.POSITIVE_INFINITY;
  }

  #ofWhole(reading: Reading, previous: Reading | undefined): number[] {
    const since = (hours: number) => this.#recent.filter((other) => other.hour > reading.hour - hours).length;
    const monthAgo = reading.hour - windowsHours[2];
    return [
      Math.log1p(reading.hour),
      previous === undefined ? missing : Math.log1p(reading.hour - previous.hour),
      since(windowsHours[1]),
      since(windowsHours[2]),
      reading.values.filter((value) => value > 0).length,
      reading.values.filter((value, i) => value > this.#valueAt(monthAgo, i)).length,
      this.#constants.sizeTb,
      this.#constants.kindRisk,
    ];
  }
}
