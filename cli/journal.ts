import { existsSync } from 'node:fs';
import { stateFiles } from '../agent/config/state-files.ts';
import type { Config } from '../agent/config.ts';
import { JournalError } from '../agent/views/journal-file.ts';
import { CliError, exitCodes } from './io.ts';

/** Reads the journal file of a configuration. @throws CliError where there is none or it does not verify */
export function fromJournal<Result>(config: Config, read: (stateDir: string) => Result): Result {
  const { journal } = stateFiles(config.stateDir);
  if (!existsSync(journal)) throw journalProblem(config, 'JOURNAL_MISSING', 'there is no journal yet');
  try {
    return read(config.stateDir);
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    throw journalProblem(config, error.code, error.message);
  }
}

function journalProblem(config: Config, code: string, message: string): CliError {
  const hint = `no daemon has run with ${config.file}, or its stateDir is elsewhere`;
  return new CliError(exitCodes.failed, { code, message, where: config.stateDir, hint });
}
