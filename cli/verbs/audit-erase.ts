import { userInfo } from 'node:os';
import { parseDurationMs } from '../../agent/config/units.ts';
import { type Erasure, eraseRows } from '../../agent/views/journal-erasure.ts';
import { loadConfig } from '../config-file.ts';
import { CliError, exitCodes, type Io, type Options, print, requiredOption, textOption, usageError } from '../io.ts';
import { fromJournal } from '../journal.ts';

/** `homeostat audit erase`: what was erased cannot be brought back, so it is asked for twice. */
export async function eraseAudit(io: Io, _args: readonly string[], options: Options): Promise<number> {
  const config = loadConfig(io);
  const why = requiredOption(options, 'why');
  const rows = meantRows(io, options);
  await confirm(io, options);
  const { anchorPath } = config.audit;
  const person = { id: `unix:${userInfo().username}`, via: 'cli' } as const;
  const erasure = fromJournal(config, (stateDir) =>
    eraseRows({ stateDir, anchorPath, nowMs: io.nowMs(), rows, person, why }),
  );
  if (erasure.status === 'busy') throw busy(config.stateDir);
  if (erasure.status === 'binds') throw binding(erasure.what);
  print(io, erasure, () => erasedText(erasure));
  return exitCodes.done;
}

type Rows = Parameters<typeof eraseRows>[0]['rows'];

function meantRows(io: Io, options: Options): Rows {
  const [age, range] = [textOption(options, 'olderThan'), textOption(options, 'rows')];
  if ((age === null) === (range === null)) {
    throw usageError(
      '--rows',
      'say which rows: either --rows or --older-than',
      '--rows 120..140, or --older-than 400d',
    );
  }
  if (age !== null) {
    const ms = parseDurationMs(age);
    if (ms === null) throw usageError('--older-than', `"${age}" is not a duration`, 'such as 400d');
    return { beforeMs: io.nowMs() - ms };
  }
  const found = /^(\d{1,15})(?:\.\.(\d{1,15}))?$/.exec(range ?? '');
  const [fromSeq, toSeq] = [Number(found?.[1]), Number(found?.[2] ?? found?.[1])];
  if (found === null || fromSeq < 1 || toSeq < fromSeq) {
    throw usageError('--rows', `"${range}" is no range of rows`, 'such as 120, or 120..140, as audit ls shows them');
  }
  return { fromSeq, toSeq };
}

async function confirm(io: Io, options: Options): Promise<void> {
  if (options.yes === true) return;
  if (io.ask === null) throw usageError('--yes', 'erasing cannot be undone', 'add --yes');
  const typed = await io.ask('What is erased cannot be brought back. Type erase to go on: ');
  if (typed.trim() !== 'erase') throw new CliError(exitCodes.interrupted, leftAlone);
}

const leftAlone = { code: 'LEFT_ALONE', message: 'nothing was erased', where: '--yes', hint: null };

function busy(stateDir: string): CliError {
  const message = 'a daemon writes this journal';
  const hint = 'stop the daemon, erase, and start it again';
  return new CliError(exitCodes.failed, { code: 'JOURNAL_BUSY', message, where: stateDir, hint });
}

const shownMax = 10;

function binding(what: readonly string[]): CliError {
  const problems = what.slice(0, shownMax).map((one) => ({
    code: 'JOURNAL_BINDS',
    message: `these rows still bind the agent: ${one}`,
    where: '--rows',
    hint: 'erase fewer rows, or wait until it has lapsed; a person lifts a pause, a hold, a breaker or a record',
  }));
  return new CliError(exitCodes.failed, problems);
}

function erasedText(erasure: Extract<Erasure, { status: 'erased' | 'nothing' }>): string {
  if (erasure.status === 'nothing') return 'no such rows with content';
  return `erased what rows ${erasure.fromSeq} to ${erasure.toSeq} said; their hashes stay, and the chain still verifies`;
}
