import type { EpisodeRules } from './episodes.ts';
import type { MultivariateSmoothing } from './multivariate.ts';
import type { Channel } from './multivariate-model.ts';
import type { FamilySpec, SeriesSettings, Voice } from './series-detector.ts';

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

export interface AnnouncedSeriesSettings {
  readonly detector: SeriesSettings;
  readonly memoryRows: number;
  readonly margin: number;
}

const shape: FamilySpec = { kind: 'motif', rowsPerPoint: 4, pointsPerShape: 2, shapesMax: 4000 };
const shaking: FamilySpec = { kind: 'restlessness', rows: 48, quantile: 0.99, keep: 'even' };

/** Any single series of which nothing is known, watched from its first row: one early announcement per event. */
export const unknownSeries: AnnouncedSeriesSettings = {
  detector: {
    voices: [
      voice({ kind: 'agreement', first: shape, second: shaking }, 1, 0.84),
      voice({ kind: 'record' }, 2, 0),
      voice({ kind: 'rare-step', rows: 10 }, 1, 1),
    ],
    scoreRows: 1,
  },
  memoryRows: 100,
  margin: 0.1,
};

export interface AlertedSeriesSettings {
  readonly detector: SeriesSettings;
  readonly alert: EpisodeRules;
}

/** Rates, counts and latencies of a service with a daily rhythm. */
export const serviceSeries: AlertedSeriesSettings = {
  detector: {
    voices: [
      serviceVoice({ kind: 'seasonal' }, 1),
      serviceVoice({ kind: 'departure', spanRows: 5 }, 0),
      serviceVoice({ kind: 'departure', spanRows: 24 }, 0),
      serviceVoice({ kind: 'restlessness', rows: 2, quantile: 0.95, keep: 'recent' }, 1),
    ],
    scoreRows: 2,
  },
  alert: { raiseAt: 3.34, quietRows: 3, rowsMax: 100_000 },
};

function voice(family: FamilySpec, weight: number, stepsUsual: number): Voice {
  return { family, weight, alertWeight: weight, stepsUsual, evidenceMax: 20 };
}

function serviceVoice(family: FamilySpec, alertWeight: number): Voice {
  return { family, weight: 1, alertWeight, stepsUsual: 0, evidenceMax: 4 };
}
