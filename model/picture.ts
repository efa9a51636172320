import type { EntityRef } from './entity.ts';
import type { Inventory } from './inventory.ts';
import type { Slo } from './slo.ts';

/** The recent past of one series on the grid of its picture. */
export interface PicturedSeries {
  readonly entity: EntityRef;
  readonly metric: string;
  readonly type: 'gauge' | 'counter';
  /** Last sample of each step, oldest first, in the metric's unit; NaN where none was measured. */
  readonly values: Float64Array;
}

/** What the agent knows of the cluster at one moment: all that a twin is built from. Plain data, bounded in size. */
export interface ClusterPicture {
  readonly atMs: number;
  readonly stepMs: number;
  /** Length of every series; step `i` ends `(steps - 1 - i) * stepMs` before `atMs`. */
  readonly steps: number;
  readonly inventory: Inventory;
  readonly slos: readonly Slo[];
  readonly series: readonly PicturedSeries[];
  /** Series that found no room in the picture. */
  readonly leftOut: number;
}
