import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Config } from '../../agent/config.ts';
import { type AuditRow, auditRows } from '../../agent/views/audit.ts';
import { eachRow, type JournalCheck, verifyJournal } from '../../agent/views/journal-file.ts';
import { isoTime } from '../../agent/views/text.ts';
import type { JournalRow } from '../../model/record.ts';
import { loadConfig } from '../config-file.ts';
import { exitCodes, type Io, type Options, print, textOption } from '../io.ts';
import { fromJournal } from '../journal.ts';
import { sinceMs } from '../since.ts';
import { tableText } from '../table.ts';

/** `homeostat audit ls`. Always from the journal file, which is what an auditor trusts. */
export function listAudit(io: Io, _args: readonly string[], options: Options): number {
  const rows: JournalRow[] = [];
  readRows(loadConfig(io), (row) => rows.push(row));
  const shown = auditRows(rows, { sinceMs: sinceMs(io, options), all: options.all === true });
  print(io, { rows: shown }, () => auditTable(shown));
  return exitCodes.done;
}

function auditTable(rows: readonly AuditRow[]): string {
  if (rows.length === 0) return 'no rows';
  return tableText(
    ['SEQ', 'TIME', 'ID', 'WHO', 'WHAT', 'TARGET', 'EFFECT', 'RESULT'],
    rows.map((row) => [row.seq, isoTime(row.atMs), row.id, row.who, row.what, row.target, row.effect, row.result]),
  );
}

/** `homeostat audit verify`. Exit code 8 where the chain does not hold. */
export function verifyAudit(io: Io): number {
  const config = loadConfig(io);
  const check = fromJournal(config, () => verifyJournal(config.stateDir, config.audit.anchorPath));
  print(io, { ok: check.findings.length === 0, ...check }, () => checkText(check));
  return check.findings.length === 0 ? exitCodes.done : exitCodes.findings;
}

function checkText(check: JournalCheck): string {
  const anchor = check.anchored
    ? ', and its end matches the anchor'
    : '; no anchor is set, so rows cut off at the end would not show';
  const head = `${check.rows} rows, ${check.erased} erased, head ${check.headSeq} ${check.headHash.slice(0, 12)}`;
  if (check.findings.length === 0) return `ok: ${head}: the chain holds${anchor}`;
  return [`BROKEN: ${head}`, ...check.findings.map((finding) => `  ${finding.kind}: ${finding.why}`)].join('\n');
}

/** `homeostat audit export`: JSON lines, exactly as journalled, hashes included. */
export async function exportAudit(io: Io, _args: readonly string[], options: Options): Promise<number> {
  const config = loadConfig(io);
  const fromMs = sinceMs(io, options);
  const file = textOption(options, 'out');
  const stream = file === null ? null : createWriteStream(file, { mode: 0o600 });
  if (stream !== null) await once(stream, 'open');
  let count = 0;
  readRows(config, (row) => {
    if (row.atMs < fromMs) return;
    count += 1;
    if (stream === null) io.out(JSON.stringify(row));
    else stream.write(`${JSON.stringify(row)}\n`);
  });
  if (stream !== null) {
    stream.end();
    await once(stream, 'finish');
  }
  io.log(`${count} rows${file === null ? '' : ` written to ${file}`}`);
  return exitCodes.done;
}

function readRows(config: Config, see: (row: JournalRow) => void): void {
  fromJournal(config, () => eachRow(config.stateDir, 1, see));
}
