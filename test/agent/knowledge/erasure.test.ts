import { describe, expect, test } from 'vitest';
import { stateFiles } from '../../../agent/config/state-files.ts';
import { whatBinds } from '../../../agent/knowledge/binding.ts';
import { type ErasureRequest, eraseRows } from '../../../agent/knowledge/erasure.ts';
import { openSqliteJournal, readJournal } from '../../../agent/knowledge/journal-sqlite.ts';
import { rememberedMs } from '../../../agent/knowledge/knowledge.ts';
import { openSqliteLease } from '../../../agent/knowledge/lease-sqlite.ts';
import { restoreKnowledge } from '../../../agent/knowledge/restore.ts';
import { decisionRecords } from '../../../bench/decisions.ts';
import type { AgentRecord, ControlRecord, JournalRow } from '../../../model/record.ts';
import { controlOf, scratchDir } from './records.ts';

const nowMs = 1_900_000_000_000;
const worker3 = { kind: 'instance', id: 'worker-3' } as const;
const dpo = { id: 'unix:dpo', via: 'cli' } as const;

function stateWith(records: readonly AgentRecord[]): string {
  const stateDir = scratchDir();
  const journal = openSqliteJournal(stateFiles(stateDir).journal, { anchor: null });
  for (const record of records) journal.append(record.atMs, [record]);
  journal.close();
  return stateDir;
}

const erase = (stateDir: string, rows: ErasureRequest['rows'], anchorPath: string | null = null) =>
  eraseRows({ stateDir, anchorPath, nowMs, rows, person: dpo, why: 'asked for' });

function left(stateDir: string): string[] {
  const reader = readJournal(stateFiles(stateDir).journal);
  const rows = [...reader.read(1)].map(
    ({ seq, record }) => `${seq} ${record.type === 'control' ? record.why : record.type}`,
  );
  reader.close();
  return rows;
}

const note = (atMs: number, why: string) => controlOf(why, { atMs, event: 'owned' });
const notes = [note(1, 'a'), note(2, 'b'), note(3, 'c'), note(4, 'd')];

describe('erasing', () => {
  test('takes the rows that were named, both ends included, and says who and why', () => {
    const stateDir = stateWith(notes);
    expect(erase(stateDir, { fromSeq: 2, toSeq: 3 })).toEqual({ status: 'erased', fromSeq: 2, toSeq: 3 });
    expect(left(stateDir)).toEqual(['1 a', '4 d', '5 asked for']);
    const reader = readJournal(stateFiles(stateDir).journal);
    expect([...reader.read(5)][0]?.record).toMatchObject({
      event: 'erased',
      person: dpo,
      erasedRows: [2, 3],
      atMs: nowMs,
    });
    reader.close();
  });

  test('takes all that is older than a moment, the moment excluded', () => {
    const stateDir = stateWith(notes);
    expect(erase(stateDir, { beforeMs: 3 })).toEqual({ status: 'erased', fromSeq: 1, toSeq: 2 });
    expect(left(stateDir)).toEqual(['3 c', '4 d', '5 asked for']);
  });

  test('finds nothing where there is nothing, and never the row that tells of an erasure', () => {
    const stateDir = stateWith(notes);
    expect(erase(stateDir, { fromSeq: 5, toSeq: 9 })).toEqual({ status: 'nothing' });
    erase(stateDir, { fromSeq: 1, toSeq: 4 });
    expect(erase(stateDir, { fromSeq: 1, toSeq: 9 })).toEqual({ status: 'nothing' });
    expect(left(stateDir)).toEqual(['5 asked for']);
  });

  test('waits for nobody who holds the lease, and leaves it free behind', () => {
    const stateDir = stateWith(notes);
    const lease = openSqliteLease(stateFiles(stateDir).lease);
    lease.acquire('daemon', 60_000, nowMs);
    expect(erase(stateDir, { fromSeq: 1, toSeq: 1 })).toEqual({ status: 'busy' });
    expect(left(stateDir)).toHaveLength(4);
    lease.release('daemon');
    expect(erase(stateDir, { fromSeq: 1, toSeq: 1 }).status).toBe('erased');
    expect(lease.acquire('daemon', 60_000, nowMs)).not.toBeNull();
    lease.close();
  });

  test('refuses a journal that does not verify against its anchor, and leaves the lease free', () => {
    const stateDir = stateWith(notes);
    const anchor = `${stateDir}/anchor`;
    openSqliteJournal(stateFiles(stateWith([...notes, note(5, 'e')])).journal, { anchor }).close();
    expect(() => erase(stateDir, { fromSeq: 1, toSeq: 1 }, anchor)).toThrow('JOURNAL_ROLLED_BACK');
  });

  test('leaves what binds, and says what it is', () => {
    const held = controlOf('at work', { atMs: 2, event: 'held', entity: worker3, untilMs: nowMs + 1 });
    const stateDir = stateWith([note(1, 'a'), held, note(3, 'c')]);
    expect(erase(stateDir, { fromSeq: 1, toSeq: 2 })).toEqual({
      status: 'binds',
      what: ['the hold on instance/worker-3: at work'],
    });
    for (const [fromSeq, toSeq] of [
      [2, 2],
      [2, 3],
    ] as const) {
      expect(erase(stateDir, { fromSeq, toSeq }).status).toBe('binds');
    }
    expect(left(stateDir)).toHaveLength(3);
    expect(erase(stateDir, { fromSeq: 1, toSeq: 1 }).status).toBe('erased');
    expect(erase(stateDir, { fromSeq: 3, toSeq: 3 }).status).toBe('erased');
  });
});

function binding(records: readonly AgentRecord[]): string[] {
  const rows = records.map(
    (record, i): JournalRow => ({ seq: i + 1, atMs: record.atMs, record, prevHash: '', hash: '' }),
  );
  return [...whatBinds(restoreKnowledge(rows), nowMs)].slice(1);
}

const control = (event: ControlRecord['event'], more: Partial<ControlRecord> = {}) =>
  controlOf('because', { event, entity: worker3, incidentId: 'INC-0007', atMs: nowMs - 1_000, ...more });

describe('what binds the agent', () => {
  test.each<[string, AgentRecord[], string[]]>([
    ['nothing', [], []],
    ['a pause', [control('paused')], ['the pause: because']],
    ['no pause that was lifted', [control('paused'), control('resumed')], []],
    ['a hold', [control('held', { untilMs: nowMs + 1 })], ['the hold on instance/worker-3: because']],
    ['no hold that has run out', [control('held', { untilMs: nowMs })], []],
    ['an open breaker', [control('breaker-opened')], ['the breaker on instance/worker-3: because']],
    ['no breaker that was reset', [control('breaker-opened'), control('breaker-reset')], []],
    [
      'a breaker of another target',
      [control('breaker-opened'), control('breaker-reset', { entity: null })],
      ['the breaker on instance/worker-3: because'],
    ],
    ['a silence', [control('silenced', { untilMs: nowMs + 1 })], ['the silence of INC-0007: because']],
    ['no silence that has run out', [control('silenced', { untilMs: nowMs })], []],
    ['no silence without an end', [control('silenced', { untilMs: null })], []],
    ['only the last silence', [control('silenced', { untilMs: nowMs + 9 }), control('silenced', { untilMs: 1 })], []],
    [
      'what a person changed',
      [control('person-change-seen')],
      [`person: a change on instance/worker-3 at ${nowMs - 1_000}, null`],
    ],
    ['no word of a person', [control('owned')], []],
  ])('%s', (_what, records, said) => {
    expect(binding(records)).toEqual(said);
  });

  test('the last ids, always', () => {
    const rows = [...decisionRecords(4)].map(
      (record, i): JournalRow => ({ seq: i + 1, atMs: 1, record, prevHash: '', hash: '' }),
    );
    expect([...whatBinds(restoreKnowledge(rows), nowMs)][0]).toBe('the last ids: D-5, INC-5');
  });

  const at = (atMs: number, result: 'succeeded' | 'failed' | null): AgentRecord[] =>
    decisionRecords(0).flatMap((record): AgentRecord[] => {
      if (record.type !== 'outcome') return [{ ...record, atMs }];
      return result === null ? [] : [{ ...record, atMs, result }];
    });

  test('no plan that has not acted', () => {
    expect(binding(at(1_000, null).filter(({ type }) => type !== 'action'))).toEqual([]);
  });

  test('a plan that acted and has no outcome', () => {
    expect(binding(at(1_000, null))[0]).toBe('D-1, which has no outcome yet');
  });

  test('what budgets and records count for ninety days, and failures until their record is reset', () => {
    const edgeMs = nowMs - rememberedMs;
    const said = (atMs: number, end: string) => [`D-1: instance.restart on instance/worker-0 at ${atMs}, ${end}`];
    expect(binding(at(edgeMs, 'succeeded'))).toEqual(said(edgeMs, 'succeeded'));
    expect(binding(at(edgeMs - 1, 'succeeded'))).toEqual([]);
    const lately = control('record-reset', { rule: 'restart-worker', atMs: nowMs, entity: null });
    expect(binding([...at(edgeMs, 'succeeded'), lately])).toEqual(said(edgeMs, 'succeeded'));
    expect(binding([...at(edgeMs - 1, 'failed'), lately])).toEqual([]);
    const lifts = 'failed; homeostat record reset restart-worker lifts it';
    expect(binding(at(1_000, 'failed'))).toEqual(said(1_000, lifts));
    const reset = (rule: string, atMs: number) => control('record-reset', { rule, atMs, entity: null });
    expect(binding([...at(1_000, 'failed'), reset('restart-worker', 1_001)])).toEqual([]);
    expect(binding([...at(1_000, 'failed'), reset('restart-worker', 1_000)])).toEqual(said(1_000, lifts));
    expect(binding([...at(1_000, 'failed'), reset('another', 1_001)])).toEqual(said(1_000, lifts));
    expect(binding([...at(1_000, 'failed'), { ...control('owned'), rule: 'restart-worker' } as AgentRecord])).toEqual(
      said(1_000, lifts),
    );
  });
});
