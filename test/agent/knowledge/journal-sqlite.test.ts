import { copyFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { openAnchor, readAnchor } from '../../../agent/knowledge/anchor-file.ts';
import { verifyAudit } from '../../../agent/knowledge/audit.ts';
import { emptyHead } from '../../../agent/knowledge/chain.ts';
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

describe('what a journal refuses with is told in words', () => {
  const open = (path: string, anchor: string | null = null) => openSqliteJournal(path, { anchor });

  test('the row at which another process wrote', () => {
    const { path } = paths();
    const sleeper = open(path);
    const other = open(path);
    other.append(1, [controlOf('a')]);
    expect(() => sleeper.append(1, [controlOf('b')])).toThrow('(row 1 is not the one this process wrote last)');
    expect(() => sleeper.append(1, [controlOf('b')])).toThrow(
      `JOURNAL_CLOSED: the journal is closed, or failed before (${path})`,
    );
    other.close();
  });

  test('the row that was anchored and is gone, and the one that is another', () => {
    const { path, anchor } = paths();
    const journal = open(path, anchor);
    journal.append(1, [controlOf('a'), controlOf('b')]);
    journal.close();
    const other = paths();
    const shorter = open(other.path);
    shorter.append(1, [controlOf('a')]);
    shorter.close();
    expect(() => open(other.path, anchor)).toThrow('(it ends at row 1, row 2 is anchored)');
    const again = open(other.path);
    again.append(1, [controlOf('x')]);
    again.close();
    expect(() => open(other.path, anchor)).toThrow('(row 2 is not the anchored)');
  });

  test('the file that is not there, and the row that was edited', () => {
    const { path } = paths();
    expect(() => readJournal(path)).toThrow(`(${path}: no such file)`);
    const journal = open(path);
    journal.append(1, [controlOf('a'), controlOf('b')]);
    journal.close();
    const database = new DatabaseSync(path);
    database.exec('UPDATE rows SET at_ms = 7 WHERE seq = 2');
    database.close();
    expect(() => open(path)).toThrow(`(${path}: row 2: row 2 does not follow from what is before it, or was edited)`);
  });
});

describe('a journal', () => {
  test('writes nothing for nothing, and its reader may not write', () => {
    const { path, anchor } = paths();
    const journal = openSqliteJournal(path, { anchor });
    expect(journal.append(1, [])).toEqual([]);
    expect(journal.head()).toEqual(emptyHead);
    journal.append(1, [controlOf('a')]);
    const reader = readJournal(path);
    expect(reader.head()).toEqual(journal.head());
    reader.close();
    expect(() => reader.head()).toThrow();
    journal.close();
    expect(() => journal.append(1, [controlOf('b')])).toThrow('JOURNAL_CLOSED');
  });

  test('removes the snapshot beside it, and the old text in its log, with what it erases', () => {
    const { path } = paths();
    const snapshot = join(path, '..', 'snapshot.json');
    const journal = openSqliteJournal(path, { anchor: null });
    journal.append(1, [controlOf('canary-of-lena')]);
    writeFileSync(snapshot, 'canary-of-lena');
    journal.erase(2, [1, 1], null, 'too old');
    expect(existsSync(snapshot)).toBe(false);
    for (const file of [path, `${path}-wal`]) expect(readFileSync(file).includes('canary-of-lena')).toBe(false);
    const [row] = [...journal.read(1)];
    expect(row?.record).toEqual({
      type: 'control',
      atMs: 2,
      event: 'erased',
      person: null,
      entity: null,
      decisionId: null,
      incidentId: null,
      mode: null,
      untilMs: null,
      erasedRows: [1, 1],
      why: 'too old',
    });
    journal.close();
  });
});

describe('the two slots of an anchor', () => {
  const hashOf = (digit: string) => digit.repeat(64);

  test('are written in turn, also after the file was opened anew', () => {
    const { anchor } = paths();
    const seqs = () => {
      const bytes = readFileSync(anchor);
      return [0, 512].map((at) =>
        Number(
          bytes
            .subarray(at, at + 512)
            .toString('latin1')
            .split(' ')[0],
        ),
      );
    };
    for (const seq of [1, 2, 3, 4, 5]) {
      const file = openAnchor(anchor);
      file.write({ seq, hash: hashOf('a') });
      file.close();
      expect(readAnchor(anchor)).toEqual({ seq, hash: hashOf('a') });
      expect(() => file.read()).toThrow();
      if (seq > 1) expect(seqs().toSorted()).toEqual([seq - 1, seq]);
    }
  });

  test('are believed only with their check, and the first where both say the same row', () => {
    const { anchor } = paths();
    const file = openAnchor(anchor);
    file.write({ seq: 7, hash: hashOf('a') });
    file.write({ seq: 7, hash: hashOf('b') });
    expect(file.read()).toEqual({ seq: 7, hash: hashOf('a') });
    file.close();
    const bytes = readFileSync(anchor);
    writeFileSync(anchor, bytes.toString('latin1').replaceAll('7 ', '9 '));
    expect(readAnchor(anchor)).toBeNull();
    writeFileSync(anchor, `7 ${hashOf('a')} `.padEnd(512));
    expect(readAnchor(anchor)).toBeNull();
    writeFileSync(anchor, ' '.repeat(1_024));
    expect(readAnchor(anchor)).toBeNull();
    writeFileSync(anchor, bytes.subarray(0, 511));
    expect(readAnchor(anchor)).toBeNull();
  });
});

test('a journal without rows opens again beside its anchor, and one that is read from the middle is still chained', () => {
  const { path, anchor } = paths();
  openSqliteJournal(path, { anchor }).close();
  const journal = openSqliteJournal(path, { anchor });
  const [first, second] = journal.append(1, [controlOf('a'), controlOf('b')]);
  expect([...journal.read(2)]).toEqual([second]);
  expect(second?.prevHash).toBe(first?.hash);
  journal.close();
});
