import type { DecisionId, IncidentId } from './entity.ts';
import type { ApprovalNeed } from './verdict.ts';

export const approvalStates = [
  'requested',
  'approved',
  'rejected',
  'expired',
  'withdrawn',
  'revoked',
  'superseded',
] as const;
export type ApprovalState = (typeof approvalStates)[number];

/** Who did something, by the identity that the face proved; a display name is never an identity. */
export interface Person {
  /** `unix:maria`, `slack:U012AB`, `token:ci`. */
  readonly id: string;
  readonly via: 'cli' | 'tui' | 'slack' | 'api' | 'policy' | 'scenario';
}

export interface ApprovalAnswer {
  readonly person: Person;
  readonly answer: 'approve' | 'deny';
  readonly atMs: number;
  readonly reason: string | null;
}

/** One question to people, bound to one plan hash. Owned by the agent; every face is a view of it. */
export interface Approval {
  readonly type: 'approval';
  readonly id: DecisionId;
  readonly incidentId: IncidentId;
  readonly atMs: number;
  readonly planHash: string;
  readonly need: ApprovalNeed;
  readonly state: ApprovalState;
  readonly requestedAtMs: number;
  readonly expiresAtMs: number;
  readonly answers: readonly ApprovalAnswer[];
  /** Why it ended, in words, for the states that end it. */
  readonly why: string | null;
}
