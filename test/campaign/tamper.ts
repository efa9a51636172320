import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openAnchor, readAnchor } from '../../agent/knowledge/anchor-file.ts';
import { verifyAudit } from '../../agent/knowledge/audit.ts';
import type { StoredRow } from '../../agent/knowledge/chain.ts';
import { openSqliteJournal, readJournal } from '../../agent/knowledge/journal-sqlite.ts';
import { pick, seeded } from './random.ts';
import { campaignArguments, reportCampaign } from './report.ts';
import { headOf, isChanged, randomJournal, tampers } from './tampering.ts';

/*
 * Falsifies journals in every way that a person with the file could, and holds the audit against it: every change is
 * found, and the true journal beside it is never accused. One case in 200 goes through a real file and its anchor.
 *
 *   node test/campaign/tamper.ts --count 100000 --seed 1
 */

const { count, seed } = campaignArguments(20_000);
const names = Object.keys(tampers);
const failures: string[] = [];
const dir = mkdtempSync(join(tmpdir(), 'homeostat-tamper-'));
let files = 0;

for (let i = 0; i < count; i += 1) {
  const caseSeed = seed * 1_000_003 + i;
  const next = seeded(caseSeed);
  const journal = randomJournal(next);
  const { name, forged } = falsify(journal, next);
  const anchor = headOf(journal);
  if (verifyAudit(journal, anchor).findings.length > 0) failures.push(`seed ${caseSeed}: a true journal is accused`);
  if (verifyAudit(forged, anchor).findings.length === 0) failures.push(`seed ${caseSeed}: ${name} is not found`);
  if (i % 200 !== 0 || !isStorable(forged)) continue;
  files += 1;
  const missed = missedInFile(journal, forged);
  if (missed !== null) failures.push(`seed ${caseSeed}: ${name} in a file: ${missed}`);
}
rmSync(dir, { recursive: true });
reportCampaign('tamper', count, failures, `${names.length} kinds, ${files} through a file, seed ${seed}`);

/** One falsification that changes something; some have no hold on some journals. */
function falsify(journal: readonly StoredRow[], next: () => number) {
  for (;;) {
    const name = pick(next, names);
    const forged = tampers[name]!(journal, next);
    if (isChanged(journal, forged)) return { name, forged };
  }
}

/** A file keeps rows by number, so only what has distinct numbers can be put into one. */
function isStorable(rows: readonly StoredRow[]): boolean {
  return new Set(rows.map((row) => row.seq)).size === rows.length;
}

function missedInFile(journal: readonly StoredRow[], forged: readonly StoredRow[]): string | null {
  const path = join(dir, `${files}.db`);
  const anchorPath = join(dir, `${files}.anchor`);
  openSqliteJournal(path, { anchor: null }).close();
  const anchor = openAnchor(anchorPath);
  anchor.write(headOf(journal));
  anchor.close();
  writeRows(path, journal);
  if (!opens(path, anchorPath)) return 'a true journal does not open';
  writeRows(path, forged);
  const reader = readJournal(path);
  const { findings } = verifyAudit(reader.stored(1), readAnchor(anchorPath));
  reader.close();
  if (findings.length === 0 && isChanged(sorted(journal), sorted(forged))) return 'the audit finds nothing';
  return findings.length > 0 && opens(path, anchorPath) ? 'the daemon opens it' : null;
}

function writeRows(path: string, rows: readonly StoredRow[]): void {
  const database = new DatabaseSync(path);
  database.exec('DELETE FROM rows');
  const insert = database.prepare('INSERT INTO rows (seq, at_ms, record, content_hash, hash) VALUES (?, ?, ?, ?, ?)');
  for (const { seq, atMs, recordJson, contentHash, hash } of rows) insert.run(seq, atMs, recordJson, contentHash, hash);
  database.close();
}

function opens(path: string, anchor: string): boolean {
  try {
    openSqliteJournal(path, { anchor }).close();
    return true;
  } catch {
    return false;
  }
}

function sorted(rows: readonly StoredRow[]): readonly StoredRow[] {
  return rows.toSorted((a, b) => a.seq - b.seq);
}
