import type { EntityRef } from './entity.ts';

/** A distribution over the future of one series. Index i is `atMs + (i + 1) * stepMs`. */
export interface Forecast {
  readonly type: 'forecast';
  readonly atMs: number;
  readonly entity: EntityRef;
  readonly metric: string;
  readonly unit: string;
  readonly model: string;
  readonly stepMs: number;
  readonly q10: readonly number[];
  readonly q50: readonly number[];
  readonly q90: readonly number[];
  /** The limit that matters and when each quantile path crosses it, in ms from `atMs`; null: not within the horizon. */
  readonly limit: {
    readonly value: number;
    readonly crossMsP10: number | null;
    readonly crossMsP50: number | null;
    readonly crossMsP90: number | null;
  } | null;
  /** The model's own past error on this series (mean absolute error / mean level), null before it has one. */
  readonly pastErrorRatio: number | null;
  /** Share of past values that fell inside q10..q90, null before there are any. */
  readonly pastCoverageRatio: number | null;
}

/** Probability that an entity fails within a horizon. Each is scored later, so that calibration is a fact. */
export interface FailurePrediction {
  readonly type: 'failure-prediction';
  readonly atMs: number;
  readonly entity: EntityRef;
  readonly how: string;
  readonly horizonMs: number;
  readonly probability: number;
  /** Expected time until the failure in ms, with an 80 % interval; null where the model gives none. */
  readonly expectedInMs: readonly [p10: number, p50: number, p90: number] | null;
  readonly model: string;
  readonly reasons: readonly string[];
}
