import { type DecisionId, entityKey, type IncidentId } from '../../model/entity.ts';
import type { AgentRecord, ControlRecord, JournalRow } from '../../model/record.ts';
import { isBad } from '../guard/track-record.ts';
import type { SqliteJournal } from './journal-sqlite.ts';
import { type Decision, type Knowledge, rememberedMs } from './knowledge.ts';
import { showsRelapse } from './relapse.ts';

/** First and last number of rows whose content may go. */
export type RowRange = readonly [fromSeq: number, toSeq: number];

/**
 * Erases for good the content of rows that are older than `keepMs`, as far as nothing rests on them. Hashes stay, each
 * stretch that goes is journalled, and the chain still verifies. What still binds the agent stays however old it is.
 * @param knowledge what the whole journal amounts to
 * @returns the stretches that were erased
 */
export function applyRetention(
  journal: SqliteJournal,
  knowledge: Knowledge,
  { keepMs, nowMs }: { readonly keepMs: number; readonly nowMs: number },
): readonly RowRange[] {
  const ranges = rangesToErase(journal.read(1), knowledge, { beforeMs: nowMs - keepMs, nowMs });
  const days = Math.round(keepMs / 86_400_000);
  for (const range of ranges) journal.erase(nowMs, range, null, `older than ${days} days, as audit.keep says`);
  return ranges;
}

/** Stretches of rows from before a moment on which nothing rests. Looks no further than the first younger row. */
export function rangesToErase(
  rows: Iterable<JournalRow>,
  knowledge: Knowledge,
  { beforeMs, nowMs }: { readonly beforeMs: number; readonly nowMs: number },
): RowRange[] {
  const standing = { knowledge, nowMs, decisions: decisionsThatCount(knowledge, nowMs) };
  const ranges: RowRange[] = [];
  let open: RowRange | null = null;
  for (const { seq, atMs, record } of rows) {
    if (atMs >= beforeMs) break;
    // Rows that tell of an erasure stay by themselves and part no stretch.
    if (record.type === 'control' && record.event === 'erased') continue;
    if (stillCounts(record, standing)) {
      if (open !== null) ranges.push(open);
      open = null;
    } else open = [open?.[0] ?? seq, seq];
  }
  return open === null ? ranges : [...ranges, open];
}

interface Standing {
  readonly knowledge: Knowledge;
  readonly nowMs: number;
  readonly decisions: ReadonlyMap<DecisionId, Decision>;
}

/** Whether the agent, started anew from the journal, would know less that it goes by without this record. */
function stillCounts(record: AgentRecord, { knowledge, nowMs, decisions }: Standing): boolean {
  const isKept = (id: DecisionId) => decisions.has(id) || numberOf(id) === knowledge.lastDecisionNumber;
  switch (record.type) {
    case 'signal':
      return knowledge.signals.has(record.id);
    case 'forecast':
    case 'failure-prediction':
    case 'model-change':
      return false;
    case 'model-card':
      return knowledge.models.get(`${record.task} ${record.series}`)?.atMs === record.atMs;
    case 'incident':
      // The last ids given out are never given out again.
      return isOpen(record.id, knowledge) || numberOf(record.id) === knowledge.lastIncidentNumber;
    case 'diagnosis':
      return isOpen(record.incidentId, knowledge);
    case 'control':
      return controlCounts(record, knowledge, nowMs);
    case 'approval':
      return isKept(record.id);
    case 'plan':
      return isKept(record.decisionId) || [...decisions.values()].some((earlier) => showsRelapse(earlier, record));
    default:
      return isKept(record.decisionId);
  }
}

function numberOf(id: DecisionId | IncidentId): number {
  return Number(id.slice(id.indexOf('-') + 1));
}

function isOpen(id: IncidentId, { incidents }: Knowledge): boolean {
  const incident = incidents.get(id);
  return incident !== undefined && incident.resolvedAtMs === null;
}

/** Decisions that are not over, and those that budgets or track records count. */
function decisionsThatCount(knowledge: Knowledge, nowMs: number): Standing['decisions'] {
  return new Map([...knowledge.decisions].filter(([, decision]) => counts(decision, knowledge, nowMs)));
}

function counts(decision: Decision, knowledge: Knowledge, nowMs: number): boolean {
  const { actions, outcome, plan, approval } = decision;
  if (approval?.state === 'requested') return true;
  if (actions.size === 0) return isOpen(plan.incidentId, knowledge);
  return outcome === null || outcome.atMs >= nowMs - rememberedMs || isFailureThatCounts(decision, knowledge);
}

/** A failure takes earned autonomy away until a person resets the record. */
function isFailureThatCounts({ outcome, relapsed, verdict }: Decision, { controls }: Knowledge): boolean {
  if (outcome === null || !isBad({ outcome: outcome.result, ineffective: relapsed })) return false;
  return !controls.some(
    ({ event, rule, atMs }) => event === 'record-reset' && rule === verdict?.rule && atMs > outcome.atMs,
  );
}

function controlCounts(record: ControlRecord, { paused, holds }: Knowledge, nowMs: number): boolean {
  const { event, entity, untilMs } = record;
  switch (event) {
    case 'paused':
    case 'stop-engaged':
      return paused !== null;
    case 'held':
      return entity !== null && (holds.get(entityKey(entity))?.untilMs ?? 0) > nowMs;
    case 'silenced':
      return (untilMs ?? 0) > nowMs;
    case 'person-change-seen':
      return record.atMs >= nowMs - rememberedMs;
    case 'breaker-opened':
    case 'breaker-reset':
    case 'record-reset':
      return true;
    // A hold, a pause or a silence that was lifted goes together with what it lifted.
    default:
      return false;
  }
}
