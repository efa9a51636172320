import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandRequest, CommandResult } from '../../agent/commands.ts';
import { applyRecord, createKnowledge } from '../../agent/views/fold.ts';
import type { AgentRecord, JournalRow } from '../../model/record.ts';
import type { UiSource } from '../../tui/source.ts';
import { frameLines } from '../../tui/view-model/frame.ts';
import { asciiGlyphs, blockGlyphs, type View } from '../../tui/view-model/glyphs.ts';
import type { Picture } from '../../tui/view-model/picture.ts';
import { reduceKey } from '../../tui/view-model/reduce.ts';
import type { Line } from '../../tui/view-model/text.ts';
import { initialUi, type UiState } from '../../tui/view-model/ui-state.ts';
import type { RecordedDay } from './record-day.ts';

const golden = join(import.meta.dirname, 'golden');

/** The recorded day of `golden/day.jsonl`: a fixed journal, so that a better analysis does not change the screens. */
export function recordedPicture(): Picture {
  const [head, ...lines] = readFileSync(join(golden, 'day.jsonl'), 'utf8').trim().split('\n');
  const { nowMs, status, inventory } = JSON.parse(head!) as Omit<RecordedDay, 'rows'>;
  const rows = lines.map((line) => JSON.parse(line) as JournalRow);
  return { nowMs, status, inventory, rows, ...folded(rows), link: attached(nowMs), day: null };
}

function folded(rows: readonly JournalRow[]): Pick<Picture, 'knowledge'> {
  const knowledge = createKnowledge();
  for (const { record } of rows) applyRecord(knowledge, record);
  return { knowledge };
}

function attached(nowMs: number): Picture['link'] {
  return { state: 'attached', where: 'http://127.0.0.1:7433', sinceMs: nowMs, why: null };
}

/** The same picture after more records. */
export function withRecords(picture: Picture, records: readonly AgentRecord[]): Picture {
  const last = picture.rows.at(-1)?.seq ?? 0;
  const more = records.map((record, index): JournalRow => {
    return { seq: last + index + 1, atMs: record.atMs, record, prevHash: '', hash: '' };
  });
  const rows = [...picture.rows, ...more];
  return { ...picture, rows, ...folded(rows) };
}

export interface Looks {
  readonly columns?: number;
  readonly rows?: number;
  readonly isAscii?: boolean;
  readonly isPlain?: boolean;
  readonly isReadOnly?: boolean;
}

export function viewOf({
  columns = 100,
  rows = 30,
  isAscii = false,
  isPlain = false,
  isReadOnly = false,
}: Looks = {}): View {
  return { columns, rows, glyphs: isAscii ? asciiGlyphs : blockGlyphs, isPlain, isReadOnly };
}

/** The screen after some keys, named as in the keymap; texts of several characters that are no key are typed. */
export function press(keys: readonly string[], picture: Picture, view: View, ui: UiState = initialUi()): UiState {
  return keys.reduce((state, key) => reduceKey(state, key, picture, view).ui, ui);
}

export function screenText(picture: Picture, ui: UiState, view: View): string {
  return frameLines(picture, ui, view)
    .map((line) => lineText(line).trimEnd())
    .join('\n');
}

/** A source that shows what it is told to and keeps what it was sent. */
export class HandSource implements UiSource {
  shown: Picture;
  readonly sent: CommandRequest['command'][] = [];
  readonly #listeners = new Set<() => void>();

  constructor(shown: Picture) {
    this.shown = shown;
  }

  picture(): Picture {
    return this.shown;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  show(picture: Picture): void {
    this.shown = picture;
    for (const listener of this.#listeners) listener();
  }

  submit(command: CommandRequest['command']): Promise<CommandResult> {
    this.sent.push(command);
    return Promise.resolve({ ok: true, message: 'done' });
  }

  changeTime(): void {
    // This picture stands still.
  }

  close(): void {
    this.#listeners.clear();
  }
}

export function lineText(row: Line): string {
  return row.map((part) => part.text).join('');
}
