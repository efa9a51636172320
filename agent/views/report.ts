import type { IncidentId } from '../../model/entity.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { type DecisionView, decisionView } from './decision.ts';
import { type IncidentView, incidentsView, incidentView } from './incident.ts';
import { clockTime, durationText, isoTime } from './text.ts';

export interface ReportScope {
  /** One incident, or null for all that were open since `fromMs`. */
  readonly only: IncidentId | null;
  readonly fromMs: number;
  readonly nowMs: number;
}

export interface Report {
  readonly data: {
    readonly madeAtMs: number;
    readonly todo: readonly string[];
    readonly incidents: readonly IncidentView[];
  };
  readonly markdown: string;
}

/** An action plan first, the evidence after it. Null where the one incident asked for is not known. */
export function reportOf(knowledge: Knowledge, { only, fromMs, nowMs }: ReportScope): Report | null {
  const ids = only === null ? incidentsView(knowledge).map(({ id }) => id) : [only];
  const incidents = ids
    .map((id) => incidentView(knowledge, id))
    .filter((view) => view !== null && (view.incident.resolvedAtMs ?? nowMs) >= fromMs) as IncidentView[];
  if (only !== null && incidents.length === 0) return null;
  const todo = incidents.flatMap((view) => todoOf(view, decisionsOf(knowledge, view)));
  const sections = incidents.map((view) => incidentSection(view, decisionsOf(knowledge, view), nowMs));
  const markdown = [
    '# Homeostat report',
    `Made ${isoTime(nowMs)}; ${incidents.length} incidents.`,
    todoSection(todo),
    ...sections,
  ];
  return { data: { madeAtMs: nowMs, todo, incidents }, markdown: markdown.join('\n\n') };
}

function decisionsOf(knowledge: Knowledge, view: IncidentView): DecisionView[] {
  return view.decisions.map(({ id }) => decisionView(knowledge, id)).filter((decision) => decision !== null);
}

/** What a person has to do about an incident, if anything. */
function todoOf({ incident, diagnosis }: IncidentView, decisions: readonly DecisionView[]): string[] {
  if (incident.resolvedAtMs !== null) return [];
  const waiting = decisions.filter(({ approval }) => approval?.state === 'requested');
  const answers = waiting.map(({ id, plan }) => `Answer ${id}: ${plan.summary} (homeostat approve ${id})`);
  if (answers.length > 0) return answers;
  const what = diagnosis?.abstained ?? diagnosis?.notSeen[0] ?? null;
  const hint = what === null ? '' : `; it would help to know: ${what}`;
  return [`Look at ${incident.id} (${incident.state}): ${incident.title}${hint}`];
}

function todoSection(todo: readonly string[]): string {
  if (todo.length === 0) return '## To do\n\nNothing.';
  return ['## To do', '', ...todo.map((line, index) => `${index + 1}. ${line}`)].join('\n');
}

function incidentSection(
  { incident, diagnosis, timeline }: IncidentView,
  decisions: readonly DecisionView[],
  nowMs: number,
): string {
  const lasted = durationText((incident.resolvedAtMs ?? nowMs) - incident.openedAtMs);
  const causes = (diagnosis?.causes ?? []).map(
    (cause) => `- ${cause.kind} of ${cause.entity.kind}/${cause.entity.id}, ${cause.confidence.toFixed(2)}`,
  );
  const said = decisions.flatMap(({ id, said: rows }) =>
    rows.map((row) => `| ${id} | ${row.said} | ${row.was} | ${row.hit === null ? '-' : row.hit ? 'hit' : 'miss'} |`),
  );
  return [
    `## ${incident.id}: ${incident.title}`,
    `Severity ${incident.severity}, ${incident.state}, ${lasted} since ${isoTime(incident.openedAtMs)}.`,
    ...(causes.length > 0 ? ['Causes:', causes.join('\n')] : []),
    timeline.map(({ atMs, text }) => `- ${clockTime(atMs)} ${text}`).join('\n'),
    ...(said.length > 0 ? [['| decision | said | was | |', '|---|---|---|---|', ...said].join('\n')] : []),
  ].join('\n\n');
}
