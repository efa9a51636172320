import { DatabaseSync } from 'node:sqlite';
import type { ModelStore } from '../ports.ts';

/** Longest wait for another process that closes the same file, ms. */
const busyMs = 2_000;

export interface SqliteModelStore extends ModelStore {
  close(): void;
}

/**
 * What models have learned, one row per series. A file that cannot be opened, read or written is reported and costs
 * learning time only: the agent goes on without it.
 */
export function openSqliteModelStore(path: string, report: (problem: string) => void): SqliteModelStore {
  const database = attempt(() => open(path), report);
  return {
    save: (key, text) => {
      attempt(
        () =>
          database
            ?.prepare(
              'INSERT INTO model (key, text) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET text = excluded.text',
            )
            .run(key, text),
        report,
      );
    },
    load: () => {
      const rows = attempt(() => database?.prepare('SELECT key, text FROM model').all(), report) ?? [];
      return new Map(rows.map((row) => [String(row.key), String(row.text)]));
    },
    close: () => database?.close(),
  };
}

function open(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: busyMs });
  // A power cut may lose the last states; the file stays whole.
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  database.exec('CREATE TABLE IF NOT EXISTS model (key TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT');
  return database;
}

function attempt<Result>(work: () => Result, report: (problem: string) => void): Result | null {
  try {
    return work();
  } catch (error) {
    report(`what models have learned is not kept: ${(error as Error).message}`);
    return null;
  }
}
