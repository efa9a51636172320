import { hash } from 'node:crypto';
import type { AgentRecord, JournalRow } from '../../model/record.ts';

/*
 * The hash chain of the journal. A row's hash covers the hash of the row before it, its own place and time, and the
 * hash of its content, so that content may be erased later (only its hash stays) while every link still verifies;
 * after S. Haber and W. S. Stornetta, "How to time-stamp a digital document", J. Cryptology 3 (1991), and the
 * two-level leaves of RFC 9162.
 */

/** What the first row follows. */
export const genesisHash = '0'.repeat(64);

/** The last row of a journal; `seq` is 0 and `hash` the genesis while it is empty. */
export interface Head {
  readonly seq: number;
  readonly hash: string;
}

export const emptyHead: Head = { seq: 0, hash: genesisHash };

/**
 * One row as it is stored. The hash before it is not: it is that of the row before, and a reader that takes it from
 * there cannot be lied to. `contentHash` is kept only where retention or a request erased the content.
 */
export interface StoredRow {
  readonly seq: number;
  readonly atMs: number;
  readonly recordJson: string | null;
  readonly contentHash: string | null;
  readonly hash: string;
}

/**
 * JSON with sorted keys and no white space, after RFC 8785: the same record has the same text on every machine.
 * Numbers that JSON cannot carry become null, as JSON.stringify has it.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = value as Readonly<Record<string, unknown>>;
  let text = '';
  for (const key of Object.keys(fields).sort()) {
    if (fields[key] === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(fields[key])}`;
  }
  return `{${text}}`;
}

/** Hex SHA-256 of a record's text, as it is stored. */
export function contentHashOf(recordJson: string): string {
  return hash('sha256', recordJson, 'hex');
}

/** Hex SHA-256 that links one row to the one before it. */
export function linkHash(prevHash: string, seq: number, atMs: number, contentHash: string): string {
  return hash('sha256', `${prevHash}\n${seq}\n${atMs}\n${contentHash}`, 'hex');
}

/** The row hash of a record that is at hand. */
export function rowHash(prevHash: string, seq: number, atMs: number, recordJson: string): string {
  return linkHash(prevHash, seq, atMs, contentHashOf(recordJson));
}

/** A row in the form in which it is kept, beside the form in which it is handed out. */
export interface SealedRow {
  readonly stored: StoredRow;
  readonly row: JournalRow;
}

/** Chains records to a head; the last row is the new head. */
export function sealRows(head: Head, atMs: number, records: readonly AgentRecord[]): readonly SealedRow[] {
  let { seq, hash: prevHash } = head;
  return records.map((record) => {
    seq += 1;
    // The text is stored as it was hashed, so it needs no canonical form, which would cost eight times as much.
    const recordJson = JSON.stringify(record);
    const sealed = rowHash(prevHash, seq, atMs, recordJson);
    const row = { seq, atMs, record, prevHash, hash: sealed };
    prevHash = sealed;
    return { stored: { seq, atMs, recordJson, contentHash: null, hash: sealed }, row };
  });
}

/** The head once `rows` stand after `before`. */
export function headAfter(rows: readonly JournalRow[], before: Head): Head {
  const last = rows.at(-1);
  return last === undefined ? before : { seq: last.seq, hash: last.hash };
}

/** Hands out stored rows in order, without those whose content was erased. */
export function* openRows(rows: Iterable<StoredRow>, before: Head): Generator<JournalRow> {
  let prevHash = before.hash;
  for (const { seq, atMs, recordJson, hash: own } of rows) {
    if (recordJson !== null) yield { seq, atMs, record: JSON.parse(recordJson) as AgentRecord, prevHash, hash: own };
    prevHash = own;
  }
}
