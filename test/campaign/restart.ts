import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { openSqliteJournal } from '../../agent/knowledge/journal-sqlite.ts';
import { restoreKnowledge } from '../../agent/knowledge/restore.ts';
import { knowledgeText } from '../../agent/knowledge/snapshot.ts';
import { keepSnapshots, restoreJournal } from '../../agent/knowledge/snapshot-file.ts';
import { forecastRecord } from '../../bench/decisions.ts';
import { between, seeded } from './random.ts';
import { campaignArguments, reportCampaign } from './report.ts';

/*
 * Kills a process with SIGKILL at random moments while it writes its journal and takes snapshots, and takes up the
 * journal after each: what is known must equal a fold of every row. The time that takes is held against reading the
 * rows raw, each in turn on the same file.
 *
 *   node test/campaign/restart.ts --count 200 --seed 1
 */

const rowsBetweenSnapshots = 100;
const writesForMsMax = 250;
const prefilledRows = 50_000;

const { count, seed } = campaignArguments(20);
const next = seeded(seed);
const dir = mkdtempSync(join(tmpdir(), 'homeostat-restart-'));
const path = join(dir, 'journal.db');
const anchor = join(dir, 'anchor');
prefill();
const failures: string[] = [];
const ratios: number[] = [];
let fromSnapshot = 0;
let rows = 0;
for (let i = 0; i < count; i += 1) {
  await killOnce();
  check(i);
}
rmSync(dir, { recursive: true });
ratios.sort((a, b) => a - b);
const ratio = `${ratios[ratios.length >> 1]!.toFixed(2)} (at most ${ratios.at(-1)!.toFixed(2)})`;
reportCampaign(
  'restart',
  count,
  failures,
  `${rows} rows, ${fromSnapshot} from a snapshot, ${ratio} of a raw read, seed ${seed}`,
);

/** A journal long enough that opening it is not all that is measured. */
function prefill(): void {
  const journal = openSqliteJournal(path, { anchor });
  const keep = keepSnapshots(path, journal, restoreJournal(path, journal), rowsBetweenSnapshots);
  for (let from = 0; from < prefilledRows; from += 2_000) {
    for (const row of journal.append(
      from,
      Array.from({ length: 2_000 }, (_, i) => forecastRecord(from + i)),
    ))
      keep(row);
  }
  journal.close();
}

async function killOnce(): Promise<void> {
  const victim = fork(new URL('./restart-victim.ts', import.meta.url), [path, anchor, `${rowsBetweenSnapshots}`]);
  const died = once(victim, 'exit');
  await Promise.race([once(victim, 'message'), died]);
  await pause(between(next, 0, writesForMsMax));
  victim.kill('SIGKILL');
  await died;
}

function check(kill: number): void {
  const rawMs = timeMs(readRaw);
  const beganMs = performance.now();
  const journal = openSqliteJournal(path, { anchor });
  const { knowledge, fullBecause } = restoreJournal(path, journal);
  ratios.push((performance.now() - beganMs) / rawMs);
  rows = journal.head().seq;
  fromSnapshot += fullBecause === null ? 1 : 0;
  if (knowledgeText(knowledge) !== knowledgeText(restoreKnowledge(journal.read(1))))
    failures.push(`kill ${kill}: it knows something else`);
  journal.close();
}

function readRaw(): void {
  const raw = new DatabaseSync(path, { readOnly: true });
  for (const row of raw.prepare('SELECT * FROM rows ORDER BY seq').iterate()) JSON.parse(String(row.record));
  raw.close();
}

function timeMs(work: () => void): number {
  const beganMs = performance.now();
  work();
  return performance.now() - beganMs;
}
