import { contentHashOf, type Head, linkHash, type StoredRow } from './chain.ts';

export interface AuditFinding {
  readonly seq: number;
  readonly kind: 'missing' | 'out-of-order' | 'broken-link' | 'bad-erasure' | 'cut-off' | 'forked';
  readonly why: string;
}

export interface AuditResult {
  readonly rows: number;
  readonly erased: number;
  readonly head: Head;
  readonly findings: readonly AuditFinding[];
}

/**
 * Walks the chain. After a broken row the walk goes on from what is stored, so that one edit is one finding.
 * @param before the head that the first row must follow
 */
export function findBreaks(rows: Iterable<StoredRow>, before: Head): AuditResult {
  const findings: AuditFinding[] = [];
  let head = before;
  let count = 0;
  let erased = 0;
  for (const row of rows) {
    const finding = checkRow(row, head);
    if (finding !== null) findings.push(finding);
    if (row.recordJson === null) erased += 1;
    count += 1;
    head = { seq: row.seq, hash: row.hash };
  }
  return { rows: count, erased, head, findings };
}

function checkRow(row: StoredRow, before: Head): AuditFinding | null {
  const { seq } = row;
  if (seq <= before.seq) return { seq, kind: 'out-of-order', why: `row ${seq} follows row ${before.seq}` };
  if (seq !== before.seq + 1)
    return { seq, kind: 'missing', why: `rows ${before.seq + 1} to ${seq - 1} are not there` };
  const contentHash = row.recordJson === null ? row.contentHash : contentHashOf(row.recordJson);
  if (contentHash === null) return { seq, kind: 'bad-erasure', why: `row ${seq} has neither content nor its hash` };
  if (linkHash(before.hash, seq, row.atMs, contentHash) === row.hash) return null;
  return { seq, kind: 'broken-link', why: `row ${seq} does not follow from what is before it, or was edited` };
}
