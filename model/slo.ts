import type { EntityRef } from './entity.ts';

/** A service-level objective declared in `homeostat.yaml`: the metric of the entity stays below (or above) the bound. */
export interface Slo {
  readonly id: string;
  readonly entity: EntityRef;
  readonly metric: string;
  readonly direction: 'below' | 'above';
  /** In the metric's own unit. */
  readonly bound: number;
  /** Share of time that must be good, such as 0.99. */
  readonly target: number;
  readonly windowMs: number;
}

/** How an SLO stands now. `budgetRatio` is the share of the error budget still unspent: 1 untouched, 0 or less spent. */
export interface SloStatus {
  readonly sloId: string;
  readonly value: number | null;
  readonly good: boolean | null;
  readonly badMs: number;
  readonly budgetRatio: number;
}
