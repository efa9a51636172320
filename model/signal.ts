import type { EntityRef } from './entity.ts';

/** What sort of abnormality one detector found. */
export const signalKinds = [
  'missing',
  'not-ready',
  'hung',
  'paused',
  'unreachable',
  'killed-for-memory',
  'node-down',
  'level-high',
  'level-low',
  'change-point',
  'trend-to-limit',
  'backlog-growing',
  'peer-outlier',
  'multivariate',
  'slo-burn',
  'quorum-at-risk',
  'leader-flapping',
  'log-new',
  'log-burst',
  'log-vanished',
  'data-stale',
  'data-frozen',
  'data-unit',
  'inventory-collapsed',
  'changed',
] as const;
export type SignalKind = (typeof signalKinds)[number];

/** What a value is usual of: the last minutes, this time of day, or this time of the week. */
export const rhythms = ['recent', 'hour-of-day', 'hour-of-week'] as const;
export type Rhythm = (typeof rhythms)[number];

/** The numbers behind a signal, as of its `atMs`, in the unit of the metric; a counter's is per second (`By/s`). */
export interface SignalNumbers {
  readonly value: number;
  readonly unit: string;
  /** Two deviations on either side of what is usual; null where the past is not what it was judged by. */
  readonly usual: { readonly low: number; readonly high: number; readonly of: Rhythm } | null;
  /** What others of its kind had at that moment; null where it has fewer than two. */
  readonly peers: { readonly count: number; readonly median: number } | null;
  /** Where it hurts: the bound of an SLO, a memory limit, the size of a disk; absent where none was looked at. */
  readonly limit?: number;
}

/** One detector's finding about one entity. It stays one signal (same id) from its onset until it clears. */
export interface Signal {
  readonly type: 'signal';
  /** Stable while the finding lasts: `not-ready:instance/worker-3`. */
  readonly id: string;
  readonly atMs: number;
  readonly kind: SignalKind;
  readonly entity: EntityRef;
  readonly metric: string | null;
  /** First moment at which the evidence points to the fault. */
  readonly sinceMs: number;
  /** null while it is raised. */
  readonly clearedAtMs: number | null;
  /** Detector's own scale, larger is stranger; robust z where there is one. */
  readonly score: number;
  readonly severity: 'info' | 'warning' | 'critical';
  /** The detector that said so, such as `robust-z`. */
  readonly model: string;
  /** One sentence with numbers: "4.1 s, usual 0.2-0.4 at this hour; peers 0.2". */
  readonly explanation: string;
  /** Absent where a state, an event or a text was judged and no number. */
  readonly numbers?: SignalNumbers;
}
