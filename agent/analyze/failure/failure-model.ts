import { type BoostedTrees, logOdds } from './boosted-trees.ts';
import { FeatureTracker, featureNames } from './features.ts';
import type { History, Reading } from './history.ts';

/** Calibration: a point of a rising step function from log-odds to the share that really failed. */
export interface CalibrationStep {
  readonly logOdds: number;
  readonly probability: number;
}

/** A trained model as it is shipped. */
export interface FailureModel {
  readonly attributes: readonly string[];
  /** The probability speaks of failing within this many hours. */
  readonly horizonHours: number;
  /** Log of each kind's failure rate against that of all. */
  readonly kindRisks: Readonly<Record<string, number>>;
  readonly trees: BoostedTrees;
  /** Sorted by log-odds. */
  readonly calibration: readonly CalibrationStep[];
  /** Scores from here on are alarms. */
  readonly alarmScore: number;
  /** How it did on things it had not learned from, when it was trained. */
  readonly unseen?: { readonly alarmedHealthy: number; readonly detectedFailures: number } | undefined;
}

export interface Hazard {
  /** 0 to 1, for ranking and for the alarm; not a probability. The highest ever shown: worn parts do not heal. */
  readonly score: number;
  /** Calibrated probability of failing within the model's horizon, as of the last reading. */
  readonly probability: number;
  /** What speaks most for failing, strongest first, at most three. */
  readonly reasons: readonly Reason[];
}

export interface Reason {
  readonly feature: string;
  /** Log-odds added. */
  readonly weight: number;
}

const mostReasons = 3;
/** A feature that adds less is no reason, log-odds. */
const leastWeight = 0.1;

/** Follows one thing's life, reading by reading; what it says never depends on later readings. */
export class HazardTracker {
  readonly #model: FailureModel;
  readonly #features: FeatureTracker;
  #highest = 0;

  constructor(model: FailureModel, kind: string, sizeTb: number) {
    this.#model = model;
    this.#features = new FeatureTracker({ sizeTb, kindRisk: model.kindRisks[kind] ?? 0 });
  }

  /** The alarm score after this reading; cheaper than `push` where nobody asks why. */
  score(reading: Reading): number {
    return this.#raise(logOdds(this.#model.trees, this.#features.push(reading)));
  }

  push(reading: Reading): Hazard {
    const features = this.#features.push(reading);
    const credit = new Float64Array(features.length);
    const odds = logOdds(this.#model.trees, features, credit);
    const score = this.#raise(odds);
    return { score, probability: calibrated(this.#model.calibration, odds), reasons: this.#reasons(credit) };
  }

  #raise(odds: number): number {
    this.#highest = Math.max(this.#highest, 1 / (1 + Math.exp(-odds)));
    return this.#highest;
  }

  #reasons(credit: Float64Array): Reason[] {
    const names = featureNames(this.#model.attributes);
    const reasons = names.map((feature, i) => ({ feature, weight: credit[i]! }));
    return reasons
      .filter((reason) => reason.weight >= leastWeight)
      .sort((a, b) => b.weight - a.weight)
      .slice(0, mostReasons);
  }
}

/** The hazard after the last reading; undefined without readings: nothing is known, nothing is said. */
export function hazardOf(model: FailureModel, history: History): Hazard | undefined {
  const tracker = new HazardTracker(model, history.kind, history.sizeTb);
  const last = history.readings.at(-1);
  if (last === undefined) return undefined;
  for (const reading of history.readings.slice(0, -1)) tracker.score(reading);
  return tracker.push(last);
}

/** The step the log-odds stand on; before the first step, the first one's probability. */
function calibrated(steps: readonly CalibrationStep[], odds: number): number {
  let probability = steps[0]?.probability ?? 0;
  for (const step of steps) {
    if (step.logOdds > odds) break;
    probability = step.probability;
  }
  return probability;
}
