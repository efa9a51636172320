import type { JournalRow } from '../../model/record.ts';
import { stateFiles } from '../config/state-files.ts';
import { readAnchor } from '../knowledge/anchor-file.ts';
import { type AuditFinding, exportLine, importLine, verifyAudit } from '../knowledge/audit.ts';
import type { StoredRow } from '../knowledge/chain.ts';
import { JournalError } from '../knowledge/journal-error.ts';
import { type JournalReader, readJournal } from '../knowledge/journal-sqlite.ts';
import { applyRecord, createKnowledge, type Knowledge } from '../knowledge/knowledge.ts';

export type { Knowledge };
export { JournalError };

/** What the journal file of a state directory amounts to, read beside a running daemon or without one. */
export function knowledgeFromFile(stateDir: string): Knowledge {
  const knowledge = createKnowledge();
  withReader(stateDir, (reader) => {
    for (const row of reader.read(1)) applyRecord(knowledge, row.record);
  });
  return knowledge;
}

/** Calls `see` for every row from `fromSeq` whose content is still there, in order. */
export function eachRow(stateDir: string, fromSeq: number, see: (row: JournalRow) => void): void {
  withReader(stateDir, (reader) => {
    for (const row of reader.read(fromSeq)) see(row);
  });
}

export interface JournalCheck {
  readonly rows: number;
  readonly erased: number;
  readonly headSeq: number;
  readonly headHash: string;
  readonly anchored: boolean;
  readonly findings: readonly AuditFinding[];
}

/** Walks the whole hash chain and holds its end against the anchor, where there is one. */
export function verifyJournal(stateDir: string, anchorPath: string | null): JournalCheck {
  return withReader(stateDir, (reader) => checked(reader.stored(1), anchorPath));
}

/** The same for the lines of an export, which carries all that verification needs. */
export function verifyExport(lines: Iterable<string>, anchorPath: string | null): JournalCheck {
  return checked(Iterator.from(lines).map(importLine), anchorPath);
}

function checked(stored: Iterable<StoredRow>, anchorPath: string | null): JournalCheck {
  const anchor = anchorPath === null ? null : readAnchor(anchorPath);
  const { rows, erased, head, findings } = verifyAudit(stored, anchor);
  return { rows, erased, headSeq: head.seq, headHash: head.hash, anchored: anchor !== null, findings };
}

/** Calls `see` for every row as a line that can be verified elsewhere, erased ones included. */
export function eachExportLine(stateDir: string, fromMs: number, see: (line: string) => void): void {
  withReader(stateDir, (reader) => {
    for (const row of reader.stored(1)) if (row.atMs >= fromMs) see(exportLine(row));
  });
}

function withReader<Result>(stateDir: string, use: (reader: JournalReader) => Result): Result {
  const reader = readJournal(stateFiles(stateDir).journal);
  try {
    return use(reader);
  } finally {
    reader.close();
  }
}
