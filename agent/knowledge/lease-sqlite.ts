import { DatabaseSync } from 'node:sqlite';
import type { Lease } from '../ports.ts';
import { JournalError, journalErrorOf } from './journal-error.ts';
import { leaseOver } from './lease-memory.ts';

/** How long one process waits for another that is inside its own short transaction, ms. */
const busyMs = 2_000;

export interface SqliteLease extends Lease {
  close(): void;
}

/**
 * The lease in a file of its own, shared by every agent of one cluster on this machine. Each call is one immediate
 * transaction, so two processes can never both find it free. `synchronous=FULL`: an epoch that was given out is never
 * given out again, not even after a power cut.
 * @throws JournalError where the file cannot be opened or locked
 */
export function openSqliteLease(path: string): SqliteLease {
  const database = openDatabase(path);
  const select = database.prepare('SELECT holder, epoch, expires_at_ms AS expiresAtMs FROM lease WHERE id = 1');
  const upsert = database.prepare(
    'INSERT INTO lease (id, holder, epoch, expires_at_ms) VALUES (1, ?, ?, ?) ' +
      'ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, epoch = excluded.epoch, expires_at_ms = excluded.expires_at_ms',
  );
  const lease = leaseOver({
    read: () => {
      const row = select.get();
      if (row === undefined) return null;
      return { holder: String(row.holder), epoch: Number(row.epoch), expiresAtMs: Number(row.expiresAtMs) };
    },
    write: ({ holder, epoch, expiresAtMs }) => {
      upsert.run(holder, epoch, expiresAtMs);
    },
  });
  return {
    acquire: (holder, ttlMs, nowMs) => exclusively(database, path, () => lease.acquire(holder, ttlMs, nowMs)),
    current: (holder, nowMs) => lease.current(holder, nowMs),
    release: (holder) => exclusively(database, path, () => lease.release(holder)),
    close: () => database.close(),
  };
}

function openDatabase(path: string): DatabaseSync {
  try {
    const database = new DatabaseSync(path);
    database.exec(
      `PRAGMA busy_timeout = ${busyMs}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
       CREATE TABLE IF NOT EXISTS lease (id INTEGER PRIMARY KEY CHECK (id = 1), holder TEXT NOT NULL,
         epoch INTEGER NOT NULL, expires_at_ms INTEGER NOT NULL) STRICT;`,
    );
    return database;
  } catch (error) {
    throw journalErrorOf(error, path);
  }
}

function exclusively<T>(database: DatabaseSync, path: string, work: () => T): T {
  try {
    database.exec('BEGIN IMMEDIATE');
  } catch (error) {
    throw journalErrorOf(error, path);
  }
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error instanceof JournalError ? error : journalErrorOf(error, path);
  }
}
