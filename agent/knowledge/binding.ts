import { entityKey } from '../../model/entity.ts';
import { isBad } from '../guard/track-record.ts';
import { type Knowledge, rememberedMs } from './knowledge.ts';
import { pastActions } from './track-record.ts';

/**
 * What the journal says that still keeps the agent from something, or that its next steps rest on, in words: pauses,
 * holds, silences, open breakers, plans without an outcome, what budgets and track records count, and the last ids given
 * out. What a person lifted is not among them: without it the agent would only do less.
 */
export function whatBinds(knowledge: Knowledge, nowMs: number): ReadonlySet<string> {
  const { paused, holds, decisions, lastDecisionNumber, lastIncidentNumber } = knowledge;
  const said: string[] = [`the last ids: D-${lastDecisionNumber}, INC-${lastIncidentNumber}`];
  if (paused !== null) said.push(`the pause: ${paused}`);
  for (const [key, hold] of holds) if (hold.untilMs > nowMs) said.push(`the hold on ${key}: ${hold.why}`);
  for (const { id, actions, outcome } of decisions.values()) {
    if (actions.size > 0 && outcome === null) said.push(`${id}, which has no outcome yet`);
  }
  return new Set([...said, ...countedActions(knowledge, nowMs), ...ofControls(knowledge, nowMs)]);
}

/** What budgets, cooldowns and records count: of what is long past only failures that no person has reset. */
function countedActions(knowledge: Knowledge, nowMs: number): string[] {
  const resetsAtMs = new Map<string | null, number>();
  for (const { event, rule, atMs } of knowledge.controls) {
    if (event === 'record-reset' && rule !== undefined) resetsAtMs.set(rule, atMs);
  }
  return pastActions(knowledge, nowMs)
    .filter((past) => past.atMs >= nowMs - rememberedMs || past.atMs >= (resetsAtMs.get(past.rule) ?? 0))
    .map((past) => {
      const what = `${past.name ?? 'a change'} on ${entityKey(past.target)}`;
      const isFailure = isBad(past) ? `; homeostat record reset ${past.rule} lifts it` : '';
      return `${past.decisionId ?? past.by}: ${what} at ${past.atMs}, ${past.outcome}${isFailure}`;
    });
}

function ofControls({ controls }: Knowledge, nowMs: number): string[] {
  const last = new Map<string, string | null>();
  for (const { event, entity, untilMs, why, incidentId } of controls) {
    const key = entity === null ? '' : entityKey(entity);
    if (event === 'breaker-opened') last.set(`breaker ${key}`, `the breaker on ${key}: ${why}`);
    if (event === 'breaker-reset') last.set(`breaker ${key}`, null);
    if (event === 'silenced') {
      last.set(`silence ${incidentId}`, (untilMs ?? 0) > nowMs ? `the silence of ${incidentId}: ${why}` : null);
    }
  }
  return [...last.values()].filter((text) => text !== null);
}
