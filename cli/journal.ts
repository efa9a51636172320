import type { Config } from '../agent/config.ts';
import { JournalError } from '../agent/views/journal-file.ts';
import { CliError, exitCodes } from './io.ts';

/** Reads the journal file of a configuration. @throws CliError where there is none or it does not verify */
export function fromJournal<Result>(config: Config, read: (stateDir: string) => Result): Result {
  try {
    return read(config.stateDir);
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    throw new CliError(exitCodes.failed, {
      code: error.code,
      message: error.message,
      where: config.stateDir,
      hint: `no daemon has run with ${config.file}, or its stateDir is elsewhere`,
    });
  }
}
