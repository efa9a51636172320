import type { JournalRow } from '../../model/record.ts';
import type { Clock, Timer } from '../ports.ts';
import type { SqliteJournal } from './journal-sqlite.ts';
import type { Knowledge } from './knowledge.ts';
import { applyRetention } from './retention.ts';

/** How often the journal is looked through for what has become too old, ms. */
const everyMs = 24 * 3_600_000;

export interface RetentionOptions {
  readonly clock: Clock;
  readonly timer: Timer;
  /** Age from which on rows lose their content, ms. */
  readonly keepMs: number;
  /** What the journal amounts to now. */
  readonly knowledge: () => Knowledge;
  /** Called with the rows that say what was erased, once it is gone. */
  readonly onErased: (rows: readonly JournalRow[]) => void;
}

/** Keeps an open journal's content no longer than asked for: at once, and then every day. @returns what ends it */
export function watchRetention(journal: SqliteJournal, options: RetentionOptions): () => void {
  const { clock, timer, keepMs, knowledge, onErased } = options;
  let cancel = () => {};
  const look = () => {
    const nowMs = clock.nowMs();
    const { seq } = journal.head();
    if (applyRetention(journal, knowledge(), { keepMs, nowMs }).length > 0) onErased([...journal.read(seq + 1)]);
    cancel = timer.setAt(nowMs + everyMs, look);
  };
  look();
  return () => cancel();
}
