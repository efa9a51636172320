import type { IncidentId } from '../../model/entity.ts';
import type { Diagnosis, Incident } from '../../model/incident.ts';
import type { Signal } from '../../model/signal.ts';
import type { Decision, Knowledge } from '../knowledge/knowledge.ts';
import { type DecisionSummary, decisionSummary } from './decision.ts';
import { actionName } from './line.ts';
import { entityName, escapeDeep } from './text.ts';

/** An incident in one row of a list. */
export interface IncidentSummary {
  readonly id: IncidentId;
  readonly severity: Incident['severity'];
  readonly state: Incident['state'];
  readonly title: string;
  readonly entity: string;
  readonly openedAtMs: number;
  readonly resolvedAtMs: number | null;
  /** The leading cause with its confidence, null before a diagnosis or when it abstained. */
  readonly cause: { readonly kind: string; readonly entity: string; readonly confidence: number } | null;
  readonly decisionIds: readonly string[];
}

export interface TimelineEntry {
  readonly atMs: number;
  readonly text: string;
}

/** One incident from its first signal to its end. */
export interface IncidentView {
  readonly incident: Incident;
  readonly diagnosis: Diagnosis | null;
  /** Signals that are still raised. */
  readonly signals: readonly Signal[];
  readonly decisions: readonly DecisionSummary[];
  readonly timeline: readonly TimelineEntry[];
}

/** Open incidents first, the worst on top; then the ended ones, the latest on top. */
export function incidentsView(knowledge: Knowledge): IncidentSummary[] {
  const open = (incident: Incident) => (incident.resolvedAtMs === null ? 0 : 1);
  return [...knowledge.incidents.values()]
    .toSorted((a, b) => open(a) - open(b) || bySeverity(a, b) || b.openedAtMs - a.openedAtMs)
    .map((incident) => incidentSummary(knowledge, incident));
}

function bySeverity(a: Incident, b: Incident): number {
  return a.resolvedAtMs === null ? a.severity - b.severity : 0;
}

function incidentSummary(knowledge: Knowledge, incident: Incident): IncidentSummary {
  const cause = knowledge.diagnoses.get(incident.id)?.causes[0];
  return escapeDeep<IncidentSummary>({
    id: incident.id,
    severity: incident.severity,
    state: incident.state,
    title: incident.title,
    entity: entityName(incident.entity),
    openedAtMs: incident.openedAtMs,
    resolvedAtMs: incident.resolvedAtMs,
    cause:
      cause === undefined ? null : { kind: cause.kind, entity: entityName(cause.entity), confidence: cause.confidence },
    decisionIds: incident.decisionIds,
  });
}

/** The view of one incident, or null where the journal has none of that id. */
export function incidentView(knowledge: Knowledge, id: IncidentId): IncidentView | null {
  const incident = knowledge.incidents.get(id);
  if (incident === undefined) return null;
  const decisions = [...knowledge.decisions.values()].filter((decision) => decision.plan.incidentId === id);
  const diagnosis = knowledge.diagnoses.get(id) ?? null;
  return escapeDeep<IncidentView>({
    incident,
    diagnosis,
    signals: incident.signalIds.flatMap((signalId) => knowledge.signals.get(signalId) ?? []),
    decisions: decisions.map(decisionSummary),
    timeline: timelineOf(incident, diagnosis, decisions),
  });
}

function timelineOf(incident: Incident, diagnosis: Diagnosis | null, decisions: readonly Decision[]): TimelineEntry[] {
  const entries: TimelineEntry[] = [{ atMs: incident.openedAtMs, text: `opened: ${incident.title}` }];
  if (diagnosis !== null) entries.push({ atMs: diagnosis.atMs, text: diagnosisText(diagnosis) });
  for (const decision of decisions) entries.push(...decisionEntries(decision));
  if (incident.resolvedAtMs !== null) entries.push({ atMs: incident.resolvedAtMs, text: 'resolved' });
  return entries.toSorted((a, b) => a.atMs - b.atMs);
}

/** The leading cause with its confidence, or why there is none. */
export function diagnosisText(diagnosis: Diagnosis): string {
  const cause = diagnosis.causes[0];
  if (cause === undefined) return `diagnosis abstained: ${diagnosis.abstained ?? 'no cause fits'}`;
  return `cause ${cause.kind} of ${entityName(cause.entity)} (${cause.confidence.toFixed(2)})`;
}

function decisionEntries(decision: Decision): TimelineEntry[] {
  const { id, plan, verdict, approval, outcome } = decision;
  const entries = [{ atMs: plan.atMs, text: `${id} planned: ${plan.summary}` }];
  if (verdict !== null) {
    entries.push({ atMs: verdict.atMs, text: `${id} ${verdict.effect} by ${verdict.rule}: ${verdict.why}` });
  }
  for (const answer of approval?.answers ?? []) {
    entries.push({ atMs: answer.atMs, text: `${id} ${answer.answer} by ${answer.person.id}` });
  }
  for (const action of decision.actions.values()) {
    const purpose = action.purpose === 'undo' ? 'undo ' : '';
    entries.push({ atMs: action.atMs, text: `${action.id} ${purpose}${actionName(action.spec)}: ${action.state}` });
  }
  if (outcome !== null) entries.push({ atMs: outcome.atMs, text: `${id} ${outcome.result}: ${outcome.why}` });
  return entries;
}
