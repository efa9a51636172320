import { once } from 'node:events';
import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config } from '../../agent/config.ts';
import { type AuditRow, auditRows } from '../../agent/views/audit.ts';
import {
  eachExportLine,
  eachRow,
  type JournalCheck,
  verifyExport,
  verifyJournal,
} from '../../agent/views/journal-file.ts';
import { isoTime } from '../../agent/views/text.ts';
import type { JournalRow } from '../../model/record.ts';
import { loadConfig } from '../config-file.ts';
import { exitCodes, type Io, notFoundError, type Options, print, textOption } from '../io.ts';
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

/** `homeostat audit verify`: the journal, or a file that `audit export` wrote. Exit code 8 where the chain does not hold. */
export function verifyAudit(io: Io, [exported]: readonly string[]): number {
  const check = exported === undefined ? checkOfJournal(io) : verifyExport(exportedLines(io, exported), null);
  print(io, { ok: check.findings.length === 0, ...check }, () => checkText(check));
  return check.findings.length === 0 ? exitCodes.done : exitCodes.findings;
}

function checkOfJournal(io: Io): JournalCheck {
  const config = loadConfig(io);
  return fromJournal(config, () => verifyJournal(config.stateDir, config.audit.anchorPath));
}

function exportedLines(io: Io, file: string): string[] {
  const path = resolve(io.workDir, file);
  if (!existsSync(path)) throw notFoundError('<export>', `${file} does not exist`);
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
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
  fromJournal(config, () =>
    eachExportLine(config.stateDir, fromMs, (line) => {
      count += 1;
      if (stream === null) io.out(line);
      else stream.write(`${line}\n`);
    }),
  );
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
