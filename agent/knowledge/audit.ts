import type { AgentRecord } from '../../model/record.ts';
import { contentHashOf, emptyHead, type Head, linkHash, type StoredRow } from './chain.ts';

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

/** Verifies a whole journal: every link, every erasure, and its end against the head that was anchored elsewhere. */
export function verifyAudit(rows: Iterable<StoredRow>, anchor: Head | null): AuditResult {
  let anchoredHash: string | null = null;
  const result = findBreaks(watch(rows), emptyHead);
  if (anchor === null || anchor.seq === 0 || anchoredHash === anchor.hash) return result;
  const { seq } = anchor;
  const finding: AuditFinding =
    anchoredHash === null
      ? { seq, kind: 'cut-off', why: `row ${seq} was anchored and is not there` }
      : { seq, kind: 'forked', why: `row ${seq} is not the one that was anchored` };
  return { ...result, findings: [...result.findings, finding] };

  function* watch(all: Iterable<StoredRow>): Generator<StoredRow> {
    for (const row of all) {
      if (row.seq === anchor?.seq) anchoredHash = row.hash;
      yield row;
    }
  }
}

/**
 * Walks the chain. After a broken row the walk goes on from what is stored, so that one edit is one finding.
 * @param before the head that the first row must follow
 */
export function findBreaks(rows: Iterable<StoredRow>, before: Head): AuditResult {
  const findings: AuditFinding[] = [];
  const erasures = createErasureCheck();
  let head = before;
  let count = 0;
  for (const row of rows) {
    const finding = checkRow(row, head);
    if (finding !== null) findings.push(finding);
    erasures.see(row);
    count += 1;
    head = { seq: row.seq, hash: row.hash };
  }
  findings.push(...erasures.findings());
  return { rows: count, erased: erasures.count(), head, findings };
}

function checkRow(row: StoredRow, before: Head): AuditFinding | null {
  const { seq } = row;
  if (seq <= before.seq) return { seq, kind: 'out-of-order', why: `row ${seq} follows row ${before.seq}` };
  if (seq !== before.seq + 1)
    return { seq, kind: 'missing', why: `rows ${before.seq + 1} to ${seq - 1} are not there` };
  if (row.recordJson !== null && row.contentHash !== null) {
    return { seq, kind: 'bad-erasure', why: `row ${seq} is marked erased and has content` };
  }
  const contentHash = row.recordJson === null ? row.contentHash : contentHashOf(row.recordJson);
  if (contentHash === null) return { seq, kind: 'bad-erasure', why: `row ${seq} has neither content nor its hash` };
  if (linkHash(before.hash, seq, row.atMs, contentHash) === row.hash) return null;
  return { seq, kind: 'broken-link', why: `row ${seq} does not follow from what is before it, or was edited` };
}

/** Content may be missing only where a later row of the same chain says that it was erased, and why. */
function createErasureCheck() {
  let unexplained: number[] = [];
  let count = 0;
  return {
    see({ seq, recordJson }: StoredRow): void {
      if (recordJson === null) {
        unexplained.push(seq);
        count += 1;
        return;
      }
      const range = unexplained.length === 0 ? null : erasedRange(recordJson);
      if (range !== null) unexplained = unexplained.filter((erased) => erased < range[0] || erased > range[1]);
    },
    count: () => count,
    findings: (): readonly AuditFinding[] =>
      unexplained.map((seq) => ({ seq, kind: 'bad-erasure', why: `no row says why row ${seq} was erased` })),
  };
}

/** A cheap look before parsing: records of erasures are rare. */
const erasureMark = '"event":"erased"';

/** The rows that a record says were erased, or null where it is no such record. */
export function erasedRange(recordJson: string): readonly [fromSeq: number, toSeq: number] | null {
  if (!recordJson.includes(erasureMark)) return null;
  const record = parsed(recordJson);
  if (record === null) return null;
  return record.type === 'control' && record.event === 'erased' ? (record.erasedRows ?? null) : null;
}

/** An auditor reads what somebody may have falsified, so text that is no record is not an error here. */
function parsed(recordJson: string): AgentRecord | null {
  try {
    return JSON.parse(recordJson) as AgentRecord;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** One line of an export: the row as it is stored, with what is needed to verify it without the file. */
export function exportLine({ seq, atMs, recordJson, contentHash, hash }: StoredRow): string {
  const record = recordJson === null ? `null,"contentHash":"${contentHash}"` : recordJson;
  return `{"seq":${seq},"atMs":${atMs},"hash":"${hash}","record":${record}}`;
}

/**
 * Reads one exported line back: what JavaScript parses and writes again is the same text. `verifyAudit` over all
 * lines says whether the export is whole and true.
 */
export function importLine(line: string): StoredRow {
  const { seq, atMs, hash, record, contentHash } = JSON.parse(line);
  const recordJson = record === null ? null : JSON.stringify(record);
  return { seq, atMs, recordJson, contentHash: contentHash ?? null, hash };
}
