import type { Action } from '../../model/action.ts';
import type { ActionId } from '../../model/entity.ts';
import type { AgentRecord } from '../../model/record.ts';
import type { CoreRequest, StepResult } from '../core.ts';
import type { ActionAnswer } from '../ports.ts';
import type { ExecutionContext, Executions } from './execution.ts';

/** Calls that are remembered for a late answer; the oldest are forgotten beyond this. */
const looseMax = 256;

/** Remembers a call that went on without the engine's own answer. */
export function keepLoose({ loose }: Executions, action: Action): void {
  loose.set(action.id, action);
  const [oldest] = loose.keys();
  if (loose.size > looseMax && oldest !== undefined) loose.delete(oldest);
}

/**
 * An answer that came after the plan had gone on without it. It changes no course any more, but the record must be
 * true; an effect that had been read back as absent and then appears is a person's business.
 */
export function settleLoose(
  { loose }: Executions,
  actionId: ActionId,
  answer: ActionAnswer,
  { nowMs }: ExecutionContext,
): StepResult {
  const known = loose.get(actionId);
  if (known === undefined || answer.status === 'unknown') return { records: [], requests: [] };
  loose.delete(actionId);
  const state = answer.status === 'refused' ? 'refused' : 'answered';
  if (known.state === state) return { records: [], requests: [] };
  const records: AgentRecord[] = [
    { ...known, atMs: nowMs, state, ok: answer.status === 'ok', detail: `late: ${answer.detail}` },
  ];
  const requests: CoreRequest[] = [];
  if (state === 'answered') {
    const { decisionId, incidentId, spec } = known;
    const title = `${actionId}: a late effect of ${spec.name} on ${spec.target.id}`;
    const text = `it had been taken as ${known.state}; the engine now says: ${answer.detail}`;
    requests.push({ type: 'notify', note: { severity: 2, title, text, incidentId, decisionId } });
  }
  return { records, requests };
}
