import type { Outcome } from '../../model/outcome.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { type ApprovalView, approvalsView } from './approvals.ts';
import type { AgentStatus } from './face.ts';
import { type IncidentSummary, incidentsView } from './incident.ts';
import { actionName } from './line.ts';
import { escapeDeep } from './text.ts';

/** How far back "last actions" looks, in ms. */
const lastActionsMs = 24 * 3_600_000;

export interface LastAction {
  readonly atMs: number;
  readonly decisionId: string;
  readonly does: string;
  readonly result: Outcome['result'] | 'in-flight';
}

/** What needs me, what is wrong, what was done: the first page of every face. */
export interface Overview {
  readonly status: AgentStatus;
  readonly needsYou: readonly ApprovalView[];
  readonly openIncidents: readonly IncidentSummary[];
  readonly holds: readonly { readonly entity: string; readonly untilMs: number; readonly why: string }[];
  /** Of the last 24 hours, the newest first. */
  readonly lastActions: readonly LastAction[];
}

export function overview(knowledge: Knowledge, status: AgentStatus, nowMs: number): Overview {
  const holds = [...knowledge.holds].filter(([, hold]) => hold.untilMs > nowMs);
  return escapeDeep<Overview>({
    status,
    needsYou: approvalsView(knowledge, nowMs),
    openIncidents: incidentsView(knowledge).filter((incident) => incident.resolvedAtMs === null),
    holds: holds.map(([entity, { untilMs, why }]) => ({ entity, untilMs, why })),
    lastActions: lastActions(knowledge, nowMs - lastActionsMs),
  });
}

function lastActions(knowledge: Knowledge, sinceMs: number): LastAction[] {
  return [...knowledge.decisions.values()]
    .flatMap((decision) =>
      [...decision.actions.values()].map((action) => ({
        atMs: action.atMs,
        decisionId: decision.id,
        does: actionName(action.spec),
        result: decision.outcome?.result ?? ('in-flight' as const),
      })),
    )
    .filter((action) => action.atMs >= sinceMs)
    .toSorted((a, b) => b.atMs - a.atMs);
}
