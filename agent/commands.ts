import type { Person } from '../model/approval.ts';
import type { DecisionId, EntityRef, IncidentId } from '../model/entity.ts';

/** What a person may tell the agent. Every face (terminal, chat, CLI, API) uses this one door. */
export type Command =
  | {
      readonly type: 'answer';
      readonly decisionId: DecisionId;
      readonly planHash: string;
      readonly answer: 'approve' | 'deny';
      readonly reason: string | null;
    }
  | { readonly type: 'revoke'; readonly decisionId: DecisionId; readonly reason: string | null }
  | { readonly type: 'pause'; readonly why: string; readonly now: boolean }
  | { readonly type: 'resume'; readonly why: string }
  | { readonly type: 'hold'; readonly entity: EntityRef; readonly forMs: number; readonly why: string }
  | { readonly type: 'release'; readonly entity: EntityRef; readonly why: string }
  | { readonly type: 'silence'; readonly incidentId: IncidentId; readonly forMs: number; readonly why: string }
  | { readonly type: 'own'; readonly incidentId: IncidentId }
  | { readonly type: 'stop-after-step'; readonly decisionId: DecisionId; readonly why: string }
  | { readonly type: 'reset-breaker'; readonly entity: EntityRef; readonly why: string }
  | { readonly type: 'reset-record'; readonly rule: string; readonly why: string };

export interface CommandRequest {
  /** Unique per attempt; the same key again returns the first result. */
  readonly idempotencyKey: string;
  readonly person: Person;
  /** Groups of the policy's `people` that the person is in now, as the face established them. */
  readonly command: Command;
}

export type CommandResult =
  | { readonly ok: true; readonly message: string }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly hint: string | null };
