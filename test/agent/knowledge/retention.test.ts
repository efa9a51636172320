import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { verifyAudit } from '../../../agent/knowledge/audit.ts';
import { whatBinds } from '../../../agent/knowledge/binding.ts';
import { openSqliteJournal, readJournal } from '../../../agent/knowledge/journal-sqlite.ts';
import { restoreKnowledge } from '../../../agent/knowledge/restore.ts';
import { applyRetention, rangesToErase } from '../../../agent/knowledge/retention.ts';
import { watchRetention } from '../../../agent/knowledge/watch-retention.ts';
import { decisionRecords } from '../../../bench/decisions.ts';
import type { AgentRecord, ControlRecord, JournalRow } from '../../../model/record.ts';
import { approval, diagnosis, forecast, incident, signal } from '../views/records.ts';
import { controlOf, scratchDir } from './records.ts';

const dayMs = 86_400_000;
const keepMs = 100 * dayMs;
const nowMs = 1_900_000_000_000;
const worker3 = { kind: 'instance', id: 'worker-3' } as const;

/** A journal with each record written when it says. */
function journalOf(records: readonly AgentRecord[], path = join(scratchDir(), 'journal.db')) {
  const journal = openSqliteJournal(path, { anchor: null });
  for (const record of records) journal.append(record.atMs, [record]);
  return journal;
}

function note(daysAgo: number, why: string, more: Partial<ControlRecord> = {}): ControlRecord {
  return controlOf(why, { atMs: nowMs - daysAgo * dayMs, event: 'owned', ...more });
}

/** One decision, whole, `daysAgo`; its incident is over unless something else is said. */
function decision(number: number, daysAgo: number, result: 'succeeded' | 'failed' = 'succeeded'): AgentRecord[] {
  const atMs = nowMs - daysAgo * dayMs;
  return decisionRecords(number).map((record): AgentRecord => {
    if (record.type === 'incident') return { ...record, atMs, resolvedAtMs: atMs, state: 'resolved' };
    return record.type === 'outcome' ? { ...record, atMs, result } : { ...record, atMs };
  });
}

/** What would go, as the types of the records: `plan verdict action outcome`. */
function goes(records: readonly AgentRecord[]): string {
  const rows = records.map(
    (record, i): JournalRow => ({ seq: i + 1, atMs: record.atMs, record, prevHash: '', hash: '' }),
  );
  const ranges = rangesToErase(rows, restoreKnowledge(rows), { beforeMs: nowMs - keepMs, nowMs });
  const gone = rows.filter(({ seq }) => ranges.some(([from, to]) => seq >= from && seq <= to));
  return gone.map(({ record }) => (record.type === 'control' ? record.why : record.type)).join(' ');
}

test('what is older than asked for is gone, the chain verifies, and a row says so', () => {
  const path = join(scratchDir(), 'journal.db');
  const notes = [note(200, 'maria lives in elm street'), note(101, 'ivo was ill'), note(99, 'lena is away')];
  const journal = journalOf(notes, path);
  expect(applyRetention(journal, restoreKnowledge(journal.read(1)), { keepMs, nowMs })).toEqual([[1, 2]]);
  const rows = [...journal.read(1)].map(({ seq, record }) => [seq, record.type === 'control' && record.why]);
  expect(rows).toEqual([
    [3, 'lena is away'],
    [4, 'older than 100 days, as audit.keep says'],
  ]);
  expect(applyRetention(journal, restoreKnowledge(journal.read(1)), { keepMs, nowMs })).toEqual([]);
  journal.close();
  const reader = readJournal(path);
  expect(verifyAudit(reader.stored(1), null)).toMatchObject({ rows: 4, erased: 2, findings: [] });
  reader.close();
  expect(readFileSync(path).includes('elm street')).toBe(false);
});

test('the boundary is the age itself, to the millisecond', () => {
  const at = (agoMs: number, why: string) => controlOf(why, { atMs: nowMs - agoMs, event: 'owned' });
  expect(goes([at(keepMs + 1, 'older'), at(keepMs, 'as-old')])).toBe('older');
});

test('nothing goes beyond the first row that is young enough, though a clock that was set back wrote it', () => {
  expect(goes([note(200, 'one'), note(50, 'young'), note(200, 'two')])).toBe('one');
});

test('a decision that is over goes whole, but for the last, so that no id is given out again', () => {
  const whole = 'incident plan verdict action outcome';
  expect(goes([...decision(1, 300), ...decision(2, 200)])).toBe(whole);
  expect(goes([...decision(1, 300), ...decision(2, 20)])).toBe(whole);
});

test('a failure stays until a person resets its record', () => {
  const rule = decision(1, 300).flatMap((one) => (one.type === 'verdict' ? [one.rule] : []))[0]!;
  const history = [...decision(1, 300, 'failed'), ...decision(2, 20)];
  expect(goes(history)).toBe('incident');
  expect(goes([...history, note(10, 'mended', { event: 'record-reset', rule })])).toMatch(
    /plan verdict action outcome/,
  );
  expect(goes([...history, note(10, 'mended', { event: 'record-reset', rule: 'another' })])).toBe('incident');
});

test('a success that did not help stays, with the plan that shows it', () => {
  const again = decision(101, 300).map((one): AgentRecord => ({ ...one, atMs: one.atMs + 60_000 }));
  expect(goes([...decision(1, 300), ...again, ...decision(202, 20)])).toBe('incident incident verdict action outcome');
});

test('what has no outcome stays, and so does an open incident with its diagnosis', () => {
  const without = decision(1, 300).filter(({ type }) => type !== 'outcome');
  expect(goes([...without, ...decision(2, 20)])).toBe('incident');
  const open = decision(1, 300).map((one) => (one.type === 'incident' ? { ...one, resolvedAtMs: null } : one));
  expect(goes([...open, ...decision(2, 20)])).toBe('plan verdict action outcome');
  const unacted = open.filter(({ type }) => type !== 'outcome' && type !== 'action');
  expect(goes([...unacted, ...decision(2, 20)])).toBe('');
});

test.each<[string, ControlRecord[], string]>([
  ['a pause', [note(200, 'paused', { event: 'paused' })], ''],
  [
    'a pause that was lifted',
    [note(200, 'paused', { event: 'paused' }), note(199, 'resumed', { event: 'resumed' })],
    'paused resumed',
  ],
  ['a hold', [note(200, 'held', { event: 'held', entity: worker3, untilMs: nowMs + 1 })], ''],
  ['a hold that has run out', [note(200, 'held', { event: 'held', entity: worker3, untilMs: nowMs })], 'held'],
  ['a silence', [note(200, 'silent', { event: 'silenced', incidentId: 'INC-0001', untilMs: nowMs + 1 })], ''],
  ['a silence that has run out', [note(200, 'silent', { event: 'silenced', untilMs: nowMs })], 'silent'],
  ['a breaker', [note(200, 'open', { event: 'breaker-opened', entity: worker3 })], ''],
  ['a start of the agent', [note(200, 'started', { event: 'started' })], 'started'],
  ['what was erased before', [note(200, 'gone', { event: 'erased', erasedRows: [1, 1] })], ''],
])('%s that is old goes or stays as it counts', (_what, records, gone) => {
  expect(goes(records)).toBe(gone);
});

const someRecords = fc
  .tuple(fc.nat(12), fc.integer({ min: 1, max: 300 }), fc.nat(9), fc.boolean())
  .map(([number, daysAgo, kind, isFailure]): AgentRecord[] => {
    const about = { entity: worker3, incidentId: 'INC-0001', untilMs: nowMs + (isFailure ? 1 : -1) } as const;
    const events = ['held', 'released', 'paused', 'resumed', 'breaker-opened', 'breaker-reset', 'silenced'] as const;
    const event = events[kind];
    if (event !== undefined) return [note(daysAgo, `${event} ${number}`, { event, ...about })];
    const whole = decision(number, daysAgo, isFailure ? 'failed' : 'succeeded');
    return kind === 8 ? whole.filter(({ type }) => type !== 'outcome') : whole;
  });

test('whatever the history, nothing that binds the agent is lost', () => {
  fc.assert(
    fc.property(fc.array(someRecords, { maxLength: 12 }), (parts) => {
      const journal = journalOf(parts.flat().toSorted((a, b) => a.atMs - b.atMs));
      const before = whatBinds(restoreKnowledge(journal.read(1)), nowMs);
      applyRetention(journal, restoreKnowledge(journal.read(1)), { keepMs, nowMs });
      const after = whatBinds(restoreKnowledge(journal.read(1)), nowMs);
      expect([...before.difference(after)]).toEqual([]);
      journal.close();
    }),
    { numRuns: 25, seed: 4 },
  );
});

test('a journal that stays open is looked through at once and every day', () => {
  const journal = journalOf([note(100.5, 'one'), note(99.5, 'two'), note(1, 'three')]);
  let clockMs = nowMs;
  let next: { atMs: number; fire: () => void } | null = null;
  const told: string[] = [];
  const cancel = watchRetention(journal, {
    clock: { nowMs: () => clockMs },
    timer: {
      setAt(atMs, fire) {
        next = { atMs, fire };
        return () => {
          next = null;
        };
      },
    },
    keepMs,
    knowledge: () => restoreKnowledge(journal.read(1)),
    onErased: (rows) =>
      told.push(...rows.map(({ record }) => (record.type === 'control' ? `${record.erasedRows}` : ''))),
  });
  const left = () => [...journal.read(1)].flatMap(({ record }) => (record.type === 'control' ? [record.why] : []));
  expect(left()).toEqual(['two', 'three', 'older than 100 days, as audit.keep says']);
  const due = next as { atMs: number; fire: () => void } | null;
  expect(due?.atMs).toBe(nowMs + dayMs);
  clockMs += dayMs;
  due?.fire();
  expect(told).toEqual(['1,1', '2,2']);
  expect(left()[0]).toBe('three');
  cancel();
  expect(next).toBeNull();
  journal.close();
});

const oldMs = nowMs - 200 * dayMs;
const old = <Kind extends AgentRecord>(record: Kind): Kind => ({ ...record, atMs: oldMs });

test('a plan that took long stays while its outcome counts, to the millisecond', () => {
  const ended = (outcomeMs: number) =>
    decision(1, 300).map((one) => (one.type === 'outcome' ? { ...one, atMs: outcomeMs } : one));
  const rows = (outcomeMs: number) =>
    goes([...ended(outcomeMs).filter(({ type }) => type !== 'incident'), ...decision(2, 1)]);
  expect(rows(nowMs - 90 * dayMs)).toBe('');
  expect(rows(nowMs - 90 * dayMs - 1)).toBe('plan verdict action');
});

test('a question that is open stays; a plan that never began goes with its incident', () => {
  // Young enough to be remembered, which older questions are not.
  const begun = decision(1, 105).slice(0, 3);
  const asked = old({ ...approval, id: 'D-2', state: 'requested' });
  const approved = old({ ...approval, id: 'D-2', state: 'approved' });
  expect(goes([...begun, ...decision(2, 20)])).toBe('incident plan verdict');
  expect(goes([...begun, asked, ...decision(2, 20)])).toBe('incident');
  expect(goes([...begun, asked, approved, ...decision(2, 20)])).toBe('incident plan verdict approval approval');
});

test('a reset of the moment of the failure, or before it, lifts nothing', () => {
  const failedMs = nowMs - 300 * dayMs;
  const rule = decision(1, 300).flatMap((one) => (one.type === 'verdict' ? [one.rule] : []))[0]!;
  const reset = (atMs: number) => note(0, 'mended', { event: 'record-reset', rule, atMs });
  const history = [...decision(1, 300, 'failed'), ...decision(2, 20)];
  expect(goes([...history, reset(failedMs)])).toBe('incident');
  expect(goes([...history, reset(failedMs + 1)])).not.toBe('incident');
});

const card = (atMs: number, state: string) =>
  ({ type: 'model-card', task: 'forecast', series: 'a', atMs, champion: state }) as unknown as AgentRecord;

test.each<[string, AgentRecord[], string]>([
  ['a signal that is on', [old(signal)], ''],
  ['a signal that is over', [old(signal), old({ ...signal, clearedAtMs: oldMs })], 'signal signal'],
  ['a forecast', [old(forecast)], 'forecast'],
  ['what a model was about an older day', [card(oldMs - 1, 'x'), card(oldMs, 'y')], 'model-card'],
  ['what is open and its diagnosis', [old(incident), old(diagnosis)], ''],
  [
    'what is over and its diagnosis',
    [old({ ...incident, resolvedAtMs: oldMs }), old(diagnosis), ...decision(2, 20)],
    'incident diagnosis',
  ],
  ['a STOP', [note(200, 'stop', { event: 'stop-engaged' })], ''],
  ['a reset of a breaker', [note(200, 'reset', { event: 'breaker-reset', entity: worker3 })], ''],
  ['a reset of a record', [note(200, 'reset', { event: 'record-reset', rule: 'r' })], ''],
  ['what a person changed', [note(200, 'changed', { event: 'person-change-seen', entity: worker3 })], 'changed'],
  ['a hold of nothing', [note(200, 'held', { event: 'held', untilMs: nowMs + 1 })], 'held'],
  [
    'a hold that was lifted',
    [
      note(200, 'held', { event: 'held', entity: worker3, untilMs: nowMs + 1 }),
      note(199, 'released', { event: 'released', entity: worker3 }),
    ],
    'held released',
  ],
])('%s: what is old of it goes or stays as it counts', (_what, records, gone) => {
  expect(goes(records)).toBe(gone);
});
