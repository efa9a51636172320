import { describe, expect, test } from 'vitest';
import { erasedRange, exportLine, findBreaks, importLine, verifyAudit } from '../../../agent/knowledge/audit.ts';
import { contentHashOf, emptyHead, type StoredRow, sealRows } from '../../../agent/knowledge/chain.ts';
import { chainOf, controlOf } from './records.ts';

const rows = chainOf(6);
const anchor = { seq: 6, hash: rows[5]!.hash };
const kinds = (tampered: readonly StoredRow[], head = anchor) =>
  verifyAudit(tampered, head).findings.map(({ kind, seq }) => `${kind} ${seq}`);

function erased(row: StoredRow): StoredRow {
  return { ...row, recordJson: null, contentHash: contentHashOf(row.recordJson ?? '') };
}

describe('an audit', () => {
  test('finds nothing in a true journal, also while it grows past its anchor', () => {
    expect(kinds(rows)).toEqual([]);
    expect(kinds(rows, { seq: 4, hash: rows[3]!.hash })).toEqual([]);
    expect(verifyAudit([], null)).toMatchObject({ rows: 0, findings: [] });
  });

  test('finds an edit, once', () => {
    const edited = rows.map((row) =>
      row.seq === 3 ? { ...row, recordJson: row.recordJson!.replace('row 3', 'ROW 3') } : row,
    );
    expect(kinds(edited)).toEqual(['broken-link 3']);
  });

  test('finds an edit of the time', () => {
    expect(kinds(rows.map((row) => (row.seq === 3 ? { ...row, atMs: 0 } : row)))).toEqual(['broken-link 3']);
  });

  test('finds an edit whose hash was made anew, at the row after it', () => {
    const head = { seq: 2, hash: rows[1]!.hash };
    const [forged] = sealRows(head, 1_000, [controlOf('forged')]).map(({ stored }) => stored);
    expect(kinds([...rows.slice(0, 2), forged!, ...rows.slice(3)])).toEqual(['broken-link 4']);
  });

  test('finds deleted rows', () => {
    expect(kinds(rows.filter((row) => row.seq !== 3 && row.seq !== 4))).toEqual(['missing 5']);
    expect(kinds(rows.slice(1))).toEqual(['missing 2']);
  });

  test('finds rows that were put in another order', () => {
    expect(kinds([rows[0]!, rows[2]!, rows[1]!, ...rows.slice(3)])).toEqual([
      'missing 3',
      'out-of-order 2',
      'missing 4',
    ]);
  });

  test('finds rows cut off at the end by the anchor alone', () => {
    expect(kinds(rows.slice(0, 4))).toEqual(['cut-off 6']);
    expect(findBreaks(rows.slice(0, 4), emptyHead).findings).toEqual([]);
  });

  test('finds a whole other history by the anchor alone', () => {
    const other = chainOf(6, emptyHead, 'other');
    expect(kinds(other)).toEqual(['forked 6']);
    expect(findBreaks(other, emptyHead).findings).toEqual([]);
  });

  test('finds rows of another journal spliced in', () => {
    const other = chainOf(6, emptyHead, 'other');
    expect(kinds([...rows.slice(0, 2), ...other.slice(2, 4), ...rows.slice(4)])).toEqual([
      'broken-link 3',
      'broken-link 5',
    ]);
  });
});

describe('an erased row', () => {
  const record = controlOf('asked by the person', { event: 'erased', erasedRows: [2, 3] });
  const [told] = sealRows(anchor, 2_000, [record]).map(({ stored }) => stored);

  test('keeps the chain whole where a later row says so', () => {
    const after = rows.map((row) => (row.seq === 2 || row.seq === 3 ? erased(row) : row));
    expect(verifyAudit([...after, told!], anchor)).toMatchObject({ erased: 2, findings: [] });
  });

  test('is found where no row says so, or one that speaks of others', () => {
    expect(kinds(rows.map((row) => (row.seq === 2 ? erased(row) : row)))).toEqual(['bad-erasure 2']);
    const after = rows.map((row) => (row.seq === 4 ? erased(row) : row));
    expect(kinds([...after, told!])).toEqual(['bad-erasure 4']);
  });

  test('is found where its hash was replaced or is missing', () => {
    const forged = rows.map((row) => (row.seq === 2 ? { ...erased(row), contentHash: contentHashOf('x') } : row));
    expect(kinds([...forged, told!])).toEqual(['broken-link 2']);
    const bare = rows.map((row) => (row.seq === 2 ? { ...row, recordJson: null } : row));
    expect(kinds([...bare, told!])).toEqual(['bad-erasure 2']);
    const both = rows.map((row) => (row.seq === 2 ? { ...row, contentHash: contentHashOf('x') } : row));
    expect(kinds([...both, told!])).toEqual(['bad-erasure 2']);
  });
});

test('an export verifies without the file it came from', () => {
  const record = controlOf('asked by the person', { event: 'erased', erasedRows: [2, 2] });
  const [told] = sealRows(anchor, 2_000, [record]).map(({ stored }) => stored);
  const lines = [...rows.map((row) => (row.seq === 2 ? erased(row) : row)), told!].map(exportLine);
  expect(verifyAudit(lines.map(importLine), anchor)).toMatchObject({ rows: 7, erased: 1, findings: [] });
  const edited = lines.map((line) => line.replace('row 4', 'row x'));
  expect(verifyAudit(edited.map(importLine), anchor).findings).toMatchObject([{ kind: 'broken-link', seq: 4 }]);
});

describe('what an audit finds is told in words', () => {
  const why = (tampered: readonly StoredRow[], head: typeof anchor | null = null) =>
    verifyAudit(tampered, head).findings.map((finding) => finding.why);
  const edited = (seq: number, change: Partial<StoredRow>) =>
    rows.map((row) => (row.seq === seq ? { ...row, ...change } : row));

  test.each<[string, () => string[]]>([
    ['row 6 was anchored and is not there', () => why(rows.slice(0, 5), anchor)],
    ['row 6 is not the one that was anchored', () => why(rows, { seq: 6, hash: 'other' })],
    ['row 2 follows row 3', () => why([rows[0]!, rows[1]!, rows[2]!, rows[1]!, ...rows.slice(2)])],
    ['row 2 follows row 2', () => why([rows[0]!, rows[1]!, rows[1]!, ...rows.slice(2)])],
    ['rows 2 to 3 are not there', () => why([rows[0]!, ...rows.slice(3)])],
    ['row 2 is marked erased and has content', () => why(edited(2, { contentHash: 'some' }))],
    ['row 2 has neither content nor its hash', () => why(edited(2, { recordJson: null }))],
    ['row 3 does not follow from what is before it, or was edited', () => why(edited(3, { atMs: 0 }))],
    ['no row says why row 2 was erased', () => why(rows.map((row) => (row.seq === 2 ? erased(row) : row)))],
  ])('%s', (said, found) => {
    expect(found()[0]).toBe(said);
  });

  test('an anchor of nothing accuses nobody', () => {
    expect(why(rows, { seq: 0, hash: 'none' })).toEqual([]);
    expect(why([], { seq: 0, hash: 'none' })).toEqual([]);
  });
});

describe('a row tells of an erasure', () => {
  const record = (more: object) => JSON.stringify({ type: 'control', event: 'erased', erasedRows: [2, 3], ...more });

  test.each<[string, string, readonly [number, number] | null]>([
    ['where it is such a record', record({}), [2, 3]],
    ['not where the words stand in its text', record({ event: 'owned', why: '"event":"erased"' }), null],
    ['not where another type of record says so', record({ type: 'advice' }), null],
    ['not where it names no rows', record({ erasedRows: undefined }), null],
    ['not where it is no record', '{"event":"erased"', null],
    ['not where it is nothing', '', null],
  ])('%s', (_when, text, range) => {
    expect(erasedRange(text)).toEqual(range);
  });

  test('not where the words stand inside of another record', () => {
    const hidden = JSON.stringify({ type: 'control', event: 'owned', erasedRows: [2, 3], inner: { event: 'erased' } });
    expect(erasedRange(hidden)).toBeNull();
  });

  test('and only for the rows that it names', () => {
    const head = { seq: 3, hash: rows[2]!.hash };
    const told = (range: readonly [number, number]) =>
      sealRows(head, 1_000, [controlOf('x', { event: 'erased', erasedRows: range })]).map(({ stored }) => stored);
    const without = rows.slice(0, 3).map((row) => (row.seq === 2 ? erased(row) : row));
    const findings = (range: readonly [number, number]) =>
      verifyAudit([...without, ...told(range)], null).findings.length;
    expect(
      [
        [2, 2],
        [1, 3],
        [1, 2],
        [3, 3],
        [1, 1],
      ].map(([from, to]) => findings([from!, to!])),
    ).toEqual([0, 0, 0, 1, 1]);
  });
});
