import type { AgentRecord, JournalRow } from '../../model/record.ts';
import { actionName, rehearsalText } from './line.ts';
import { entityName, escapeDeep } from './text.ts';

/** One journal row as people read it. */
export interface AuditRow {
  readonly seq: number;
  readonly atMs: number;
  readonly type: AgentRecord['type'];
  /** Decision or incident that it belongs to, null for what concerns the agent as a whole. */
  readonly id: string | null;
  readonly who: string;
  readonly what: string;
  readonly target: string | null;
  readonly effect: string | null;
  readonly result: string | null;
  readonly hash: string;
}

type DecisionRecord = Extract<
  AgentRecord,
  { type: 'plan' | 'verdict' | 'approval' | 'action' | 'outcome' | 'control' | 'advice' }
>;

type Shown = Pick<AuditRow, 'id' | 'what' | 'target'> & Partial<Pick<AuditRow, 'who' | 'effect' | 'result'>>;

/** Record types that say what was decided and done, without the telemetry that led there. */
const decisionTypes: ReadonlySet<AgentRecord['type']> = new Set([
  'plan',
  'verdict',
  'approval',
  'action',
  'outcome',
  'control',
  'advice',
]);

export interface AuditFilter {
  /** Only rows at or after this moment. */
  readonly sinceMs: number;
  /** Also signals, forecasts, incidents and diagnoses. */
  readonly all: boolean;
}

/** The rows of the journal that a filter lets through, in their order. */
export function auditRows(rows: Iterable<JournalRow>, filter: AuditFilter): AuditRow[] {
  const shown: AuditRow[] = [];
  for (const row of rows) {
    if (row.atMs < filter.sinceMs || (!filter.all && !decisionTypes.has(row.record.type))) continue;
    shown.push(auditRow(row));
  }
  return shown;
}

function auditRow(row: JournalRow): AuditRow {
  const { seq, atMs, hash, record } = row;
  const base = { who: 'agent', effect: null, result: null };
  return escapeDeep<AuditRow>({ seq, atMs, type: record.type, ...base, ...shownOf(record), hash });
}

function shownOf(record: AgentRecord): Shown {
  switch (record.type) {
    case 'plan':
      return {
        id: record.decisionId,
        what: `plan ${record.playbook}`,
        target: targetsOf(record.footprint.targets),
        result: rehearsalText(record.rehearsal),
      };
    case 'verdict':
      return {
        id: record.decisionId,
        what: 'verdict',
        target: null,
        effect: record.effect,
        result: `${record.rule}: ${record.why}`,
      };
    case 'approval':
      return {
        id: record.id,
        what: `approval ${record.state}`,
        target: null,
        who: record.answers.at(-1)?.person.id ?? 'agent',
        result: record.why,
      };
    case 'action':
      return {
        id: record.id,
        what: `${record.purpose === 'undo' ? 'undo ' : ''}${actionName(record.spec)}`,
        target: entityName(record.spec.target),
        result: record.state,
      };
    case 'outcome':
      return { id: record.decisionId, what: 'outcome', target: null, result: record.result };
    case 'control':
      return {
        id: record.decisionId ?? record.incidentId,
        what: record.event,
        target: record.entity === null ? null : entityName(record.entity),
        who: record.person?.id ?? 'agent',
        result: record.why,
      };
    case 'advice':
      return {
        id: record.decisionId,
        what: 'advice',
        target: null,
        who: record.model,
        result: `${record.result}: ${record.why}`,
      };
    default:
      return shownAnalysis(record);
  }
}

function shownAnalysis(record: Exclude<AgentRecord, DecisionRecord>): Shown {
  switch (record.type) {
    case 'signal':
      return {
        id: null,
        what: `signal ${record.kind}`,
        target: entityName(record.entity),
        result: record.clearedAtMs === null ? record.explanation : 'cleared',
      };
    case 'forecast':
      return { id: null, what: `forecast ${record.metric}`, target: entityName(record.entity) };
    case 'failure-prediction':
      return {
        id: null,
        what: `predicts ${record.how}`,
        target: entityName(record.entity),
        result: record.probability.toFixed(2),
      };
    case 'incident':
      return {
        id: record.id,
        what: `incident ${record.state}`,
        target: entityName(record.entity),
        result: record.title,
      };
    case 'diagnosis':
      return {
        id: record.incidentId,
        what: 'diagnosis',
        target: null,
        who: record.model,
        result: record.causes[0]?.kind ?? record.abstained,
      };
    case 'model-change':
      return {
        id: null,
        what: `model ${record.change}`,
        target: record.series,
        who: record.person?.id ?? 'agent',
        result: `${record.from ?? 'none'} -> ${record.to}: ${record.why}`,
      };
    case 'model-card':
      return {
        id: null,
        what: `models for ${record.task}`,
        target: record.series,
        result: `${record.champion} serves`,
      };
    default:
      return record satisfies never;
  }
}

function targetsOf(targets: Readonly<Record<string, string>>): string {
  return Object.keys(targets)
    .map((key) => key.replace(/^(?:instance|node)\//, ''))
    .join(', ');
}
