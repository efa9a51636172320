import type { DecisionId, EntityRef, IncidentId } from './entity.ts';

/** Fault kinds of the catalogue, which are also the causes that a diagnosis may name. */
export const causeKinds = [
  'instance-crash',
  'instance-hang',
  'node-crash',
  'slow-node',
  'memory-leak',
  'disk-fill',
  'disk-errors',
  'partition',
  'partition-one-way',
  'packet-loss',
  'clock-skew',
  'hot-key',
  'poison-message',
  'load-surge',
  'bad-deploy',
  'config-error',
  'retry-storm',
  'leader-flapping',
  'zone-loss',
  'edge-link-loss',
  'cooling-failure',
  'telemetry-lost',
  'telemetry-frozen',
  'telemetry-lying',
  'hostile-text',
  'human-action',
] as const;
export type CauseKind = (typeof causeKinds)[number];

export const incidentStates = [
  'open',
  'planned',
  'waiting-approval',
  'acting',
  'verifying',
  'abstained',
  'escalated',
  'resolved',
] as const;
export type IncidentState = (typeof incidentStates)[number];

/** Correlated signals with one presumed cause. */
export interface Incident {
  readonly type: 'incident';
  readonly id: IncidentId;
  readonly atMs: number;
  readonly openedAtMs: number;
  readonly resolvedAtMs: number | null;
  readonly state: IncidentState;
  /** 1 (worst) to 4. */
  readonly severity: 1 | 2 | 3 | 4;
  readonly title: string;
  readonly entity: EntityRef;
  readonly signalIds: readonly string[];
  readonly decisionIds: readonly DecisionId[];
}

export interface Evidence {
  /** `E1`, `E2`: how screens and models refer to it. */
  readonly id: string;
  readonly signalId: string | null;
  readonly text: string;
}

export interface RankedCause {
  readonly kind: CauseKind;
  readonly entity: EntityRef;
  /** 0..1; the causes of one diagnosis need not sum to one, several may hold at once. */
  readonly confidence: number;
  readonly evidenceFor: readonly Evidence[];
  readonly evidenceAgainst: readonly Evidence[];
}

/** A diagnosis in which no cause is at least this likely abstains; one that is less likely only stands beside others. */
export const surelyRatio = 0.6;

/** Ranked causes of one incident. An empty list with a reason is an abstention, which is a result. */
export interface Diagnosis {
  readonly type: 'diagnosis';
  readonly incidentId: IncidentId;
  readonly atMs: number;
  readonly causes: readonly RankedCause[];
  /** What would settle it but was not seen. */
  readonly notSeen: readonly string[];
  readonly abstained: string | null;
  readonly model: string;
}
