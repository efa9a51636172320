import { describe, expect, test } from 'vitest';
import { exportLine, findBreaks, importLine, verifyAudit } from '../../../agent/knowledge/audit.ts';
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
