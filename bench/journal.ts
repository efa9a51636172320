import { hash } from 'node:crypto';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ExecutionContext } from '../agent/execute/execution.ts';
import { createExecutions, resumeExecutions } from '../agent/execute/executor.ts';
import { genesisHash, rowHash } from '../agent/knowledge/chain.ts';
import { openSqliteJournal } from '../agent/knowledge/journal-sqlite.ts';
import { openSqliteLease } from '../agent/knowledge/lease-sqlite.ts';
import { restoreKnowledge } from '../agent/knowledge/restore.ts';
import type { AgentRecord } from '../model/record.ts';
import { decisionRecords } from './decisions.ts';
import { type BenchRow, runPairs } from './pair.ts';

/*
 * What the journal costs beside the bare primitives under it: P12 (an audited decision, a batch, the chain) and P17
 * (from the start of the process's work to leased and reconciled, beside reading the same file raw).
 */

/** Decisions of one pair whose single commits are timed one by one. */
const operationsPerPair = 100;
const batchRows = 2_000;
const chainRows = 5_000;
/** Decisions in the journal that a restart reads; each has 5 rows. */
const restartDecisions = 4_000;

export function benchJournal(): readonly BenchRow[] {
  const dir = mkdtempSync(join(tmpdir(), 'homeostat-bench-'));
  try {
    return [auditedDecision(dir), batch(dir), chain(), restart(dir)];
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** p99 of a decision made durable, against appending the same bytes to a file and fdatasync, operation by operation. */
function auditedDecision(dir: string): BenchRow {
  const journal = openSqliteJournal(join(dir, 'decision.db'), { anchor: join(dir, 'decision.anchor') });
  const file = openSync(join(dir, 'plain.log'), 'a');
  let number = 0;
  const sample = inTurns(() => {
    const candidates: number[] = [];
    const references: number[] = [];
    for (let i = 0; i < operationsPerPair; i += 1) {
      const records = decisionRecords(number++);
      const bytes = Buffer.from(records.map((record) => JSON.stringify(record)).join('\n'));
      references.push(timeMs(() => appendPlain(file, bytes)));
      candidates.push(timeMs(() => journal.append(1, records)));
    }
    return { candidate: p99(candidates), reference: p99(references) };
  });
  const row = runPairs({ name: 'P12 audited decision p99 / append+fdatasync', unit: 'ms', ...sample });
  closeSync(file);
  journal.close();
  return row;
}

/** Rows per second in one commit, against bare inserts of the same records as JSON under the same settings. */
function batch(dir: string): BenchRow {
  const journal = openSqliteJournal(join(dir, 'batch.db'), { anchor: join(dir, 'batch.anchor') });
  const bare = new DatabaseSync(join(dir, 'bare.db'));
  bare.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (id INTEGER PRIMARY KEY, record TEXT)',
  );
  const insert = bare.prepare('INSERT INTO t (record) VALUES (?)');
  const records = manyRecords(batchRows);
  const insertAll = () => {
    bare.exec('BEGIN IMMEDIATE');
    for (const record of records) insert.run(JSON.stringify(record));
    bare.exec('COMMIT');
  };
  const row = runPairs({
    name: 'P12 batched rows / bare SQLite FULL batch',
    unit: 'row/s',
    candidate: () => perSecond(batchRows, () => journal.append(1, records)),
    reference: () => perSecond(batchRows, insertAll),
  });
  journal.close();
  bare.close();
  return row;
}

/** Rows chained per second, against SHA-256 over the previous hash and the same text. */
function chain(): BenchRow {
  const texts = manyRecords(chainRows).map((record) => JSON.stringify(record));
  const chained = () => texts.reduce((prevHash, text, seq) => rowHash(prevHash, seq, 1, text), genesisHash);
  const raw = () => texts.reduce((prevHash, text) => hash('sha256', prevHash + text, 'hex'), genesisHash);
  return runPairs({
    name: 'P12 chained rows / raw SHA-256 chain',
    unit: 'row/s',
    candidate: () => perSecond(chainRows, chained),
    reference: () => perSecond(chainRows, raw),
  });
}

/** From opening the files to leased, folded and reconciled, against reading and parsing every row of the same file. */
function restart(dir: string): BenchRow {
  const path = join(dir, 'restart.db');
  const anchor = join(dir, 'restart.anchor');
  writeDecisions(path, anchor);
  let nowMs = 1_000;
  const reconcile = () => {
    nowMs += 60_000;
    const lease = openSqliteLease(join(dir, 'restart-lease.db'));
    const grant = lease.acquire(`agent-${nowMs}`, 30_000, nowMs);
    const journal = openSqliteJournal(path, { anchor });
    const knowledge = restoreKnowledge(journal.read(1));
    resumeExecutions(createExecutions(), knowledge, atRest(nowMs, grant?.epoch ?? null));
    journal.close();
    lease.close();
  };
  const readRaw = () => {
    const raw = new DatabaseSync(path, { readOnly: true });
    for (const row of raw.prepare('SELECT * FROM rows ORDER BY seq').iterate()) JSON.parse(String(row.record));
    raw.close();
  };
  return runPairs({
    name: 'P17 restart to reconciled / raw read',
    unit: 'ms',
    candidate: () => timeMs(reconcile),
    reference: () => timeMs(readRaw),
  });
}

function writeDecisions(path: string, anchor: string): void {
  const journal = openSqliteJournal(path, { anchor });
  for (let i = 0; i < restartDecisions; i += 100) {
    journal.append(1, Array.from({ length: 100 }, (_, j) => decisionRecords(i + j)).flat());
  }
  journal.close();
}

function appendPlain(file: number, bytes: Buffer): void {
  writeSync(file, bytes);
  fdatasyncSync(file);
}

function manyRecords(count: number): readonly AgentRecord[] {
  const decisions = Array.from({ length: Math.ceil(count / 5) }, (_, i) => decisionRecords(i));
  return decisions.flat().slice(0, count);
}

interface Sample {
  readonly candidate: number;
  readonly reference: number;
}

/** Both sides of one interleaved measurement, for a caller that asks for one side after the other. */
function inTurns(measure: () => Sample): { readonly candidate: () => number; readonly reference: () => number } {
  const waiting = new Map<keyof Sample, number>();
  const take = (side: keyof Sample): number => {
    if (!waiting.has(side))
      for (const [name, value] of Object.entries(measure())) waiting.set(name as keyof Sample, value);
    const value = waiting.get(side);
    waiting.delete(side);
    return value ?? Number.NaN;
  };
  return { candidate: () => take('candidate'), reference: () => take('reference') };
}

/** Nearest rank. */
function p99(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(0.99 * values.length) - 1] ?? Number.NaN;
}

function timeMs(work: () => void): number {
  const beganNs = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - beganNs) / 1e6;
}

function perSecond(rows: number, work: () => void): number {
  return (rows * 1_000) / timeMs(work);
}

function atRest(nowMs: number, epoch: number | null): ExecutionContext {
  const never = (): never => {
    throw new Error('nothing is judged or measured at a restart');
  };
  return {
    nowMs,
    epoch,
    judge: never,
    evaluate: never,
    measure: never,
    generationOf: never,
    sloLost: null,
    factsAtMs: 0,
  };
}
