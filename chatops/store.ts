import { DatabaseSync } from 'node:sqlite';
import type { DecisionId, IncidentId } from '../model/entity.ts';
import type { ButtonVerb } from './message.ts';

/** What a button or a form stands for. */
export interface Meaning {
  readonly verb: ButtonVerb;
  readonly incidentId: IncidentId;
  readonly decisionId: DecisionId | null;
  /** The plan that was on the screen when the button was drawn. */
  readonly planHash: string | null;
}

/** One incident's message. */
export interface Card {
  readonly incidentId: IncidentId;
  readonly messageId: string | null;
  readonly writtenAtMs: number;
  /** The decision and plan that people saw last. */
  readonly shownDecisionId: DecisionId | null;
  readonly shownPlanHash: string | null;
  readonly severity: number;
  /** Counts what there was to show; `written` is the count that the message shows. */
  readonly version: number;
  readonly written: number;
}

/** A line for an incident's thread, or for the channel where it is of no incident. */
export interface Note {
  readonly seq: number;
  readonly incidentId: IncidentId | null;
  readonly text: string;
  readonly alsoInChannel: boolean;
}

const schema = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS cursor (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS token (
    token TEXT PRIMARY KEY, verb TEXT NOT NULL, incidentId TEXT NOT NULL, decisionId TEXT, planHash TEXT
  ) STRICT;
  CREATE TABLE IF NOT EXISTS card (
    incidentId TEXT PRIMARY KEY, messageId TEXT, writtenAtMs INTEGER NOT NULL, shownDecisionId TEXT, shownPlanHash TEXT,
    severity INTEGER NOT NULL, version INTEGER NOT NULL, written INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS note (
    seq INTEGER PRIMARY KEY, incidentId TEXT, text TEXT NOT NULL, alsoInChannel INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS used (signature TEXT PRIMARY KEY, atMs INTEGER NOT NULL) STRICT;
`;

/**
 * What the bot must not forget: which message shows which incident, what each button stands for, how far it has read
 * the journal and what it has yet to say. A restart between question and click changes nothing.
 */
export class ChatStore {
  readonly #database: DatabaseSync;

  constructor(path: string) {
    this.#database = new DatabaseSync(path);
    this.#database.exec(schema);
  }

  /** Journal row up to which everything has been taken over; null before the first start. */
  cursor(): number | null {
    const row = this.#database.prepare('SELECT seq FROM cursor').get();
    return row === undefined ? null : Number(row.seq);
  }

  /** Takes over one journal row: what it changes and how far that is, in one transaction. */
  takeOver(seq: number, change: () => void): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      change();
      this.#run('INSERT INTO cursor VALUES (1, ?) ON CONFLICT DO UPDATE SET seq = excluded.seq', seq);
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  /** The token of a meaning: the same one every time, so that drawing a message twice draws the same. */
  tokenOf({ verb, incidentId, decisionId, planHash }: Meaning, newToken: () => string): string {
    const known = this.#database
      .prepare('SELECT token FROM token WHERE verb = ? AND incidentId = ? AND decisionId IS ? AND planHash IS ?')
      .get(verb, incidentId, decisionId, planHash);
    if (known !== undefined) return String(known.token);
    const token = newToken();
    this.#run('INSERT INTO token VALUES (?, ?, ?, ?, ?)', token, verb, incidentId, decisionId, planHash);
    return token;
  }

  meaningOf(token: string): Meaning | null {
    const row = this.#database.prepare('SELECT verb, incidentId, decisionId, planHash FROM token WHERE token = ?');
    return (row.get(token) as unknown as Meaning | undefined) ?? null;
  }

  card(incidentId: IncidentId): Card | null {
    const row = this.#database.prepare('SELECT * FROM card WHERE incidentId = ?').get(incidentId);
    return (row as unknown as Card | undefined) ?? null;
  }

  /** Says that an incident has something new to show. */
  touch(incidentId: IncidentId, severity: number): void {
    this.#run(
      `INSERT INTO card VALUES (?, NULL, 0, NULL, NULL, ?, 1, 0)
       ON CONFLICT DO UPDATE SET version = version + 1, severity = excluded.severity`,
      incidentId,
      severity,
    );
  }

  /** Cards that do not show all there is, the one written longest ago first. */
  unwritten(): Card[] {
    const rows = this.#database.prepare('SELECT * FROM card WHERE version > written ORDER BY writtenAtMs, incidentId');
    return rows.all() as unknown as Card[];
  }

  wrote(
    card: Card,
    messageId: string | null,
    atMs: number,
    shown: Pick<Card, 'shownDecisionId' | 'shownPlanHash'>,
  ): void {
    this.#run(
      `UPDATE card SET messageId = ?, writtenAtMs = ?, shownDecisionId = ?, shownPlanHash = ?, written = ?
       WHERE incidentId = ?`,
      messageId,
      atMs,
      shown.shownDecisionId,
      shown.shownPlanHash,
      card.version,
      card.incidentId,
    );
  }

  /** The message is gone: the next write posts a new one. */
  lost(incidentId: IncidentId): void {
    this.#run('UPDATE card SET messageId = NULL, version = version + 1 WHERE incidentId = ?', incidentId);
  }

  addNote({ seq, incidentId, text, alsoInChannel }: Note): void {
    this.#run('INSERT OR IGNORE INTO note VALUES (?, ?, ?, ?)', seq, incidentId, text, alsoInChannel ? 1 : 0);
  }

  notes(): Note[] {
    const rows = this.#database.prepare('SELECT * FROM note ORDER BY seq').all();
    return rows.map((row) => ({ ...(row as unknown as Note), alsoInChannel: row.alsoInChannel === 1 }));
  }

  sent(notes: readonly Note[]): void {
    for (const { seq } of notes) this.#run('DELETE FROM note WHERE seq = ?', seq);
  }

  /**
   * Whether a request's signature is used for the first time.
   * @param forgetBeforeMs signatures older than this are refused by their age and need not be kept
   */
  isFirstUse(signature: string, atMs: number, forgetBeforeMs: number): boolean {
    this.#run('DELETE FROM used WHERE atMs < ?', forgetBeforeMs);
    return this.#run('INSERT OR IGNORE INTO used VALUES (?, ?)', signature, atMs) === 1;
  }

  close(): void {
    this.#database.close();
  }

  #run(sql: string, ...values: (string | number | null)[]): number {
    return Number(this.#database.prepare(sql).run(...values).changes);
  }
}
