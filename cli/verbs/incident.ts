import {
  diagnosisText,
  type IncidentSummary,
  type IncidentView,
  incidentsView,
  incidentView,
} from '../../agent/views/incident.ts';
import { clockTime, durationText, isoTime } from '../../agent/views/text.ts';
import { loadConfig } from '../config-file.ts';
import { incidentId } from '../ids.ts';
import { exitCodes, type Io, type Options, print } from '../io.ts';
import { readView } from '../source.ts';
import { tableText } from '../table.ts';

/** `homeostat incident ls`. */
export async function listIncidents(io: Io, _args: readonly string[], options: Options): Promise<number> {
  const view = await readView(io, loadConfig(io), '/v1/incidents', (knowledge) => ({
    incidents: incidentsView(knowledge),
  }));
  const incidents = view.incidents.filter((row) => options.open !== true || row.resolvedAtMs === null);
  print(io, { incidents }, () => incidentTable(incidents, io.nowMs()));
  return exitCodes.done;
}

export function incidentTable(incidents: readonly IncidentSummary[], nowMs: number): string {
  if (incidents.length === 0) return 'no incidents';
  return tableText(
    ['INCIDENT', 'SEV', 'AGE', 'STATE', 'CAUSE', 'WHAT'],
    incidents.map((row) => [
      row.id,
      row.severity,
      durationText((row.resolvedAtMs ?? nowMs) - row.openedAtMs),
      row.state,
      causeText(row),
      row.title,
    ]),
  );
}

function causeText({ cause }: IncidentSummary): string {
  return cause === null ? '-' : `${cause.kind} ${cause.entity} ${cause.confidence.toFixed(2)}`;
}

/** `homeostat incident show`. */
export async function showIncident(io: Io, args: readonly string[]): Promise<number> {
  const id = incidentId(args[0]!);
  const view = await readView(io, loadConfig(io), `/v1/incidents/${id}`, (knowledge) => incidentView(knowledge, id));
  print(io, view, incidentText);
  return exitCodes.done;
}

export function incidentText(view: IncidentView): string {
  const { incident, diagnosis } = view;
  const end = incident.resolvedAtMs === null ? incident.state : `resolved ${isoTime(incident.resolvedAtMs)}`;
  return [
    `${incident.id}  severity ${incident.severity}  ${end}`,
    incident.title,
    '',
    ...causeLines(view),
    ...(diagnosis?.notSeen ?? []).map((text) => `not seen: ${text}`),
    '',
    'TIMELINE (UTC)',
    ...view.timeline.map((entry) => `  ${clockTime(entry.atMs)}  ${entry.text}`),
    ...(view.decisions.length === 0 ? [] : ['', `next: homeostat why ${view.decisions.at(-1)!.id}`]),
  ].join('\n');
}

function causeLines({ diagnosis }: IncidentView): string[] {
  if (diagnosis === null) return ['not diagnosed yet'];
  if (diagnosis.causes.length === 0) return [diagnosisText(diagnosis)];
  return diagnosis.causes.flatMap((cause) => [
    `${cause.confidence.toFixed(2)}  ${cause.kind} of ${cause.entity.kind}/${cause.entity.id}`,
    ...cause.evidenceFor.map((evidence) => `      + ${evidence.text} [${evidence.id}]`),
    ...cause.evidenceAgainst.map((evidence) => `      - ${evidence.text} [${evidence.id}]`),
  ]);
}
