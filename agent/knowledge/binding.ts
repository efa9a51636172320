import { entityKey } from '../../model/entity.ts';
import type { Knowledge } from './knowledge.ts';
import { pastActions } from './track-record.ts';

/**
 * What the journal says that still keeps the agent from something, or that its next steps rest on, in words: pauses,
 * holds, open breakers, plans without an outcome, what budgets and track records count, and the last ids given out.
 */
export function whatBinds(knowledge: Knowledge, nowMs: number): ReadonlySet<string> {
  const { paused, holds, decisions, lastDecisionNumber, lastIncidentNumber } = knowledge;
  const said: string[] = [`the last ids: D-${lastDecisionNumber}, INC-${lastIncidentNumber}`];
  if (paused !== null) said.push(`the pause: ${paused}`);
  for (const [key, hold] of holds) if (hold.untilMs > nowMs) said.push(`the hold on ${key}: ${hold.why}`);
  for (const { id, actions, outcome } of decisions.values()) {
    if (actions.size > 0 && outcome === null) said.push(`${id}, which has no outcome yet`);
  }
  for (const past of pastActions(knowledge, nowMs)) {
    const what = `${past.name ?? 'a change'} on ${entityKey(past.target)}`;
    said.push(`${past.decisionId ?? past.by} ${what}: ${past.outcome} (in budgets and records, from ${past.atMs})`);
  }
  return new Set([...said, ...ofControls(knowledge)]);
}

/** What people and the agent said last about a breaker or a record, and about noise. */
function ofControls({ controls }: Knowledge): string[] {
  const last = new Map<string, string>();
  for (const { event, entity, rule, atMs, incidentId } of controls) {
    if (event === 'breaker-opened' || event === 'breaker-reset') {
      const key = entity === null ? '' : entityKey(entity);
      last.set(`breaker ${key}`, `the breaker on ${key}: ${event} at ${atMs}`);
    }
    if (event === 'record-reset') last.set(`record ${rule}`, `the reset of the record of ${rule} at ${atMs}`);
    if (event === 'silenced') last.set(`silence ${incidentId}`, `the silence of ${incidentId} at ${atMs}`);
  }
  return [...last.values()];
}
