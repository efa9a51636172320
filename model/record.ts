import type { Action } from './action.ts';
import type { Approval, Person } from './approval.ts';
import type { DecisionId, EntityRef, IncidentId } from './entity.ts';
import type { FailurePrediction, Forecast } from './forecast.ts';
import type { Diagnosis, Incident } from './incident.ts';
import type { ModelCard, ModelChange } from './model-card.ts';
import type { Outcome } from './outcome.ts';
import type { Plan } from './plan.ts';
import type { Signal } from './signal.ts';
import type { Mode, Verdict } from './verdict.ts';

/** A person's or the system's change to the agent itself: hold, pause, policy load, lease, start and stop. */
export interface ControlRecord {
  readonly type: 'control';
  readonly atMs: number;
  readonly event:
    | 'started'
    | 'stopped'
    | 'paused'
    | 'resumed'
    | 'stop-engaged'
    | 'held'
    | 'released'
    | 'silenced'
    | 'owned'
    | 'stop-after-step'
    | 'policy-loaded'
    | 'policy-rejected'
    | 'lease-acquired'
    | 'lease-lost'
    | 'breaker-opened'
    | 'breaker-reset'
    | 'record-reset'
    | 'person-change-seen'
    | 'paged'
    | 'erased'
    | 'snapshot-taken';
  readonly person: Person | null;
  readonly entity: EntityRef | null;
  readonly decisionId: DecisionId | null;
  readonly incidentId: IncidentId | null;
  readonly mode: Mode | null;
  readonly untilMs: number | null;
  /** The policy rule whose track record was reset. */
  readonly rule?: string;
  /** First and last journal row whose content was erased; their hashes stay, so the chain still verifies. */
  readonly erasedRows?: readonly [fromSeq: number, toSeq: number];
  /** What is known up to a row, kept beside the journal: its SHA-256. */
  readonly snapshot?: { readonly seq: number; readonly digest: string };
  readonly why: string;
}

/** What the adviser was asked and what came of it; the transcript is replayable. */
export interface Advice {
  readonly type: 'advice';
  readonly decisionId: DecisionId;
  readonly incidentId: IncidentId;
  readonly atMs: number;
  readonly result: 'used' | 'agreed' | 'ignored' | 'invalid' | 'late' | 'failed' | 'over-budget';
  readonly why: string;
  readonly model: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Handles of the causes in the adviser's order; it changes what people read, never what is planned. */
  readonly causeOrder?: readonly string[];
  readonly explanation?: string;
  /** Redacted request and raw reply, as sent and received. */
  readonly transcript: { readonly request: string; readonly reply: string | null };
}

export type AgentRecord =
  | Signal
  | Forecast
  | FailurePrediction
  | Incident
  | Diagnosis
  | Plan
  | Verdict
  | Approval
  | Action
  | Outcome
  | ControlRecord
  | Advice
  | ModelChange
  | ModelCard;

/** One row of the journal: append-only, hash-chained. */
export interface JournalRow {
  readonly seq: number;
  readonly atMs: number;
  readonly record: AgentRecord;
  readonly prevHash: string;
  readonly hash: string;
}
