import type { ActionSpec } from './actions.ts';
import type { ActionId, DecisionId, IncidentId } from './entity.ts';

/**
 * intended -> (answered | refused | unknown); unknown -> (answered | refused) once read back.
 * `refused` means that nothing was changed; `unknown` that we cannot tell yet; `answered` without `ok` that some of it
 * took effect and the rest will not.
 */
export const actionStates = ['intended', 'answered', 'refused', 'unknown'] as const;
export type ActionState = (typeof actionStates)[number];

/** One call to the cluster. Its `intended` record is durable before the request leaves. */
export interface Action {
  readonly type: 'action';
  readonly id: ActionId;
  readonly decisionId: DecisionId;
  readonly incidentId: IncidentId;
  readonly atMs: number;
  readonly stepId: string;
  readonly purpose: 'apply' | 'undo';
  readonly spec: ActionSpec;
  readonly undo: ActionSpec | null;
  readonly state: ActionState;
  /** Fencing token of the lease under which it was issued. */
  readonly epoch: number;
  /** The target's generation that the caller saw; engines that can compare it must. */
  readonly generation: string | null;
  /**
   * When the target's process had started, by the engine's clock, as the caller saw it; null where none ran. A read-back
   * compares it with what the engine says then, since the caller's own clock may differ. Absent in older journals.
   */
  readonly startedAtMs?: number | null | undefined;
  readonly ok: boolean | null;
  /** The engine's answer or the reason for refusing, in one line. */
  readonly detail: string | null;
}
