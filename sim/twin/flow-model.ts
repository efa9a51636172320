import type { InstanceState, Inventory, WorkloadRole } from '../../model/inventory.ts';
import type { Slo } from '../../model/slo.ts';

/*
 * The cluster as flows: messages arrive, wait, and are worked off by instances that can be up or down. Numbers are
 * calibrated from the recent past; what the past does not tell is assumed, and said.
 */

export interface FlowInstance {
  readonly id: string;
  readonly workloadId: string;
  readonly nodeId: string;
  /** Index of its node; -1 for one that is not in the inventory. */
  readonly node: number;
  readonly role: WorkloadRole;
  readonly state: InstanceState;
  /** Index of the queue that it reads; -1 for none. */
  readonly consumes: number;
  readonly works: boolean;
  /** Runs without progress, and what it was to read waits for it. */
  readonly holdsMessages: boolean;
  /** How long it has been without progress, ms; 0 for one that works. */
  readonly silentMs: number;
  /** Indexes of the instances of each service that it calls: without one of each it gets nothing done. */
  readonly needs: readonly (readonly number[])[];
  /** Items that it can work off per step as it is, and once it has been started anew. */
  readonly perStep: number;
  readonly soundPerStep: number;
  /** How long it has been as fast as it is now, ms. */
  readonly slowForMs: number;
  /** NaN where unknown. */
  readonly memoryBytes: number;
  readonly baseBytes: number;
  readonly limitBytes: number;
  readonly growthPerStep: number;
  readonly growthSdPerStep: number;
  readonly soundGrowthPerStep: number;
}

export interface FlowQueue {
  readonly id: string;
  readonly depth: number;
  readonly ageMs: number;
  /** Age while nothing waits, ms. */
  readonly restAgeMs: number;
  readonly paused: boolean;
  /** Each partition is read by one reader; null where all readers share the queue. */
  readonly partitions: number | null;
  /** Share of what its readers could do that was done while messages waited. */
  readonly efficiency: number;
  readonly arrivals: ArrivalModel;
  /** Indexes of the instances that read it, and that write to it. */
  readonly readers: readonly number[];
  readonly writers: readonly number[];
  readonly groups: readonly number[];
  /** Accepts and delivers nothing now. */
  readonly blocked: boolean;
}

/** Arrivals per step: a level, its drift, and how long the present regime has lasted. */
export interface ArrivalModel {
  readonly level: number;
  /** Level before the present regime began; equal to `level` where there was no change. */
  readonly before: number;
  readonly regimeSteps: number;
  readonly slopePerStep: number;
  /** Standard deviation of one step's count around the level, and of the level's own walk from step to step. */
  readonly noise: number;
  readonly walk: number;
}

export interface FlowGroup {
  readonly id: string;
  readonly members: readonly number[];
  readonly leader: number;
  readonly quorum: number;
  /** How long its changes of leader took in the past, ms. */
  readonly failoversMs: readonly number[];
}

export interface FlowSlo {
  readonly slo: Slo;
  readonly queue: number;
  readonly of: 'age' | 'depth';
}

export interface FlowNode {
  readonly id: string;
  /** Free space on its disk and how fast it shrinks, bytes; infinite and 0 where unknown. */
  readonly freeBytes: number;
  readonly growthPerStep: number;
  readonly growthSdPerStep: number;
}

export interface FlowModel {
  readonly stepMs: number;
  readonly inventory: Inventory;
  readonly instances: readonly FlowInstance[];
  readonly queues: readonly FlowQueue[];
  readonly groups: readonly FlowGroup[];
  readonly nodes: readonly FlowNode[];
  readonly slos: readonly FlowSlo[];
  readonly assumptions: readonly string[];
}
