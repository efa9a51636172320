import { type ActionSpec, onlyCall, type RiskClass } from './actions.ts';
import type { ClusterId, DecisionId, EntityRef, IncidentId } from './entity.ts';
import type { CauseKind } from './incident.ts';

/** What the instances and capacity that a plan touches amount to, counted on facts and never on text. */
export interface BlastRadius {
  /** Instances the plan takes away, moves or restarts, healthy or not. */
  readonly instances: readonly string[];
  /** Those of them that are healthy now: what the plan costs. */
  readonly healthyInstances: readonly string[];
  readonly workloads: readonly string[];
  readonly replicaGroups: readonly string[];
  readonly zones: readonly string[];
  /** Largest share of any workload's desired capacity that the plan takes from healthy members, 0..1. */
  readonly capacityRatio: number;
}

/** What a plan binds to: when any of it changes, the plan and its approval are withdrawn. */
export interface Footprint {
  readonly clusterId: ClusterId;
  /** Generation per target, as `instance/worker-3` -> 4; workloads bind to their desired count, groups to their leader. */
  readonly targets: Readonly<Record<string, string>>;
  /** Members of the replica groups and workloads that the plan touches. */
  readonly members: readonly string[];
}

/** A measurable claim about the effect of a plan, scored when its time comes. */
export interface PredictedEffect {
  readonly entity: EntityRef;
  readonly metric: string;
  readonly becomes: 'below' | 'above';
  readonly value: number;
  readonly withinMs: number;
  readonly probability: number;
}

export interface PlanStep {
  readonly id: string;
  readonly action: ActionSpec;
  readonly timeoutMs: number;
  readonly predict: PredictedEffect | null;
  /** Stored before acting. Null only with a reason. */
  readonly undo: ActionSpec | null;
  readonly undoReason: string | null;
}

export interface Verification {
  /** Healthy delay before believing anything. */
  readonly afterMs: number;
  readonly withinMs: number;
  /** CEL expressions over fresh facts, with `target` bound per step target; all must hold. */
  readonly expect: readonly string[];
}

/** 80 % interval around the median. */
export type Interval80 = readonly [p10: number, p50: number, p90: number];

/** SLO-milliseconds lost from the rehearsal until `afterMs` later. */
export interface RehearsedLoss {
  readonly afterMs: number;
  readonly doNothing: Interval80;
  readonly withPlan: Interval80;
}

/** What the twin said before the plan ran. */
export type Rehearsal =
  | { readonly status: 'none'; readonly why: string }
  | { readonly status: 'cannot-rehearse'; readonly why: string }
  | {
      readonly status: 'rehearsed';
      /** SLO-milliseconds lost over the horizon. */
      readonly doNothing: Interval80;
      readonly withPlan: Interval80;
      /** What the plan spares, per pair of samples; negative where it costs more than it spares. */
      readonly spared: Interval80;
      /** Share of paired samples in which doing nothing would have recovered by itself. */
      readonly recoversAlone: number;
      readonly horizonMs: number;
      /** The same loss up to moments before the horizon, so that it can be held against what was measured. */
      readonly checkpoints: readonly RehearsedLoss[];
      readonly assumptions: readonly string[];
    };

/** One proposal for one incident. The hash covers everything that an approver agrees to. */
export interface Plan {
  readonly type: 'plan';
  readonly decisionId: DecisionId;
  readonly incidentId: IncidentId;
  readonly revision: number;
  readonly atMs: number;
  readonly playbook: string;
  readonly cause: {
    readonly kind: CauseKind;
    readonly entity: EntityRef;
    readonly confidence: number;
    readonly signals: number;
  };
  readonly summary: string;
  readonly steps: readonly PlanStep[];
  /** Conditions checked before the plan and again after approval (CEL). */
  readonly checks: readonly string[];
  readonly verification: Verification;
  readonly cooldownMs: number;
  readonly risk: RiskClass;
  readonly blastRadius: BlastRadius;
  readonly footprint: Footprint;
  readonly rehearsal: Rehearsal;
  readonly origin: 'rules' | 'model' | 'person';
  /** Hex SHA-256 over playbook, steps, checks, verification and footprint. */
  readonly planHash: string;
}

/** Whether all that a plan does is to call a person. */
export function isPage({ steps }: Pick<Plan, 'steps'>): boolean {
  return onlyCall(steps.map(({ action }) => action));
}
