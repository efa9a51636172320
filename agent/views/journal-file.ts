import type { JournalRow } from '../../model/record.ts';
import { stateFiles } from '../config/state-files.ts';
import { readAnchor } from '../knowledge/anchor-file.ts';
import { type AuditFinding, findBreaks } from '../knowledge/audit.ts';
import { emptyHead } from '../knowledge/chain.ts';
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
  return withReader(stateDir, (reader) => {
    const { rows, erased, head, findings } = findBreaks(reader.stored(1), emptyHead);
    const anchor = anchorPath === null ? null : readAnchor(anchorPath);
    const all = anchor === null ? findings : [...findings, ...anchorFindings(reader, anchor)];
    return { rows, erased, headSeq: head.seq, headHash: head.hash, anchored: anchor !== null, findings: all };
  });
}

function anchorFindings(
  reader: JournalReader,
  anchor: { readonly seq: number; readonly hash: string },
): AuditFinding[] {
  const { seq, hash } = anchor;
  if (seq === 0) return [];
  for (const row of reader.stored(seq)) {
    if (row.seq !== seq) break;
    return row.hash === hash ? [] : [{ seq, kind: 'forked', why: `row ${seq} is not the one that was anchored` }];
  }
  return [{ seq, kind: 'cut-off', why: `row ${seq} was anchored and is not there` }];
}

function withReader<Result>(stateDir: string, use: (reader: JournalReader) => Result): Result {
  const reader = readJournal(stateFiles(stateDir).journal);
  try {
    return use(reader);
  } finally {
    reader.close();
  }
}
