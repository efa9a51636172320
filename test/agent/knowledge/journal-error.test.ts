import { expect, test } from 'vitest';
import { JournalError, type JournalErrorCode, journalErrorOf } from '../../../agent/knowledge/journal-error.ts';
import { memoryJournal } from '../../../agent/knowledge/journal-memory.ts';
import { controlOf } from './records.ts';

test.each<[object, JournalErrorCode]>([
  [{ errcode: 5 }, 'JOURNAL_BUSY'],
  [{ errcode: 6 }, 'JOURNAL_BUSY'],
  [{ errcode: 261 }, 'JOURNAL_BUSY'],
  [{ errcode: 11 }, 'JOURNAL_CORRUPT'],
  [{ errcode: 13 }, 'JOURNAL_FULL'],
  [{ errcode: 26 }, 'JOURNAL_CORRUPT'],
  [{ code: 'ENOSPC' }, 'JOURNAL_FULL'],
  [{ errcode: 10 }, 'JOURNAL_IO'],
  [{ code: 'EIO' }, 'JOURNAL_IO'],
  [{}, 'JOURNAL_IO'],
])('what the disk reports as %o has the code %s', (reported, code) => {
  const cause = Object.assign(new Error('as reported'), reported);
  const error = journalErrorOf(cause, '/var/journal.db');
  expect(error).toMatchObject({ code, name: 'JournalError', cause });
  expect(error.message).toMatch(new RegExp(`^${code}: .+ \\(/var/journal.db: as reported\\)$`));
});

test('what has a code keeps it', () => {
  const fenced = new JournalError('JOURNAL_FENCED', 'row 3');
  expect(journalErrorOf(fenced, 'x')).toBe(fenced);
});

test('the journal in memory gives back what was appended, from any row, and refuses once closed', () => {
  const journal = memoryJournal();
  const first = journal.append(1, [controlOf('a'), controlOf('b')]);
  const second = journal.append(2, [controlOf('c')]);
  const rows = [...first, ...second];
  expect([...journal.read(1)]).toEqual(rows);
  expect([...journal.read(0)]).toEqual(rows);
  expect([...journal.read(2)]).toEqual(rows.slice(1));
  expect([...journal.read(4)]).toEqual([]);
  expect(journal.head()).toEqual({ seq: 3, hash: rows[2]!.hash });
  expect([...memoryJournal({ rows }).read(1)]).toEqual(rows);
  expect(memoryJournal({ rows }).append(3, [controlOf('d')])[0]).toMatchObject({ seq: 4, prevHash: rows[2]!.hash });
  journal.close();
  expect(() => journal.append(3, [controlOf('d')])).toThrow(
    'JOURNAL_CLOSED: the journal is closed, or failed before (in memory)',
  );
});

test('after a commit that failed it refuses, and nothing of it is there', () => {
  let isFull = true;
  const journal = memoryJournal({
    beforeCommit: () => {
      if (isFull) throw new Error('full');
    },
  });
  expect(() => journal.append(1, [controlOf('a')])).toThrow('full');
  isFull = false;
  expect(() => journal.append(1, [controlOf('a')])).toThrow('JOURNAL_CLOSED');
  expect([...journal.read(1)]).toEqual([]);
});
