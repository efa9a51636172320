import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyHead, type Head, headAfter, sealRows } from '../../../agent/knowledge/chain.ts';
import { applyRecord } from '../../../agent/knowledge/knowledge.ts';
import { restoreKnowledge } from '../../../agent/knowledge/restore.ts';
import { copyKnowledge, knowledgeText, restoreFromSnapshot, takeSnapshot } from '../../../agent/knowledge/snapshot.ts';
import { decisionRecords } from '../../../bench/decisions.ts';
import type { AgentRecord, JournalRow } from '../../../model/record.ts';
import { controlOf } from './records.ts';

/** A journal in memory of decisions, holds, signals and pauses, in some order. */
function journalOf(records: readonly AgentRecord[]) {
  const rows: JournalRow[] = [];
  let head: Head = emptyHead;
  const append = (...more: readonly AgentRecord[]) => {
    const sealed = sealRows(head, 1, more).map(({ row }) => row);
    rows.push(...sealed);
    head = headAfter(sealed, head);
  };
  append(...records);
  return { rows, append, read: (from: number) => rows.filter(({ seq }) => seq >= from), head: () => head };
}

const entity = { kind: 'instance', id: 'worker-3' } as const;
const someRecord = fc.oneof(
  fc.integer({ min: 0, max: 30 }).map((number) => decisionRecords(number)),
  fc
    .constantFrom(
      'held' as const,
      'released' as const,
      'paused' as const,
      'resumed' as const,
      'breaker-opened' as const,
    )
    .map((event) => [controlOf('a reason', { event, entity, untilMs: 5 })]),
);
const history = fc.array(someRecord, { minLength: 1, maxLength: 20 }).map((parts) => parts.flat());

/** The journal with a snapshot taken after its first rows, and rows after it. */
function withSnapshot(before: readonly AgentRecord[], after: readonly AgentRecord[]) {
  const journal = journalOf(before);
  const snapshot = takeSnapshot(restoreKnowledge(journal.rows), journal.head().seq, 1);
  journal.append(snapshot.record, ...after);
  return { journal, text: snapshot.text };
}

describe('a restart from a snapshot', () => {
  test('knows what a fold of the whole journal knows', () => {
    fc.assert(
      fc.property(history, history, (before, after) => {
        const { journal, text } = withSnapshot(before, after);
        const { knowledge, rowsFolded, fullBecause } = restoreFromSnapshot(text, journal);
        expect(fullBecause).toBeNull();
        expect(rowsFolded).toBe(after.length + 1);
        expect(knowledge).toEqual(restoreKnowledge(journal.rows));
        expect(knowledgeText(knowledge)).toBe(knowledgeText(restoreKnowledge(journal.rows)));
      }),
      { numRuns: 100 },
    );
  });

  test('folds the whole journal where the snapshot is torn or edited anywhere, and still knows the same', () => {
    const { journal, text } = withSnapshot(decisionRecords(1), decisionRecords(2));
    const whole = restoreKnowledge(journal.rows);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom('cut', 'edit'), (at, how) => {
        const bad =
          how === 'cut' ? text.slice(0, at) : text.slice(0, at) + (text[at] === 'x' ? 'y' : 'x') + text.slice(at + 1);
        const { knowledge, fullBecause } = restoreFromSnapshot(bad, journal);
        // The very last character is the end of the line and says nothing.
        if (at < text.length - 1) expect(fullBecause).not.toBeNull();
        expect(knowledge).toEqual(whole);
      }),
      { numRuns: 300 },
    );
  });

  test.each<[string, (text: string) => { text: string | null; records: readonly AgentRecord[] }]>([
    ['there is none', () => ({ text: null, records: [] })],
    ['no row vouches for it', (text) => ({ text, records: decisionRecords(5) })],
    ['it is of a later journal', (text) => ({ text, records: [] })],
  ])('folds the whole journal where %s', (_why, change) => {
    const journal = journalOf(decisionRecords(1));
    const forged = takeSnapshot(restoreKnowledge(journalOf(decisionRecords(9)).rows), journal.head().seq, 1);
    const { text, records } = change(forged.text);
    journal.append(...records);
    const restored = restoreFromSnapshot(text, journal);
    expect(restored.fullBecause).not.toBeNull();
    expect(restored.rowsFolded).toBe(journal.head().seq);
    expect(restored.knowledge).toEqual(restoreKnowledge(journal.rows));
  });

  test('another snapshot than the one that was vouched for is not believed', () => {
    const { journal } = withSnapshot(decisionRecords(1), []);
    const other = takeSnapshot(restoreKnowledge(journalOf(decisionRecords(9)).rows), journal.head().seq - 1, 1);
    expect(restoreFromSnapshot(other.text, journal).knowledge.decisions.has('D-10')).toBe(false);
  });

  test('what was erased after it does not come back', () => {
    const { journal, text } = withSnapshot(decisionRecords(1), [
      controlOf('asked for', { event: 'erased', erasedRows: [1, 2] }),
    ]);
    expect(restoreFromSnapshot(text, journal).fullBecause).toBe('rows were erased since');
  });

  test('a copy of what is known is folded on without the original noticing', () => {
    const original = restoreKnowledge(journalOf(decisionRecords(1)).rows);
    const before = knowledgeText(original);
    const copy = copyKnowledge(original);
    for (const record of [...decisionRecords(1).slice(2), ...decisionRecords(2)]) applyRecord(copy, record);
    expect(knowledgeText(original)).toBe(before);
    expect(copy.decisions.size).toBe(2);
  });
});
