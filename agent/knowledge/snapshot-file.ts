import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { JournalRow } from '../../model/record.ts';
import type { Journal } from '../ports.ts';
import { applyRecord, type Knowledge } from './knowledge.ts';
import { copyKnowledge, type Restored, restoreFromSnapshot, takeSnapshot } from './snapshot.ts';

/** Rows between two snapshots: a restart folds so many at most, which takes about 0.2 s. */
const rowsBetween = 20_000;

function snapshotPathOf(journalPath: string): string {
  return join(dirname(journalPath), 'snapshot.json');
}

/** Folds a journal with the help of the snapshot beside it. */
export function restoreJournal(journalPath: string, journal: Journal): Restored {
  return restoreFromSnapshot(readSnapshot(snapshotPathOf(journalPath)), journal);
}

/** A file that cannot be read is as good as none: the journal has everything. */
function readSnapshot(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** Removes the snapshot beside a journal, with all that it holds. */
export function removeSnapshot(journalPath: string): void {
  rmSync(snapshotPathOf(journalPath), { force: true });
}

/**
 * Follows a journal row by row, from what had been restored, and writes a snapshot now and then. The row that vouches
 * for it is journalled first; the file is not synced, for a torn one is found and not used.
 * @param every rows between two snapshots
 * @returns to be told every row, in order, once it is durable
 */
export function keepSnapshots(
  journalPath: string,
  journal: Journal,
  { knowledge, rowsFolded }: Restored,
  every = rowsBetween,
): (row: JournalRow) => void {
  const path = snapshotPathOf(journalPath);
  const followed: Knowledge = copyKnowledge(knowledge);
  let rowsSince = rowsFolded;
  return ({ seq, atMs, record }) => {
    applyRecord(followed, record);
    rowsSince += 1;
    // Between the rows of one commit nothing may be appended: the next row would not follow its snapshot.
    if (rowsSince < every || journal.head().seq !== seq) return;
    rowsSince = 0;
    const snapshot = takeSnapshot(followed, seq, atMs);
    journal.append(atMs, [snapshot.record]);
    const fresh = `${path}.new`;
    writeFileSync(fresh, snapshot.text, { mode: 0o600 });
    renameSync(fresh, path);
  };
}
