import { copyFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { readAnchor } from '../../../agent/knowledge/anchor-file.ts';
import { verifyAudit } from '../../../agent/knowledge/audit.ts';
import { journalErrorOf } from '../../../agent/knowledge/journal-error.ts';
import { memoryJournal } from '../../../agent/knowledge/journal-memory.ts';
import { openSqliteJournal, readJournal } from '../../../agent/knowledge/journal-sqlite.ts';
import { controlOf, scratchDir } from './records.ts';

function paths() {
  const dir = scratchDir();
  return { path: join(dir, 'journal.db'), anchor: join(dir, 'anchor') };
}

describe('the journal on SQLite', () => {
  test('gives back what was appended, in order, after a restart', () => {
    const { path, anchor } = paths();
    const first = openSqliteJournal(path, { anchor });
    first.append(1, [controlOf('a'), controlOf('b')]);
    const rows = first.append(2, [controlOf('c')]);
    first.close();
    const second = openSqliteJournal(path, { anchor });
    expect(second.head()).toMatchObject({ seq: 3, hash: rows[0]?.hash });
    expect([...second.read(2)].map(({ seq, atMs, record }) => [seq, atMs, record])).toEqual([
      [2, 1, controlOf('b')],
      [3, 2, controlOf('c')],
    ]);
    second.close();
  });

  test('has the same hashes as the journal of simulations', () => {
    const { path } = paths();
    const journal = openSqliteJournal(path, { anchor: null });
    const records = [controlOf('a'), controlOf('token=abcdefgh12345')];
    expect(journal.append(7, records)).toEqual(memoryJournal().append(7, records));
    expect([...journal.read(1)]).toEqual(memoryJournal().append(7, records));
    journal.close();
  });

  test('can be read by another process while it is written', () => {
    const { path } = paths();
    const journal = openSqliteJournal(path, { anchor: null });
    journal.append(1, [controlOf('a')]);
    const reader = readJournal(path);
    journal.append(2, [controlOf('b')]);
    expect([...reader.read(1)].map((row) => row.seq)).toEqual([1, 2]);
    expect(reader.head().seq).toBe(2);
    reader.close();
    journal.close();
  });

  test('keeps nothing of a commit that did not happen, and refuses from then on', () => {
    const { path } = paths();
    const journal = openSqliteJournal(path, { anchor: null });
    journal.append(1, [controlOf('a')]);
    const broken = { ...controlOf('b'), why: 1n } as unknown as ReturnType<typeof controlOf>;
    expect(() => journal.append(2, [controlOf('fine'), broken])).toThrow('JOURNAL_IO');
    expect(() => journal.append(3, [controlOf('c')])).toThrow('JOURNAL_CLOSED');
    journal.close();
    const again = openSqliteJournal(path, { anchor: null });
    expect(again.head().seq).toBe(1);
    again.close();
  });

  test('fences out a writer that slept while another one wrote', () => {
    const { path } = paths();
    const sleeper = openSqliteJournal(path, { anchor: null });
    sleeper.append(1, [controlOf('a')]);
    const successor = openSqliteJournal(path, { anchor: null });
    successor.append(2, [controlOf('b')]);
    expect(() => sleeper.append(3, [controlOf('late')])).toThrow('JOURNAL_FENCED');
    successor.append(4, [controlOf('c')]);
    expect([...successor.read(1)]).toHaveLength(3);
    sleeper.close();
    successor.close();
  });
});

describe('what SQLite reports', () => {
  test('becomes a code: a full disk', () => {
    const { path } = paths();
    const database = new DatabaseSync(path);
    database.exec('PRAGMA max_page_count = 3; CREATE TABLE t (x TEXT)');
    expect(codeOf(path, () => database.exec(`INSERT INTO t VALUES ('${'x'.repeat(50_000)}')`))).toBe('JOURNAL_FULL');
    database.close();
  });

  test('becomes a code: a file that somebody else has locked', () => {
    const { path } = paths();
    const [first, second] = [new DatabaseSync(path), new DatabaseSync(path)];
    first.exec('BEGIN IMMEDIATE');
    expect(codeOf(path, () => second.exec('BEGIN IMMEDIATE'))).toBe('JOURNAL_BUSY');
    first.close();
    second.close();
  });

  test('becomes a code: a file that may not be written counts as a failing disk', () => {
    const { path } = paths();
    new DatabaseSync(path).close();
    const database = new DatabaseSync(path, { readOnly: true });
    expect(codeOf(path, () => database.exec('CREATE TABLE t (x TEXT)'))).toBe('JOURNAL_IO');
    database.close();
  });
});

function codeOf(path: string, work: () => void): string {
  try {
    work();
  } catch (error) {
    return journalErrorOf(error, path).code;
  }
  return 'none';
}

describe('a journal that was tampered with', () => {
  test('does not open after an edit near its end', () => {
    const { path } = paths();
    const journal = openSqliteJournal(path, { anchor: null });
    journal.append(1, [controlOf('a'), controlOf('b')]);
    journal.close();
    const editor = new DatabaseSync(path);
    editor.exec(`UPDATE rows SET record = replace(record, '"a"', '"z"') WHERE seq = 1`);
    editor.close();
    expect(() => openSqliteJournal(path, { anchor: null })).toThrow('JOURNAL_CORRUPT');
  });

  test('does not open when it is an older copy than its anchor', () => {
    const { path, anchor } = paths();
    const journal = openSqliteJournal(path, { anchor });
    journal.append(1, [controlOf('a')]);
    journal.close();
    copyFileSync(path, `${path}.old`);
    const later = openSqliteJournal(path, { anchor });
    later.append(2, [controlOf('b')]);
    later.close();
    copyFileSync(`${path}.old`, path);
    expect(() => openSqliteJournal(path, { anchor })).toThrow('JOURNAL_ROLLED_BACK');
  });

  test('does not open when another history grew in its place', () => {
    const { path, anchor } = paths();
    const journal = openSqliteJournal(path, { anchor });
    journal.append(1, [controlOf('a')]);
    journal.close();
    const other = openSqliteJournal(`${path}.other`, { anchor: null });
    other.append(1, [controlOf('A'), controlOf('B')]);
    other.close();
    copyFileSync(`${path}.other`, path);
    expect(() => openSqliteJournal(path, { anchor })).toThrow('JOURNAL_CORRUPT');
  });

  test('does not open when its file is not one', () => {
    const { path } = paths();
    writeFileSync(path, 'not a database, but long enough to be looked at as if it were one'.repeat(20));
    expect(() => openSqliteJournal(path, { anchor: null })).toThrow('JOURNAL_CORRUPT');
  });

  test('a reader refuses a journal that is not there', () => {
    const { path } = paths();
    expect(() => readJournal(path)).toThrow('JOURNAL_IO');
    expect(existsSync(path)).toBe(false);
  });
});

describe('the anchor', () => {
  test('follows every commit and survives a torn slot', () => {
    const { path, anchor } = paths();
    const journal = openSqliteJournal(path, { anchor });
    journal.append(1, [controlOf('a')]);
    journal.append(2, [controlOf('b')]);
    expect(readAnchor(anchor)).toEqual(journal.head());
    journal.close();
    const bytes = readFileSync(anchor);
    for (const slot of [0, 1]) {
      const torn = Buffer.from(bytes);
      torn.fill(0, slot * 512 + 10, slot * 512 + 40);
      writeFileSync(anchor, torn);
      expect(readAnchor(anchor)?.seq).toBeGreaterThanOrEqual(1);
    }
    truncateSync(anchor, 0);
    expect(readAnchor(anchor)).toBeNull();
  });

  test('may lag by a crash: the journal opens and the anchor catches up', () => {
    const { path, anchor } = paths();
    const journal = openSqliteJournal(path, { anchor });
    journal.append(1, [controlOf('a')]);
    copyFileSync(anchor, `${anchor}.lagging`);
    journal.append(2, [controlOf('b')]);
    journal.close();
    copyFileSync(`${anchor}.lagging`, anchor);
    const again = openSqliteJournal(path, { anchor });
    expect(readAnchor(anchor)).toEqual(again.head());
    again.close();
  });
});

describe('erasure', () => {
  test('removes the content for good, keeps the chain, and says so', () => {
    const { path, anchor } = paths();
    const journal = openSqliteJournal(path, { anchor });
    const canary = 'canary-of-maria';
    journal.append(1, [controlOf('a'), controlOf(canary), controlOf('c')]);
    journal.erase(2, [2, 2], { id: 'unix:dpo', via: 'cli' }, 'asked by the person');
    expect([...journal.read(1)].map((row) => row.seq)).toEqual([1, 3, 4]);
    journal.close();
    const reader = readJournal(path);
    expect(verifyAudit(reader.stored(1), readAnchor(anchor))).toMatchObject({ rows: 4, erased: 1, findings: [] });
    reader.close();
    expect(readFileSync(path).includes(canary)).toBe(false);
    openSqliteJournal(path, { anchor }).close();
  });

  test('of the row that tells of an erasure does nothing', () => {
    const { path } = paths();
    const journal = openSqliteJournal(path, { anchor: null });
    journal.append(1, [controlOf('a')]);
    journal.erase(2, [1, 1], null, 'too old');
    journal.erase(3, [1, 2], null, 'too old');
    expect([...journal.read(1)].map((row) => row.seq)).toEqual([2, 3]);
    journal.close();
  });
});
