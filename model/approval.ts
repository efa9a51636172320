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
  /** Groups of the policy's `people` that the person was in when answering. */
  readonly groups?: readonly string[];
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
  /** Who asked for the plan, where a person did; they may not approve it. */
  readonly requestedBy?: Person | null;
  /** Why it ended, in words, for the states that end it. */
  readonly why: string | null;
}
