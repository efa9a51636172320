import type { Person } from './approval.ts';

export const modelTasks = ['forecast', 'failure', 'detect'] as const;
export type ModelTask = (typeof modelTasks)[number];

/** Where a model's parameters come from; null where the file of a model that comes with the product does not say. */
export interface ModelLineage {
  /** Grows with every fit. */
  readonly version: number;
  readonly fittedAtMs: number | null;
  /** First and last moment of the data that it was fitted on. */
  readonly dataFromMs: number | null;
  readonly dataToMs: number | null;
  readonly samples: number | null;
  readonly parameters: Readonly<Record<string, number>>;
  /** Error on origins that the fit had not seen, over that of "it stays as it is"; null without a back-test. */
  readonly backtestRatio: number | null;
}

/** One model that competes for a series, or serves it. */
export interface Contender {
  readonly model: string;
  readonly state: 'serves' | 'shadows' | 'needs-history';
  /** Forecasts that were held against what came. */
  readonly scored: number;
  /** Mean absolute error over the mean level, of late; null before enough was scored. */
  readonly errorRatio: number | null;
  /** Error over that of "it stays as it is", of late; below 1 is better. */
  readonly skillRatio: number | null;
  readonly lineage: ModelLineage | null;
}

/** How the models of one family of task stand on one series: the registry's entry, written when it changes and hourly. */
export interface ModelCard {
  readonly type: 'model-card';
  readonly atMs: number;
  readonly task: ModelTask;
  /** `queue/orders:queue.depth`. */
  readonly series: string;
  readonly champion: string;
  /** Who served before; what a rollback returns to. */
  readonly former: string | null;
  /** A person's word wins over every promotion. */
  readonly pinned: boolean;
  readonly drifts: number;
  readonly contenders: readonly Contender[];
}

/** A model that was promoted, demoted, pinned, unpinned, rolled back or found to drift. */
export interface ModelChange {
  readonly type: 'model-change';
  readonly atMs: number;
  readonly task: ModelTask;
  readonly series: string;
  readonly change: 'promoted' | 'demoted' | 'drifted' | 'pinned' | 'unpinned' | 'rolled-back';
  readonly from: string | null;
  readonly to: string;
  readonly person: Person | null;
  readonly why: string;
}
