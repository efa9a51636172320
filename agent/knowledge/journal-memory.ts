import type { AgentRecord, JournalRow } from '../../model/record.ts';
import type { Journal } from '../ports.ts';
import { emptyHead, headAfter, sealRows } from './chain.ts';
import { JournalError } from './journal-error.ts';
import { redactRecord } from './redact.ts';

export interface MemoryJournalOptions {
  /** Called before each commit with what is about to be written; what it throws, the append throws, and nothing is kept. */
  readonly beforeCommit?: (records: readonly AgentRecord[]) => void;
  /** Rows of an earlier life of the agent: a restart in a simulation. */
  readonly rows?: readonly JournalRow[];
}

/** The journal of simulations: the same chain and the same redaction, without a disk. */
export function memoryJournal(options: MemoryJournalOptions = {}): Journal {
  const rows: JournalRow[] = [...(options.rows ?? [])];
  let usable = true;
  const head = () => headAfter(rows, emptyHead);
  return {
    append(atMs, records) {
      if (!usable) throw new JournalError('JOURNAL_CLOSED', 'in memory');
      usable = false;
      options.beforeCommit?.(records);
      const sealed = sealRows(head(), atMs, records.map(redactRecord)).map(({ row }) => row);
      rows.push(...sealed);
      usable = true;
      return sealed;
    },
    read: (fromSeq) => rows.slice(Math.max(0, fromSeq - 1)),
    head,
    close() {
      usable = false;
    },
  };
}
