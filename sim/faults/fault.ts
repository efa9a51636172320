import type { ActionName, ActionSpec } from '../../model/actions.ts';
import type { EntityKind, EntityRef } from '../../model/entity.ts';
import type { CauseKind } from '../../model/incident.ts';
import type { ClusterState } from '../cluster/state.ts';

/** What a parameter of a fault is measured in, and how a scenario writes it. */
export type ParamUnit = 'ratio' | 'factor' | 'duration' | 'bytes-per-time' | 'per-second' | 'text' | 'flag';

export interface ParamSpec {
  readonly unit: ParamUnit;
  /** Limits in base units (ms, bytes per ms); null for text and flags. */
  readonly range: readonly [least: number, most: number] | null;
  readonly fallback: number | string | boolean;
  /** For texts: the only ones that are meant. */
  readonly oneOf?: readonly string[];
  readonly means: string;
}

export type ParamValue = number | string | boolean | Readonly<Record<string, unknown>>;

/** One fault of a run, bound to its target. */
export interface Fault {
  /** `F-1`, in the order of the scenario file. */
  readonly id: string;
  readonly kind: CauseKind;
  readonly target: EntityRef;
  readonly atMs: number;
  /** Ends by itself after this; null: it stays until somebody mends it. */
  readonly lastsMs: number | null;
  readonly params: Readonly<Record<string, ParamValue>>;
}

/** How a person of the scenario lays hands on the cluster. */
export type PersonActs = (name: string, spec: ActionSpec) => void;

/** One kind of fault: what it does to the world, how it shows whether it still does, how it ends. */
export interface FaultKind {
  readonly kind: CauseKind;
  readonly means: string;
  readonly targets: readonly EntityKind[];
  /** Where not every kind of target goes with every parameter: those that do with these. */
  targetsOf?(params: Fault['params']): readonly EntityKind[];
  readonly onset: 'sudden' | 'creeping' | 'intermittent';
  readonly params: Readonly<Record<string, ParamSpec>>;
  /** Actions that address it; anything else done to it is needless. */
  readonly addressedBy: readonly ActionName[];
  begin(state: ClusterState, fault: Fault, person: PersonActs): void;
  /** Once per tick while live: what creeps or comes and goes. */
  advance?(state: ClusterState, fault: Fault, dtMs: number): void;
  /** Takes its hands off the world; called at the end of `lasts` and when it is mended. */
  end(state: ClusterState, fault: Fault): void;
  /** Whether its effect is still there. */
  isLive(state: ClusterState, fault: Fault): boolean;
}

export const numberOf = (fault: Fault, name: string): number => Number(fault.params[name]);
export const textOf = (fault: Fault, name: string): string => String(fault.params[name]);
