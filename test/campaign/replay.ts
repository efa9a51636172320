import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readAnchor } from '../../agent/knowledge/anchor-file.ts';
import { verifyAudit } from '../../agent/knowledge/audit.ts';
import { openSqliteJournal, readJournal } from '../../agent/knowledge/journal-sqlite.ts';
import { openSqliteLease } from '../../agent/knowledge/lease-sqlite.ts';
import { type Promises, promisesOf, type Survival, writeDiskState } from './disk-states.ts';
import { type DiskOperation, parseTrace, straceOptions } from './disk-trace.ts';
import { pick, seeded } from './random.ts';
import { campaignArguments, reportCampaign } from './report.ts';

/*
 * Cuts the power of a recorded life at every moment. The writes and syncs of the real process are recorded with
 * strace; each state that the disk may then hold is written to files and opened with the real code: it must open,
 * verify, hold every confirmed row and the intent of every effect, and never give out an epoch again.
 * After ALICE (T. S. Pillai et al., "All File Systems Are Not Created Equal", OSDI 2014).
 *
 *   node test/campaign/replay.ts --count 2000 --seed 1       (needs strace; Linux)
 */

const workloads = 20;
const { count, seed } = campaignArguments(2_000);
const workloadFile = fileURLToPath(new URL('./replay-workload.ts', import.meta.url));
/** States live in memory where there is such a place: nothing of them needs a disk. */
const root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'homeostat-replay-'));
const failures: string[] = [];
let states = 0;
let operationsSeen = 0;
let cutsSeen = 0;

for (let i = 0; i < workloads; i += 1) {
  const trace = record(seed * 1_000 + i);
  operationsSeen += trace.length;
  cutEverywhere(trace, Math.ceil(count / workloads), seed * 1_000 + i);
}
rmSync(root, { recursive: true });
reportCampaign(
  'replay',
  states,
  failures,
  `${workloads} workloads, ${operationsSeen} operations, ${cutsSeen} cuts, seed ${seed}`,
);

function record(workloadSeed: number): readonly DiskOperation[] {
  const dir = join(root, `life-${workloadSeed}`);
  const log = join(root, `trace-${workloadSeed}`);
  mkdirSync(dir);
  const command = [...straceOptions, '-o', log, process.execPath, workloadFile, dir, `${workloadSeed}`];
  const { status, stderr, error } = spawnSync('strace', command, { encoding: 'utf8' });
  if (error !== undefined || status !== 0) {
    console.error(`strace failed: ${error?.message ?? stderr}`);
    process.exit(2);
  }
  return parseTrace(readFileSync(log, 'utf8'), dir);
}

/** Every operation is a cut as long as the count allows; beyond that, cuts are spread evenly. */
function cutEverywhere(trace: readonly DiskOperation[], wanted: number, workloadSeed: number): void {
  const next = seeded(workloadSeed);
  const step = Math.max(1, trace.length / wanted);
  for (let at = 0; Math.floor(at) <= trace.length; at += step) {
    cutsSeen += 1;
    const before = trace.slice(0, Math.floor(at));
    const promises = promisesOf(before);
    const repeats = Math.max(1, Math.round(wanted / trace.length));
    for (let i = 0; i < repeats; i += 1) {
      const survival = pick<Survival>(next, ['all', 'synced', 'some', 'some']);
      states += 1;
      const dir = join(root, 'state');
      mkdirSync(dir);
      writeDiskState(dir, before, survival, next);
      const problem = problemWith(dir, promises);
      if (problem !== null) failures.push(`workload ${workloadSeed}, cut ${Math.floor(at)}, ${survival}: ${problem}`);
      rmSync(dir, { recursive: true });
    }
  }
}

function problemWith(dir: string, promises: Promises): string | null {
  try {
    return problemWithJournal(dir, promises) ?? problemWithLease(dir, promises);
  } catch (error) {
    return (error as Error).message;
  }
}

function problemWithJournal(dir: string, { confirmedSeq, effects }: Promises): string | null {
  const path = join(dir, 'journal.db');
  if (!existsSync(path)) return confirmedSeq === 0 ? null : 'the journal is gone';
  const anchor = join(dir, 'anchor');
  openSqliteJournal(path, { anchor }).close();
  const reader = readJournal(path);
  const { findings, head } = verifyAudit(reader.stored(1), readAnchor(anchor));
  const intents = new Set([...reader.read(1)].map(({ record }) => (record.type === 'action' ? record.id : '')));
  const kept = [...reader.stored(1)].filter((row) => row.recordJson === null).length;
  reader.close();
  if (findings[0] !== undefined) return findings[0].why;
  if (head.seq < confirmedSeq) return `row ${confirmedSeq} was confirmed, the journal ends at ${head.seq}`;
  const lost = effects.find((id) => !intents.has(id as `D-${number}.${number}`));
  return lost === undefined || kept > 0 ? null : `${lost} took effect and is not recorded`;
}

function problemWithLease(dir: string, { epoch }: Promises): string | null {
  const path = join(dir, 'lease.db');
  if (!existsSync(path)) return epoch === 0 ? null : 'the lease is gone';
  const lease = openSqliteLease(path);
  const granted = lease.acquire('agent-after', 1_000, Number.MAX_SAFE_INTEGER - 10_000)?.epoch ?? 0;
  lease.close();
  return granted > epoch ? null : `epoch ${granted} was given out before`;
}
