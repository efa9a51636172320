import type { DecisionId, IncidentId } from './entity.ts';

export const outcomeResults = ['succeeded', 'failed', 'inconclusive', 'error'] as const;
export type OutcomeResult = (typeof outcomeResults)[number];

/** One claim beside what was measured. */
export interface SaidWas {
  readonly said: string;
  readonly was: string;
  readonly hit: boolean | null;
}

/** The verification's answer for one decision. Nothing measured is `inconclusive`, never `succeeded`. */
export interface Outcome {
  readonly type: 'outcome';
  readonly decisionId: DecisionId;
  readonly incidentId: IncidentId;
  readonly atMs: number;
  readonly result: OutcomeResult;
  /** What was undone, if anything. */
  readonly undone: 'not-needed' | 'undone' | 'undo-failed';
  readonly saidWas: readonly SaidWas[];
  readonly why: string;
}
