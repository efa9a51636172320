import type { DecisionId, IncidentId } from './entity.ts';

export const modes = ['observe', 'propose', 'guarded', 'autonomous'] as const;
export type Mode = (typeof modes)[number];

/** Strictest first: `deny > ask > auto`. */
export const effects = ['deny', 'ask', 'auto'] as const;
export type Effect = (typeof effects)[number];

/** One limit, rule or brake that was looked at, with its numbers. */
export interface Check {
  /** Such as `limits.targetsAtOnce`, `rule.restart-worker`, `mode`, `stop`. */
  readonly name: string;
  readonly ok: boolean;
  /** What this check alone would answer. */
  readonly effect: Effect;
  /** With numbers: "2 targets of at most 2". */
  readonly why: string;
  /** A stable code of `model/reason-codes.ts` where the check did not pass. */
  readonly code: string | null;
  /** Where waiting alone would help: how long, in ms. */
  readonly retryAfterMs: number | null;
}

export interface ApprovalNeed {
  readonly from: readonly string[];
  readonly need: number;
  readonly oneFromEach: boolean;
  readonly expiresMs: number;
}

/** The guard's answer for one plan. */
export interface Verdict {
  readonly type: 'verdict';
  readonly decisionId: DecisionId;
  readonly incidentId: IncidentId;
  readonly atMs: number;
  readonly effect: Effect;
  /** In mode `observe`, what the effect would have been otherwise. */
  readonly wouldEffect: Effect | null;
  /** The rule or limit that decided, such as `restart-worker`, `limits.keepQuorum` or `default`. */
  readonly rule: string;
  readonly why: string;
  readonly checks: readonly Check[];
  readonly wouldBeAutoIf: readonly string[];
  readonly approval: ApprovalNeed | null;
  readonly retryAfterMs: number | null;
  readonly mode: Mode;
  readonly policyHash: string;
}
