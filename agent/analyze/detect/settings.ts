import type { EpisodeRules } from './episodes.ts';
import type { MultivariateSmoothing } from './multivariate.ts';
import type { Channel } from './multivariate-model.ts';

/*
 * Settings per kind of telemetry, frozen on labelled public data (sources in docs/accuracy.md). Nothing here or below
 * depends on the name of a series.
 */

export interface MultivariateSettings {
  readonly channels: readonly Channel[];
  readonly smoothing: MultivariateSmoothing;
  readonly alert: EpisodeRules;
}

/** Many metrics of one machine once a minute: steps and ramps over 1 to 60 rows, and values never seen before. */
export const serverMetrics: MultivariateSettings = {
  channels: [
    { kind: 'departure', lookbackRows: 1, unit: 'q99' },
    { kind: 'departure', lookbackRows: 5, unit: 'q99' },
    { kind: 'departure', lookbackRows: 20, unit: 'q99' },
    { kind: 'departure', lookbackRows: 60, unit: 'q99' },
    { kind: 'range' },
  ],
  smoothing: { scoreRows: 15, alertRows: 6 },
  alert: { raiseAt: 0.549, quietRows: 10, rowsMax: 100_000 },
};

/** Metrics of an application every five minutes: sudden steps, and metrics that leave their usual relation. */
export const applicationMetrics: MultivariateSettings = {
  channels: [
    { kind: 'departure', lookbackRows: 1, unit: 'sd' },
    { kind: 'subspace', varianceShare: 0.7 },
  ],
  smoothing: { scoreRows: 15, alertRows: 3 },
  alert: { raiseAt: 0.62, quietRows: 2, rowsMax: 100_000 },
};
