import { contentHashOf, emptyHead, type Head, type StoredRow, sealRows } from '../../agent/knowledge/chain.ts';
import type { AgentRecord, ControlRecord } from '../../model/record.ts';
import { between, pick } from './random.ts';

type Next = () => number;
type Tamper = (rows: readonly StoredRow[], next: Next) => readonly StoredRow[];

/** A journal of random length and content, in some cases with an erasure that it tells of. */
export function randomJournal(next: Next): readonly StoredRow[] {
  const rows = [...chain(emptyHead, between(next, 2, 40), next)];
  if (next() < 0.3) {
    const seq = between(next, 1, rows.length);
    rows[seq - 1] = erase(rows[seq - 1]!);
    const telling = control('retention', { event: 'erased', erasedRows: [seq, seq] });
    rows.push(...seal(headOf(rows), [telling]), ...chain(headOf(rows), 0, next));
  }
  return rows;
}

/** Ways to falsify a journal; each returns the rows unchanged where it does not apply. */
export const tampers: Readonly<Record<string, Tamper>> = {
  'edit content': (rows, next) =>
    replace(rows, next, (row) =>
      row.recordJson === null ? row : { ...row, recordJson: mutate(row.recordJson, next) },
    ),
  'edit time': (rows, next) => replace(rows, next, (row) => ({ ...row, atMs: row.atMs + between(next, 1, 1_000) })),
  'edit hash': (rows, next) => replace(rows, next, (row) => ({ ...row, hash: mutateHex(row.hash, next) })),
  'edit and rechain the rest': (rows, next) => rechainFrom(rows, between(next, 1, rows.length), next),
  'edit and rehash one row': (rows, next) => {
    const seq = between(next, 1, rows.length);
    return [...rows.slice(0, seq - 1), ...chain(headOf(rows.slice(0, seq - 1)), 1, next), ...rows.slice(seq)];
  },
  'delete rows': (rows, next) => {
    const from = between(next, 0, rows.length - 1);
    return [...rows.slice(0, from), ...rows.slice(from + between(next, 1, 5))];
  },
  'delete and renumber': (rows, next) => {
    const from = between(next, 0, rows.length - 1);
    return [...rows.slice(0, from), ...rows.slice(from + 1).map((row) => ({ ...row, seq: row.seq - 1 }))];
  },
  'cut off the end': (rows, next) => rows.slice(0, between(next, 0, rows.length - 1)),
  'swap two rows': (rows, next) => swap(rows, between(next, 1, rows.length) - 1, between(next, 1, rows.length) - 1),
  'swap the contents of two rows': (rows, next) => {
    const [a, b] = [pick(next, rows), pick(next, rows)];
    return rows.map((row) => (row === a ? { ...b, seq: a.seq } : row === b ? { ...a, seq: b.seq } : row));
  },
  'repeat a row': (rows, next) => {
    const row = pick(next, rows);
    return [...rows.slice(0, row.seq), { ...row, seq: row.seq + 1 }, ...rows.slice(row.seq)];
  },
  'splice from another journal': (rows, next) => {
    const other = chain(emptyHead, rows.length, next);
    const from = between(next, 0, rows.length - 1);
    const to = between(next, from + 1, rows.length);
    return [...rows.slice(0, from), ...other.slice(from, to), ...rows.slice(to)];
  },
  'fork: another history after a row': (rows, next) => {
    const kept = rows.slice(0, between(next, 0, rows.length - 1));
    return [...kept, ...chain(headOf(kept), rows.length - kept.length + between(next, 0, 5), next)];
  },
  'restore an old copy and go on': (rows, next) => {
    const old = rows.slice(0, between(next, 0, rows.length - 1));
    return [...old, ...chain(headOf(old), between(next, 0, rows.length - old.length), next)];
  },
  'erase without saying so': (rows, next) => replace(rows, next, erase),
  'erase and forge the hash of the content': (rows, next) =>
    replace(rows, next, (row) => ({ ...row, recordJson: null, contentHash: contentHashOf(`${next()}`) })),
};

/** Whether anything that a reader would see differs. */
export function isChanged(before: readonly StoredRow[], after: readonly StoredRow[]): boolean {
  return JSON.stringify(before) !== JSON.stringify(after);
}

export function headOf(rows: readonly StoredRow[]): Head {
  const last = rows.at(-1);
  return last === undefined ? emptyHead : { seq: last.seq, hash: last.hash };
}

function chain(head: Head, count: number, next: Next): readonly StoredRow[] {
  return seal(
    head,
    Array.from({ length: count }, () => control(`why ${Math.floor(next() * 1e9)}`)),
  );
}

function seal(head: Head, records: readonly AgentRecord[]): readonly StoredRow[] {
  return sealRows(head, 1_000 + head.seq, records).map(({ stored }) => stored);
}

function control(why: string, over: Partial<ControlRecord> = {}): ControlRecord {
  const nothing = { person: null, entity: null, decisionId: null, incidentId: null, mode: null, untilMs: null };
  return { type: 'control', atMs: 1, event: 'paused', ...nothing, why, ...over };
}

function erase(row: StoredRow): StoredRow {
  if (row.recordJson === null || row.recordJson.includes('"erased"')) return row;
  return { ...row, recordJson: null, contentHash: contentHashOf(row.recordJson) };
}

function replace(rows: readonly StoredRow[], next: Next, change: (row: StoredRow) => StoredRow): readonly StoredRow[] {
  const chosen = pick(next, rows);
  return rows.map((row) => (row === chosen ? change(row) : row));
}

function rechainFrom(rows: readonly StoredRow[], seq: number, next: Next): readonly StoredRow[] {
  const kept = rows.slice(0, seq - 1);
  const rest = rows
    .slice(seq - 1)
    .map((row, i) => (i === 0 || row.recordJson === null ? control(`forged ${next()}`) : JSON.parse(row.recordJson)));
  return [...kept, ...seal(headOf(kept), rest)];
}

function mutate(text: string, next: Next): string {
  const at = between(next, 0, text.length - 1);
  const how = next();
  if (how < 0.3) return text.slice(0, at) + text.slice(at + 1);
  const letter = String.fromCharCode(between(next, 32, 126));
  return how < 0.6 ? text.slice(0, at) + letter + text.slice(at) : text.slice(0, at) + letter + text.slice(at + 1);
}

function mutateHex(hash: string, next: Next): string {
  const at = between(next, 0, hash.length - 1);
  return hash.slice(0, at) + between(next, 0, 15).toString(16) + hash.slice(at + 1);
}

function swap(rows: readonly StoredRow[], i: number, j: number): readonly StoredRow[] {
  const copy = [...rows];
  [copy[i], copy[j]] = [copy[j]!, copy[i]!];
  return copy;
}
