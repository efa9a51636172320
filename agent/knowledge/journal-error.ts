/** Why a journal refused. Each stops the agent: without a record there is no effect. */
export const journalErrorCodes = {
  JOURNAL_FULL: 'no space is left for the journal',
  JOURNAL_IO: 'the disk under the journal failed',
  JOURNAL_CORRUPT: 'the journal does not verify',
  JOURNAL_ROLLED_BACK: 'the journal is older than its anchored head: an old copy, or rows were cut off',
  JOURNAL_FENCED: 'another process wrote to the journal since this one opened it',
  JOURNAL_BUSY: 'another process keeps the journal locked',
  JOURNAL_CLOSED: 'the journal is closed, or failed before',
} as const;

export type JournalErrorCode = keyof typeof journalErrorCodes;

export class JournalError extends Error {
  readonly code: JournalErrorCode;

  constructor(code: JournalErrorCode, detail: string, cause?: unknown) {
    super(`${code}: ${journalErrorCodes[code]} (${detail})`, { cause });
    this.name = 'JournalError';
    this.code = code;
  }
}

/** Primary result codes of SQLite (https://sqlite.org/rescode.html): the low byte of the extended code. */
const codeOfSqlite: Readonly<Record<number, JournalErrorCode>> = {
  5: 'JOURNAL_BUSY',
  6: 'JOURNAL_BUSY',
  11: 'JOURNAL_CORRUPT',
  13: 'JOURNAL_FULL',
  26: 'JOURNAL_CORRUPT',
};

/** Names what SQLite reported. Whatever is not known to be harmless counts as a failing disk. */
export function journalErrorOf(error: unknown, path: string): JournalError {
  if (error instanceof JournalError) return error;
  const { errcode, code } = error as { errcode?: number; code?: string };
  const known = code === 'ENOSPC' ? 'JOURNAL_FULL' : codeOfSqlite[(errcode ?? 0) & 0xff];
  return new JournalError(known ?? 'JOURNAL_IO', `${path}: ${(error as Error).message}`, error);
}
