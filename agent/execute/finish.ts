import type { EntityRef } from '../../model/entity.ts';
import type { Outcome, OutcomeResult } from '../../model/outcome.ts';
import type { ControlRecord } from '../../model/record.ts';
import { type Execution, stepOf, type Turn, targetsOf } from './execution.ts';
import { saidAgainstWas } from './said-was.ts';

/** How long a target stays in quarantine unless a person releases it, ms: a year. */
const quarantineMs = 365 * 24 * 3_600_000;

/** Ends an execution whose effects were taken back, or could not be. */
export function endUndone(turn: Turn, undone: Outcome['undone'], undoWhy: string | null): void {
  const { failure } = turn.execution;
  const why = [failure?.why, undoWhy === null ? null : `undo: ${undoWhy}`].filter((part) => part != null).join('; ');
  finish(turn, failure?.result ?? 'error', undone, why);
}

/**
 * Writes the one outcome of a decision. Everything but a success reaches a person, and where effects are left that
 * could be neither confirmed nor taken back, the targets are quarantined: held until a person releases them.
 */
export function finish(turn: Turn, result: OutcomeResult, undone: Outcome['undone'], why: string): void {
  const { execution, executions, context, records } = turn;
  const { decisionId, incidentId } = execution.plan;
  executions.running.delete(decisionId);
  records.push({
    type: 'outcome',
    decisionId,
    incidentId,
    atMs: context.nowMs,
    result,
    undone,
    saidWas: saidAgainstWas(execution, context),
    why,
  });
  if (result === 'succeeded' || execution.actionsSent === 0) return;
  if (undone === 'undo-failed') quarantine(turn, why);
  page(turn, result, undone, why);
}

function quarantine({ execution, context, records }: Turn, why: string): void {
  const left = [...execution.applied, execution.stepIndex].map((index) => stepOf({ ...execution, stepIndex: index }));
  // A page leaves nothing behind: holding the cluster because one may not have arrived would end all mending.
  const changes = left.filter(({ action }) => action.name !== 'person.page');
  const targets = new Map(changes.map(({ action }) => [`${action.target.kind}/${action.target.id}`, action.target]));
  for (const entity of targets.values()) {
    const untilMs = context.nowMs + quarantineMs;
    records.push(control(execution, context.nowMs, 'held', `quarantined: ${why}`, { entity, untilMs }));
  }
}

function page(
  { execution, context, records, requests }: Turn,
  result: OutcomeResult,
  undone: Outcome['undone'],
  why: string,
) {
  const { decisionId, incidentId, summary } = execution.plan;
  const title = `${decisionId} ${result}${undone === 'not-needed' ? '' : `, ${undone}`}: ${summary}`;
  records.push(
    control(execution, context.nowMs, 'paged', `${title}: ${why}`, { entity: targetsOf(execution.plan)[0] ?? null }),
  );
  const severity = undone === 'undo-failed' ? 1 : result === 'failed' ? 3 : 2;
  requests.push({ type: 'notify', note: { severity, title, text: why, incidentId, decisionId } });
}

interface About {
  readonly entity: EntityRef | null;
  readonly untilMs?: number;
}

function control(
  { plan }: Execution,
  atMs: number,
  event: ControlRecord['event'],
  why: string,
  { entity, untilMs = undefined }: About,
): ControlRecord {
  const { decisionId, incidentId } = plan;
  return {
    type: 'control',
    atMs,
    event,
    person: null,
    entity,
    decisionId,
    incidentId,
    mode: null,
    untilMs: untilMs ?? null,
    why,
  };
}
