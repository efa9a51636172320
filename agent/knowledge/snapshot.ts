import { hash } from 'node:crypto';
import type { ControlRecord, JournalRow } from '../../model/record.ts';
import { type Head, rowHash } from './chain.ts';
import { applyRecord, createKnowledge, type Decision, type Knowledge } from './knowledge.ts';
import { restoreKnowledge } from './restore.ts';

/*
 * What the agent knew at one row of its journal, so that a restart need not fold every row. It is a shortcut and never
 * a source: the journal says which snapshot is a true one, in a row of its own that the hash chain covers, and anything
 * that does not fit makes the restart fold the whole journal instead.
 */

/** A new format is a new number; another one is not read. */
const format = 2;

/** Text of what is known after row `seq`: one line that says what it is, one that holds it. */
export interface Snapshot {
  readonly text: string;
  /** The row that makes it valid; it must follow row `seq` at once. */
  readonly record: ControlRecord;
}

export function takeSnapshot(knowledge: Knowledge, seq: number, atMs: number): Snapshot {
  const body = knowledgeText(knowledge);
  const digest = hash('sha256', body, 'hex');
  const nothing = { person: null, entity: null, decisionId: null, incidentId: null, mode: null, untilMs: null };
  return {
    text: `${JSON.stringify({ format, seq, digest })}\n${body}\n`,
    record: {
      type: 'control',
      atMs,
      event: 'snapshot-taken',
      ...nothing,
      snapshot: { seq, digest },
      why: `what is known up to row ${seq} was written beside the journal`,
    },
  };
}

/** Where rows come from; a journal is one. */
export interface Rows {
  read(fromSeq: number): Iterable<JournalRow>;
  head(): Head;
}

export interface Restored {
  readonly knowledge: Knowledge;
  /** Rows that were folded after the snapshot, or all of them. */
  readonly rowsFolded: number;
  /** Why the whole journal was folded; null where the snapshot served. */
  readonly fullBecause: string | null;
}

/** Folds what the journal holds, from the snapshot where it is a true one. @param text null where there is none */
export function restoreFromSnapshot(text: string | null, rows: Rows): Restored {
  if (text === null) return foldAll(rows, 'there is no snapshot');
  const opened = openSnapshot(text);
  if (typeof opened === 'string') return foldAll(rows, opened);
  const { seq, digest, knowledge } = opened;
  let rowsFolded = 0;
  for (const row of rows.read(seq + 1)) {
    if (rowsFolded === 0 && !vouches(row, seq, digest)) return foldAll(rows, `row ${seq + 1} does not vouch for it`);
    // What was erased since is still in the snapshot and must not come back.
    if (row.record.type === 'control' && row.record.event === 'erased') return foldAll(rows, 'rows were erased since');
    applyRecord(knowledge, row.record);
    rowsFolded += 1;
  }
  return rowsFolded === 0 ? foldAll(rows, `there is no row ${seq + 1}`) : { knowledge, rowsFolded, fullBecause: null };
}

function foldAll(rows: Rows, fullBecause: string): Restored {
  return { knowledge: restoreKnowledge(rows.read(1)), rowsFolded: rows.head().seq, fullBecause };
}

function openSnapshot(text: string): { seq: number; digest: string; knowledge: Knowledge } | string {
  const end = text.indexOf('\n');
  try {
    const head = JSON.parse(text.slice(0, end));
    if (head.format !== format || !Number.isSafeInteger(head.seq)) return `it has format ${head.format}`;
    const body = text.slice(end + 1, -1);
    if (hash('sha256', body, 'hex') !== head.digest) return 'it is torn or was edited';
    return { seq: head.seq, digest: head.digest, knowledge: parseKnowledge(body) };
  } catch (error) {
    if (error instanceof SyntaxError) return 'it is not a snapshot';
    throw error;
  }
}

function vouches({ seq, atMs, record, prevHash, hash: own }: JournalRow, after: number, digest: string): boolean {
  if (seq !== after + 1 || record.type !== 'control' || record.event !== 'snapshot-taken') return false;
  const { snapshot } = record;
  const isChained = rowHash(prevHash, seq, atMs, JSON.stringify(record)) === own;
  return isChained && snapshot?.seq === after && snapshot.digest === digest;
}

const mapKey = '$map';

/** Everything that is known, as JSON: the same knowledge has the same text. */
export function knowledgeText(knowledge: Knowledge): string {
  return JSON.stringify(knowledge, (_key, value) => (value instanceof Map ? { [mapKey]: [...value] } : value));
}

function parseKnowledge(body: string): Knowledge {
  const reviveMap = (_key: string, value: unknown) => {
    const entries = typeof value === 'object' && value !== null && mapKey in value ? value[mapKey] : null;
    return Array.isArray(entries) ? new Map(entries) : value;
  };
  return { ...createKnowledge(), ...JSON.parse(body, reviveMap) };
}

/** A copy that can be folded on by itself; the records, which nobody changes, are shared. */
export function copyKnowledge(knowledge: Knowledge): Knowledge {
  const copyOf = (value: unknown) =>
    value instanceof Map ? new Map(value) : Array.isArray(value) ? [...value] : value;
  const fields = Object.entries(knowledge).map(([name, value]) => [name, copyOf(value)]);
  const copy: Knowledge = Object.fromEntries(fields);
  for (const [id, decision] of copy.decisions) copy.decisions.set(id, copyDecision(decision));
  return copy;
}

function copyDecision(decision: Decision): Decision {
  return { ...decision, actions: new Map(decision.actions), intendedAtMs: new Map(decision.intendedAtMs) };
}
