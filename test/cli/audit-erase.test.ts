import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stateFiles } from '../../agent/config/state-files.ts';
import { openSqliteLease } from '../../agent/knowledge/lease-sqlite.ts';
import type { ControlRecord } from '../../model/record.ts';
import { askedRecords, doneRecords } from '../agent/views/records.ts';
import { type Bench, createBench } from './fixture.ts';

let bench: Bench;
beforeEach(() => {
  bench = createBench();
});
afterEach(() => bench.remove());

const about = { person: null, entity: null, decisionId: null, incidentId: null, mode: null, untilMs: null };

function control(event: ControlRecord['event'], why: string, more: Partial<ControlRecord> = {}): ControlRecord {
  return { type: 'control', atMs: 1_000, event, ...about, why, ...more };
}

const notes = ['maria lives in elm street', 'ivo was ill', 'lena is away'].map((why) => control('owned', why));

async function run(line: string) {
  const { exitCode, stdout } = await bench.run(`${line} -o json`);
  return { exitCode, answer: JSON.parse(stdout) };
}

test('what is erased is gone from the file, and the chain still verifies and says who erased it and why', async () => {
  bench.journal(notes);
  const erased = await run('audit erase --rows 1..2 --why "asked for by maria" --yes');
  expect(erased).toMatchObject({ exitCode: 0, answer: { status: 'erased', fromSeq: 1, toSeq: 2 } });
  expect(readFileSync(join(bench.folder, 'journal.db')).includes('elm street')).toBe(false);
  expect((await run('audit verify')).answer).toMatchObject({ ok: true, rows: 4, erased: 2 });
  expect((await run('audit ls --all')).answer.rows).toMatchObject([
    { seq: 3 },
    { seq: 4, who: expect.stringMatching(/^unix:/), result: expect.stringContaining('asked for by maria') },
  ]);
});

test('old rows go by age; a second time there are none', async () => {
  bench.journal([...notes, control('owned', 'yesterday', { atMs: Date.now() - 86_400_000 })]);
  expect((await run('audit erase --older-than 30d --why old --yes')).answer).toMatchObject({ fromSeq: 1, toSeq: 3 });
  expect(await run('audit erase --older-than 30d --why old --yes')).toMatchObject({
    exitCode: 0,
    answer: { status: 'nothing' },
  });
});

test('while a daemon writes the journal nothing is erased', async () => {
  bench.journal(notes);
  const lease = openSqliteLease(stateFiles(bench.folder).lease);
  lease.acquire('daemon', 60_000, Date.now());
  expect(await run('audit erase --rows 1 --why x --yes')).toMatchObject({
    exitCode: 1,
    answer: { error: { code: 'JOURNAL_BUSY', hint: expect.stringContaining('stop the daemon') } },
  });
  expect((await run('audit verify')).answer).toMatchObject({ rows: 3, erased: 0 });
  lease.release('daemon');
  lease.close();
  expect((await run('audit erase --rows 1 --why x --yes')).exitCode).toBe(0);
  expect(openSqliteLeaseIsFree()).toBe(true);
});

function openSqliteLeaseIsFree(): boolean {
  const lease = openSqliteLease(stateFiles(bench.folder).lease);
  const grant = lease.acquire('daemon', 60_000, Date.now());
  lease.close();
  return grant !== null;
}

test('what still binds the agent is not erased', async () => {
  const entity = { kind: 'instance', id: 'worker-3' } as const;
  const held = control('held', 'mine', { entity, untilMs: Date.now() + 3_600_000 });
  bench.journal([notes[0]!, held, control('paused', 'db move'), control('breaker-opened', 'twice', { entity })]);
  const { exitCode, answer } = await run('audit erase --older-than 1d --why old --yes');
  expect(exitCode).toBe(1);
  const said = answer.errors.map(({ message }: { message: string }) => message).join('\n');
  for (const binds of ['the hold on instance/worker-3', 'the pause', 'the breaker on instance/worker-3']) {
    expect(said).toContain(binds);
  }
  expect((await run('audit verify')).answer).toMatchObject({ rows: 4, erased: 0 });
  expect((await run('audit erase --rows 1 --why old --yes')).exitCode).toBe(0);
});

test('a failure of long ago binds until a person resets its record, and what was lifted does not', async () => {
  const entity = { kind: 'instance', id: 'worker-3' } as const;
  const [plan] = askedRecords.filter((record) => record.type === 'plan');
  const newer = { ...plan!, decisionId: 'D-9999', atMs: Date.now() } as const;
  const incident = doneRecords.concat(askedRecords).filter((record) => record.type === 'incident');
  const failed = doneRecords.map((record) =>
    record.type === 'outcome' ? ({ ...record, result: 'failed' } as const) : record,
  );
  const lifted = [
    control('breaker-opened', 'twice', { entity }),
    control('breaker-reset', 'disk replaced', { entity }),
    control('paused', 'db move'),
    control('resumed', 'done'),
  ];
  bench.journal([...askedRecords, ...failed, ...lifted, ...incident.slice(-1), newer]);
  const before = await run('audit erase --rows 1..16 --why old --yes');
  expect(before.exitCode).toBe(1);
  const said = before.answer.error.message;
  expect(said).toContain('homeostat record reset');
  expect(said).not.toContain('breaker');
  expect(said).not.toContain('pause');
});

test('ids that were given out, and what budgets and records count, stay', async () => {
  bench.journal([...askedRecords, ...doneRecords]);
  const { exitCode, answer } = await run('audit erase --rows 1..12 --why x --yes');
  expect(exitCode).toBe(1);
  expect(JSON.stringify(answer)).toContain('the last ids');
});

test('says which rows, why and that it is meant, or erases nothing', async () => {
  bench.journal(notes);
  for (const line of [
    '--rows 1 --why x',
    '--why x --yes',
    '--rows 1 --older-than 1d --why x --yes',
    '--rows 2..1 --why x --yes',
    '--rows 0 --why x --yes',
    '--older-than soon --why x --yes',
    '--rows 1 --yes',
  ]) {
    expect((await run(`audit erase ${line}`)).exitCode, line).toBe(2);
  }
  expect((await run('audit verify')).answer).toMatchObject({ rows: 3, erased: 0 });
});
