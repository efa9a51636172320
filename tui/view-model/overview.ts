import type { ApprovalView } from '../../agent/views/approvals.ts';
import { type IncidentSummary, incidentsView } from '../../agent/views/incident.ts';
import { lineOf } from '../../agent/views/line.ts';
import { type Overview, overview } from '../../agent/views/overview.ts';
import { clockTime, escapeText } from '../../agent/views/text.ts';
import type { JournalRow } from '../../model/record.ts';
import { raisedSignals } from './activity.ts';
import { clusterPanel } from './cluster-panel.ts';
import { type Glyphs, sparkline, type View } from './glyphs.ts';
import type { Picture } from './picture.ts';
import { cell, type Panel, type Row } from './table.ts';
import { durationCell, hoursMinutes, incidentNumber, incidentStateCell, resultStyle, severityCell } from './words.ts';

/** How long an ended incident stays on the first page, ms. */
const endedShownMs = 24 * 3_600_000;
const newsMax = 30;
/** On a lower screen the cluster needs the place. */
const newsRowsMin = 28;
/** Rows looked through for news; most of a journal is not told. */
/** A line of progress begins with the record's name and the time, which have columns of their own here. */
const newsPrefix = 'verdict  08:25:01 '.length;

/** What needs me, what is wrong, how the cluster is, and whether the agent was right. */
export function overviewPanels(picture: Picture, view: View): Panel[] {
  const { glyphs } = view;
  if (picture.status === null) return [];
  const now = overview(picture.knowledge, picture.status, picture.nowMs);
  const incidents = incidentsView(picture.knowledge);
  return [
    needsYouPanel(now, incidents),
    incidentsPanel(incidents, picture, glyphs),
    clusterPanel(picture, glyphs),
    lastActionsPanel(now, picture),
    ...(view.rows < newsRowsMin ? [] : [newsPanel(picture)]),
  ];
}

function needsYouPanel({ needsYou }: Overview, incidents: readonly IncidentSummary[]): Panel {
  const severityOf = (approval: ApprovalView) =>
    incidents.find((incident) => incident.id === approval.incidentId)?.severity ?? 4;
  return {
    key: 'needs-you',
    title: `1 NEEDS YOU (${needsYou.length})`,
    note: '',
    columns: [
      { title: 'INC', width: 4, priority: 0 },
      { title: 'SEV', width: 3, priority: 2 },
      { title: 'PROPOSED ACTION', width: 24, grow: true, priority: 0, cutAt: 'middle' },
      { title: 'NEED', width: 12, grow: true, priority: 3 },
      { title: 'RULE THAT ASKS', width: 14, grow: true, priority: 1 },
      { title: 'LEFT', width: 5, priority: 0 },
    ],
    rows: needsYou.map((approval) => ({
      id: approval.id,
      opens: { screen: 'incident', id: approval.incidentId },
      cells: [
        cell(incidentNumber(approval.incidentId), 'accent'),
        severityCell(severityOf(approval)),
        cell(approval.does.join(', then ')),
        cell(`${approval.approvedBy.length}/${approval.need} ${approval.from.join(' ')}`),
        cell(approval.rule ?? ''),
        durationCell(approval.leftMs),
      ],
    })),
    empty: 'nothing waits for you',
    share: 4,
  };
}

function incidentsPanel(incidents: readonly IncidentSummary[], picture: Picture, glyphs: Glyphs): Panel {
  const open = incidents.filter((incident) => incident.resolvedAtMs === null);
  const ended = incidents.filter(
    ({ resolvedAtMs }) => resolvedAtMs !== null && resolvedAtMs > picture.nowMs - endedShownMs,
  );
  return {
    key: 'incidents',
    title: `2 INCIDENTS (${open.length} open, ${ended.length} resolved)`,
    note: '',
    columns: [
      { title: 'INC', width: 4, priority: 0 },
      { title: 'SEV', width: 3, priority: 2 },
      { title: 'LASTS', width: 5, priority: 3 },
      { title: 'TARGET', width: 14, grow: true, priority: 0, cutAt: 'middle' },
      { title: 'STATE', width: 16, priority: 0 },
      { title: 'CAUSE (CONFIDENCE)', width: 22, grow: true, priority: 1 },
      { title: 'LAST 30 MIN', width: 15, priority: 4, isGraphic: true },
    ],
    rows: [...open, ...ended].map((incident) => incidentRow(incident, picture, glyphs)),
    empty: 'none; nothing is out of the ordinary',
    share: 3,
  };
}

function incidentRow(incident: IncidentSummary, { knowledge, rows, nowMs }: Picture, glyphs: Glyphs): Row {
  const signalIds = new Set(knowledge.incidents.get(incident.id)?.signalIds);
  const raised = raisedSignals(rows, (id) => signalIds.has(id), { nowMs, lastMs: 30 * 60_000, buckets: 15 });
  const { cause, resolvedAtMs } = incident;
  const isOpen = resolvedAtMs === null;
  const lastedMs = (resolvedAtMs ?? nowMs) - incident.openedAtMs;
  const causeText = cause === null ? `unknown: ${incident.title}` : `${cause.kind} ${cause.confidence.toFixed(2)}`;
  return {
    id: incident.id,
    opens: { screen: 'incident', id: incident.id },
    cells: [
      cell(incidentNumber(incident.id), isOpen ? 'strong' : 'dim'),
      isOpen ? severityCell(incident.severity) : cell(String(incident.severity), 'dim', incident.severity),
      cell(hoursMinutes(lastedMs), isOpen ? 'plain' : 'dim', lastedMs),
      cell(cause?.entity ?? incident.entity, isOpen ? 'plain' : 'dim'),
      incidentStateCell(incident.state),
      cell(causeText, isOpen ? 'plain' : 'dim'),
      cell(sparkline(raised, glyphs, 4), isOpen ? 'warn' : 'dim'),
    ],
  };
}

function lastActionsPanel({ lastActions }: Overview, { knowledge, rows }: Picture): Panel {
  const outcomes = [...knowledge.decisions.values()].flatMap(({ outcome }) => outcome?.result ?? []);
  const count = (result: string) => outcomes.filter((found) => found === result).length;
  const rest = ['failed', 'inconclusive', 'error'].flatMap((result) =>
    count(result) > 0 ? `${count(result)} ${result}` : [],
  );
  return {
    key: 'last-actions',
    title: '4 LAST ACTIONS',
    note: ['24 h', `${lastActions.length} done`, `${count('succeeded')} succeeded`, ...rest].join(', '),
    columns: [
      { title: 'TIME', width: 8, priority: 2 },
      { title: 'ACTION', width: 26, grow: true, priority: 0, cutAt: 'middle' },
      { title: 'WAS', width: 20, grow: true, priority: 3 },
      { title: 'OUTCOME', width: 12, priority: 0 },
      { title: 'DECISION', width: 8, priority: 1 },
    ],
    rows: lastActions.map((action, index) => ({
      id: `${action.decisionId} ${action.does} ${lastActions.length - index}`,
      opens: { screen: 'audit', id: newestRow(rows, action.decisionId) },
      cells: [
        cell(clockTime(action.atMs), 'plain', action.atMs),
        cell(action.does),
        cell(wasText(knowledge, action.decisionId), 'dim'),
        cell(action.result, resultStyle(action.result)),
        cell(action.decisionId),
      ],
    })),
    empty: 'nothing was done yet',
    share: 2,
  };
}

function wasText(knowledge: Picture['knowledge'], decisionId: string): string {
  const outcome = knowledge.decisions.get(decisionId as `D-${number}`)?.outcome ?? null;
  const claims = outcome?.saidWas ?? [];
  const hits = claims.filter((claim) => claim.hit).length;
  return claims.length === 0 ? escapeText(outcome?.why.split(';')[0] ?? '') : `${hits} of ${claims.length} claims held`;
}

/** The newest lines of the path of data, as the plain progress of the command line tells them. */
function newsPanel({ rows }: Picture): Panel {
  const told: Row[] = [];
  for (const row of rows.toReversed()) {
    const text = row.record.type === 'signal' && row.record.severity === 'info' ? null : lineOf(row.record);
    if (text !== null) told.push(newsRow(row, text));
    if (told.length === newsMax) break;
  }
  return {
    key: 'news',
    title: '5 NEWS',
    note: 'the newest on top',
    columns: [
      { title: 'TIME', width: 8, priority: 1 },
      { title: 'RECORD', width: 8, priority: 0 },
      { title: 'WHAT', width: 30, grow: true, priority: 0 },
    ],
    rows: told,
    empty: 'nothing happened yet',
    share: 0.7,
  };
}

function newsRow({ seq, atMs, record }: JournalRow, text: string): Row {
  const incidentId = 'incidentId' in record ? record.incidentId : record.type === 'incident' ? record.id : null;
  return {
    id: String(seq),
    opens: incidentId === null ? null : { screen: 'incident', id: incidentId },
    cells: [
      cell(clockTime(atMs), 'dim', seq),
      cell(record.type, record.type === 'outcome' ? resultStyle(record.result) : 'dim'),
      cell(text.slice(newsPrefix)),
    ],
  };
}

/** The audit row that a decision is read from: its newest. */
function newestRow(rows: Picture['rows'], decisionId: string): string {
  const found = rows.findLast(({ record }) => 'decisionId' in record && record.decisionId === decisionId);
  return String(found?.seq ?? 0);
}
