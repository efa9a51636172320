import type { EntityRef } from '../../model/entity.ts';
import type { PlanStep } from '../../model/plan.ts';
import type { Turn } from './execution.ts';

/** Limit of one fresh read of all sources, ms. */
const factsTimeoutMs = 5_000;

/** Limit of one read-back, ms. */
export const readBackTimeoutMs = 5_000;

/**
 * Longest call to an engine, ms. The lease must last at least as long when the call leaves, so it must live longer
 * than this; a step that takes longer is followed by read-backs until its own limit.
 */
const callTimeoutMaxMs = 20_000;

/** How much later than its limit an answer may still come before silence counts as one, ms. */
const lateMs = 1_000;

export function callTimeoutMs(step: PlanStep): number {
  return Math.min(step.timeoutMs, callTimeoutMaxMs);
}

/** When the shell must have been told the answer to a call that leaves now. */
export function answerDueAtMs(nowMs: number, timeoutMs: number): number {
  return nowMs + timeoutMs + lateMs;
}

/** Sends the request that the phase is due to send, if none is outstanding and the lease is held. */
export function ask({ execution, context, requests }: Turn): void {
  const { nowMs, epoch } = context;
  if (execution.waitsUntilMs !== null || nowMs < execution.nextAtMs || epoch === null) return;
  switch (execution.phase) {
    case 'checking':
    case 'verifying': {
      const { decisionId } = execution.plan;
      const entities = entitiesOf(execution.plan.steps);
      requests.push({ type: 'read-facts', decisionId, entities, timeoutMs: factsTimeoutMs });
      execution.waitsUntilMs = answerDueAtMs(nowMs, factsTimeoutMs);
      return;
    }
    case 'reading-back':
      if (execution.intended === null) return;
      requests.push({ type: 'read-back', action: execution.intended, timeoutMs: readBackTimeoutMs });
      execution.waitsUntilMs = answerDueAtMs(nowMs, readBackTimeoutMs);
      return;
    case 'acting':
      // The call left with the verdict on it, in the turn that entered this phase.
      return;
    default:
      execution.phase satisfies never;
  }
}

/** Every entity that the plan acts on or makes a claim about, each once. */
function entitiesOf(steps: readonly PlanStep[]): readonly EntityRef[] {
  const claimed = steps.flatMap((step) => (step.predict === null ? [] : [step.predict.entity]));
  const all = [...steps.map((step) => step.action.target), ...claimed];
  return [...new Map(all.map((entity) => [`${entity.kind}/${entity.id}`, entity])).values()];
}
