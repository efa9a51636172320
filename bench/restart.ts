import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ExecutionContext } from '../agent/execute/execution.ts';
import { createExecutions, resumeExecutions } from '../agent/execute/executor.ts';
import { openSqliteJournal } from '../agent/knowledge/journal-sqlite.ts';
import { openSqliteLease } from '../agent/knowledge/lease-sqlite.ts';
import { restoreKnowledge } from '../agent/knowledge/restore.ts';
import { knowledgeText } from '../agent/knowledge/snapshot.ts';
import { keepSnapshots, restoreJournal } from '../agent/knowledge/snapshot-file.ts';
import type { AgentRecord } from '../model/record.ts';
import { decisionRecords, forecastRecord } from './decisions.ts';
import { timeMs } from './journal.ts';
import { type BenchRow, runPairs } from './pair.ts';

/*
 * P17: from opening the files to leased, folded and reconciled, beside reading every row of the same journal raw (no
 * parsing). A long life: mostly forecasts, and one row in a hundred belongs to a decision.
 */

const journalRows = 1_000_000;
const rowsPerCommit = 5_000;
const decisionsPerCommit = 10;

export function benchRestart(): readonly BenchRow[] {
  const dir = mkdtempSync(join(tmpdir(), 'homeostat-restart-'));
  const path = join(dir, 'journal.db');
  const anchor = join(dir, 'anchor');
  try {
    writeLife(path, anchor);
    const mib = Math.round(statSync(path).size / 2 ** 20);
    let nowMs = 1_000;
    const reconcile = () => {
      nowMs += 60_000;
      const lease = openSqliteLease(join(dir, 'lease.db'));
      const grant = lease.acquire(`agent-${nowMs}`, 30_000, nowMs);
      const journal = openSqliteJournal(path, { anchor });
      const { knowledge } = restoreJournal(path, journal);
      resumeExecutions(createExecutions(), knowledge, atRest(nowMs, grant?.epoch ?? null));
      journal.close();
      lease.close();
    };
    assertSameKnowledge(path, anchor);
    return [
      runPairs({
        name: `P17 restart to leased and reconciled / raw read of ${journalRows} rows (${mib} MiB)`,
        unit: 'ms',
        candidate: () => timeMs(reconcile),
        reference: () => timeMs(() => readRaw(path)),
      }),
    ];
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function writeLife(path: string, anchor: string): void {
  const journal = openSqliteJournal(path, { anchor });
  const keep = keepSnapshots(path, journal, restoreJournal(path, journal));
  for (let commit = 0; commit * rowsPerCommit < journalRows; commit += 1) {
    const decisions = Array.from({ length: decisionsPerCommit }, (_, i) =>
      decisionRecords(commit * decisionsPerCommit + i),
    );
    const records: AgentRecord[] = decisions.flat();
    while (records.length < rowsPerCommit) records.push(forecastRecord(records.length));
    for (const row of journal.append(commit * 60_000, records)) keep(row);
  }
  journal.close();
}

function assertSameKnowledge(path: string, anchor: string): void {
  const journal = openSqliteJournal(path, { anchor });
  const { knowledge, fullBecause } = restoreJournal(path, journal);
  if (fullBecause !== null) throw new Error(`the snapshot did not serve: ${fullBecause}`);
  if (knowledgeText(knowledge) !== knowledgeText(restoreKnowledge(journal.read(1)))) {
    throw new Error('the snapshot knows something else than the journal');
  }
  journal.close();
}

function readRaw(path: string): void {
  const raw = new DatabaseSync(path, { readOnly: true });
  let bytes = 0;
  for (const row of raw.prepare('SELECT * FROM rows ORDER BY seq').iterate()) bytes += String(row.record).length;
  if (bytes === 0) throw new Error('nothing was read');
  raw.close();
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
    startedAtMsOf: () => undefined,
    sloLost: null,
    factsAtMs: 0,
  };
}
