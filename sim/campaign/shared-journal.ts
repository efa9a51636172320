import type { Head } from '../../agent/knowledge/chain.ts';
import { JournalError } from '../../agent/knowledge/journal-error.ts';
import { memoryJournal } from '../../agent/knowledge/journal-memory.ts';
import type { Journal } from '../../agent/ports.ts';
import type { AgentRecord, JournalRow } from '../../model/record.ts';

/** What may happen to the process that writes, at the moment at which it writes. */
export interface WriteHooks {
  /** May throw: then nothing was written. */
  readonly before: (records: readonly AgentRecord[]) => void;
  /** May throw: then everything was written and nobody was told. */
  readonly after: (records: readonly AgentRecord[]) => void;
}

/** One journal that several processes open, like a file: the fence of the journal on disk, without the disk. */
export interface SharedJournal {
  /** Every durable row. */
  rows(): readonly JournalRow[];
  open(hooks: WriteHooks): Journal;
}

export function sharedJournal(): SharedJournal {
  const file = memoryJournal();
  return {
    rows: () => [...file.read(1)],
    open: (hooks) => new OpenJournal(file, hooks),
  };
}

class OpenJournal implements Journal {
  readonly #file: Journal;
  readonly #hooks: WriteHooks;
  #head: Head;

  constructor(file: Journal, hooks: WriteHooks) {
    this.#file = file;
    this.#hooks = hooks;
    this.#head = file.head();
  }

  append(atMs: number, records: readonly AgentRecord[]): readonly JournalRow[] {
    if (this.#file.head().hash !== this.#head.hash) throw new JournalError('JOURNAL_FENCED', 'in memory');
    this.#hooks.before(records);
    const rows = this.#file.append(atMs, records);
    this.#head = this.#file.head();
    this.#hooks.after(records);
    return rows;
  }

  read(fromSeq: number): Iterable<JournalRow> {
    return this.#file.read(fromSeq);
  }

  head(): Head {
    return this.#head;
  }

  close(): void {}
}
