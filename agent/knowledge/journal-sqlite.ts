import { existsSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Person } from '../../model/approval.ts';
import type { AgentRecord, ControlRecord, JournalRow } from '../../model/record.ts';
import type { Journal } from '../ports.ts';
import { type AnchorFile, openAnchor } from './anchor-file.ts';
import { erasedRange, findBreaks } from './audit.ts';
import { contentHashOf, emptyHead, type Head, headAfter, openRows, type StoredRow, sealRows } from './chain.ts';
import { JournalError, journalErrorOf } from './journal-error.ts';
import { redactRecord } from './redact.ts';
import { removeSnapshot } from './snapshot-file.ts';

/** How long one process waits for another that is inside its own short transaction, ms. */
const busyMs = 2_000;

/** Rows whose chain is checked at every start; `homeostat audit verify` checks all. 20,000 rows take about 0.1 s. */
const checkedAtOpen = 20_000;

export interface SqliteJournalOptions {
  /** Where the head is also written, best on another disk: what finds cut-off rows and old copies. Null: nowhere. */
  readonly anchor: string | null;
}

export interface SqliteJournal extends Journal {
  /**
   * Erases the content of rows for good, because of their age or at a person's request, and appends a record that says
   * so. Hashes stay. Rows that tell of an erasure are never erased.
   */
  erase(atMs: number, rows: readonly [fromSeq: number, toSeq: number], person: Person | null, why: string): void;
}

export interface JournalReader {
  /** Rows with `seq` >= `fromSeq` whose content is still there, in order. */
  read(fromSeq: number): Iterable<JournalRow>;
  /** Every row as it is stored, erased ones included. */
  stored(fromSeq: number): Iterable<StoredRow>;
  head(): Head;
  close(): void;
}

/**
 * The journal in one SQLite file.
 *
 * WAL with `synchronous=FULL`: one write and one sync of the log per commit, where a rollback journal needs three
 * syncs, and command-line readers never wait for the daemon nor it for them (https://sqlite.org/wal.html).
 *
 * One writer: every append compares the last row with the one this process wrote or read last, in the same immediate
 * transaction. A process that slept through a change of holder therefore cannot write down an intent, and so cannot
 * act. Open the journal only while holding the lease; until then use `readJournal`.
 *
 * Any failure ends the object: after a failed sync the kernel may have dropped the pages, so a retry would lie
 * (A. Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020).
 *
 * @throws JournalError where the file cannot be opened, its end does not verify, or it is older than its anchor
 */
export function openSqliteJournal(path: string, options: SqliteJournalOptions): SqliteJournal {
  try {
    return new FileJournal(path, options.anchor);
  } catch (error) {
    throw journalErrorOf(error, path);
  }
}

class FileJournal implements SqliteJournal {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #last: StatementSync;
  readonly #anchor: AnchorFile | null;
  #head: Head;
  #usable = true;

  constructor(path: string, anchor: string | null) {
    this.#path = path;
    this.#database = new DatabaseSync(path);
    this.#database.exec(
      `PRAGMA busy_timeout = ${busyMs}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
       PRAGMA secure_delete = ON;
       CREATE TABLE IF NOT EXISTS rows (seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, record TEXT,
         content_hash TEXT, hash TEXT NOT NULL) STRICT;`,
    );
    this.#insert = this.#database.prepare('INSERT INTO rows (seq, at_ms, record, hash) VALUES (?, ?, ?, ?)');
    this.#last = this.#database.prepare(lastRow);
    this.#head = headOf(this.#last);
    checkTail(this.#database, this.#head, path);
    this.#anchor = anchor === null ? null : openAnchor(anchor);
    if (this.#anchor !== null) checkAnchor(this.#database, this.#head, this.#anchor);
  }

  append(atMs: number, records: readonly AgentRecord[]): readonly JournalRow[] {
    return records.length === 0 ? [] : this.#commit(atMs, records.map(redactRecord), () => {});
  }

  erase(atMs: number, rows: readonly [fromSeq: number, toSeq: number], person: Person | null, why: string): void {
    const record = redactRecord(erasureRecord(atMs, rows, person, why));
    this.#commit(atMs, [record], () => eraseContent(this.#database, rows));
    removeSnapshot(this.#path);
    // The old text is still in the log and in free pages until both are overwritten.
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  read(fromSeq: number): Iterable<JournalRow> {
    return openRows(storedRows(this.#database, fromSeq), headBefore(this.#database, fromSeq));
  }

  head(): Head {
    return this.#head;
  }

  close(): void {
    this.#usable = false;
    this.#anchor?.close();
    this.#database.close();
  }

  /** One transaction: the fence, what else belongs to it, the rows. Then the anchor. */
  #commit(atMs: number, records: readonly AgentRecord[], also: () => void): readonly JournalRow[] {
    if (!this.#usable) throw new JournalError('JOURNAL_CLOSED', this.#path);
    this.#usable = false;
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      const last = headOf(this.#last);
      if (last.hash !== this.#head.hash) {
        throw new JournalError('JOURNAL_FENCED', `row ${last.seq} is not the one this process wrote last`);
      }
      also();
      const sealed = sealRows(this.#head, atMs, records);
      for (const { stored } of sealed) this.#insert.run(stored.seq, atMs, stored.recordJson, stored.hash);
      this.#database.exec('COMMIT');
      const rows = sealed.map(({ row }) => row);
      this.#head = headAfter(rows, this.#head);
      this.#anchor?.write(this.#head);
      this.#usable = true;
      return rows;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw journalErrorOf(error, this.#path);
    }
  }
}

/** Opens a journal for reading while a daemon may be writing it. @throws JournalError where there is none */
export function readJournal(path: string): JournalReader {
  if (!existsSync(path)) throw new JournalError('JOURNAL_IO', `${path}: no such file`);
  try {
    const database = new DatabaseSync(path, { readOnly: true });
    database.exec(`PRAGMA busy_timeout = ${busyMs}`);
    const last = database.prepare(lastRow);
    return {
      read: (fromSeq) => openRows(storedRows(database, fromSeq), headBefore(database, fromSeq)),
      stored: (fromSeq) => storedRows(database, fromSeq),
      head: () => headOf(last),
      close: () => database.close(),
    };
  } catch (error) {
    throw journalErrorOf(error, path);
  }
}

function erasureRecord(
  atMs: number,
  erasedRows: readonly [fromSeq: number, toSeq: number],
  person: Person | null,
  why: string,
): ControlRecord {
  const nothing = { entity: null, decisionId: null, incidentId: null, mode: null, untilMs: null };
  return { type: 'control', atMs, event: 'erased', person, ...nothing, erasedRows, why };
}

function eraseContent(database: DatabaseSync, [fromSeq, toSeq]: readonly [number, number]): void {
  const rows = database
    .prepare('SELECT seq, record FROM rows WHERE seq BETWEEN ? AND ? AND record IS NOT NULL')
    .all(fromSeq, toSeq);
  const update = database.prepare('UPDATE rows SET record = NULL, content_hash = ? WHERE seq = ?');
  for (const { seq, record } of rows) {
    const text = String(record);
    if (erasedRange(text) === null) update.run(contentHashOf(text), Number(seq));
  }
}

const lastRow = 'SELECT seq, hash FROM rows ORDER BY seq DESC LIMIT 1';

function headOf(last: StatementSync): Head {
  const row = last.get();
  return row === undefined ? emptyHead : { seq: Number(row.seq), hash: String(row.hash) };
}

function headBefore(database: DatabaseSync, seq: number): Head {
  const row = database.prepare('SELECT seq, hash FROM rows WHERE seq < ? ORDER BY seq DESC LIMIT 1').get(seq);
  return row === undefined ? emptyHead : { seq: Number(row.seq), hash: String(row.hash) };
}

function storedRows(database: DatabaseSync, fromSeq: number): Iterable<StoredRow> {
  return database
    .prepare(
      'SELECT seq, at_ms AS atMs, record AS recordJson, content_hash AS contentHash, hash FROM rows WHERE seq >= ? ORDER BY seq',
    )
    .iterate(fromSeq) as unknown as Iterable<StoredRow>;
}

function checkTail(database: DatabaseSync, head: Head, path: string): void {
  const fromSeq = Math.max(1, head.seq - checkedAtOpen + 1);
  const before = headBefore(database, fromSeq);
  const [broken] = findBreaks(storedRows(database, fromSeq), before).findings;
  if (broken !== undefined) throw new JournalError('JOURNAL_CORRUPT', `${path}: row ${broken.seq}: ${broken.why}`);
}

/** The anchor is written after each commit, so it may lag behind by a crash; it can never be ahead of a true journal. */
function checkAnchor(database: DatabaseSync, head: Head, anchor: AnchorFile): void {
  const anchored = anchor.read();
  if (anchored !== null && anchored.seq > 0) {
    const row = database.prepare('SELECT hash FROM rows WHERE seq = ?').get(anchored.seq);
    if (row === undefined) {
      throw new JournalError('JOURNAL_ROLLED_BACK', `it ends at row ${head.seq}, row ${anchored.seq} is anchored`);
    }
    if (row.hash !== anchored.hash)
      throw new JournalError('JOURNAL_CORRUPT', `row ${anchored.seq} is not the anchored`);
  }
  anchor.write(head);
}
