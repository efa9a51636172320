import type { Person } from '../../model/approval.ts';
import { stateFiles } from '../config/state-files.ts';
import { whatBinds } from './binding.ts';
import { openSqliteJournal, type SqliteJournal } from './journal-sqlite.ts';
import { openSqliteLease } from './lease-sqlite.ts';
import { restoreKnowledge } from './restore.ts';

export interface ErasureRequest {
  readonly stateDir: string;
  readonly anchorPath: string | null;
  readonly nowMs: number;
  /** The rows by number, or all that were written before a moment, Unix ms. */
  readonly rows: { readonly fromSeq: number; readonly toSeq: number } | { readonly beforeMs: number };
  readonly person: Person;
  readonly why: string;
}

export type Erasure =
  | { readonly status: 'erased'; readonly fromSeq: number; readonly toSeq: number }
  | { readonly status: 'nothing' }
  /** Another process writes the journal. */
  | { readonly status: 'busy' }
  /** Some of it still binds the agent: erasing it would loosen what it may do. */
  | { readonly status: 'binds'; readonly what: readonly string[] };

/** Longer than an erasure takes; should it die, no agent acts for so long, ms. */
const leaseTtlMs = 300_000;

/**
 * Erases the content of rows for good, under the lease, so that no daemon writes meanwhile. Hashes stay, and a row that
 * says who erased what, and why, is appended. What still binds the agent is not erased.
 * @throws JournalError where the journal cannot be opened or does not verify
 */
export function eraseRows(request: ErasureRequest): Erasure {
  const { stateDir, anchorPath, nowMs } = request;
  const files = stateFiles(stateDir);
  const lease = openSqliteLease(files.lease);
  const holder = `erasure/${process.pid}`;
  try {
    if (lease.acquire(holder, leaseTtlMs, nowMs) === null) return { status: 'busy' };
    const journal = openSqliteJournal(files.journal, { anchor: anchorPath });
    try {
      return erase(journal, request);
    } finally {
      journal.close();
      lease.release(holder);
    }
  } finally {
    lease.close();
  }
}

function erase(journal: SqliteJournal, { rows, nowMs, person, why }: ErasureRequest): Erasure {
  const range = rangeOf(journal, rows);
  if (range === null) return { status: 'nothing' };
  const [fromSeq, toSeq] = range;
  // A clock that was set back may have left younger rows among them: they go too, and are looked at too.
  const kept = Iterator.from(journal.read(1)).filter(({ seq }) => seq < fromSeq || seq > toSeq);
  const binds = whatBinds(restoreKnowledge(journal.read(1)), nowMs);
  const what = [...binds.difference(whatBinds(restoreKnowledge(kept), nowMs))];
  if (what.length > 0) return { status: 'binds', what };
  journal.erase(nowMs, range, person, why);
  return { status: 'erased', fromSeq, toSeq };
}

/** First and last row that is meant and still has content; rows that tell of an erasure are never meant. */
function rangeOf(journal: SqliteJournal, rows: ErasureRequest['rows']): readonly [number, number] | null {
  let range: readonly [number, number] | null = null;
  for (const { seq, atMs, record } of journal.read(1)) {
    const isMeant = 'beforeMs' in rows ? atMs < rows.beforeMs : seq >= rows.fromSeq && seq <= rows.toSeq;
    if (!isMeant || (record.type === 'control' && record.event === 'erased')) continue;
    range = [range?.[0] ?? seq, seq];
  }
  return range;
}
