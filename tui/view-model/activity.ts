import { entityKey } from '../../model/entity.ts';
import type { JournalRow } from '../../model/record.ts';

const minuteMs = 60_000;

export interface Stretch {
  readonly nowMs: number;
  readonly lastMs: number;
  readonly buckets: number;
}

/** Raised signals of chosen entities over time: how many stood at the end of each part of the stretch. */
export function raisedSignals(
  rows: readonly JournalRow[],
  isWanted: (signalId: string, entity: string) => boolean,
  { nowMs, lastMs, buckets }: Stretch,
): number[] {
  const stepMs = lastMs / buckets;
  // Aligned to whole minutes, so that the picture moves in steps and not with every tick.
  const endMs = Math.ceil(nowMs / minuteMs) * minuteMs;
  const ends = Array.from({ length: buckets }, (_, index) => endMs - (buckets - 1 - index) * stepMs);
  const lasts = lastings(rows, isWanted);
  return ends.map((atMs) => lasts.filter((span) => span.fromMs <= atMs && span.toMs > atMs - stepMs).length);
}

interface Lasting {
  readonly fromMs: number;
  readonly toMs: number;
}

function lastings(rows: readonly JournalRow[], isWanted: (signalId: string, entity: string) => boolean): Lasting[] {
  const open = new Map<string, number>();
  const ended: Lasting[] = [];
  for (const { record } of rows) {
    if (record.type !== 'signal' || !isWanted(record.id, entityKey(record.entity))) continue;
    if (record.clearedAtMs === null) {
      if (!open.has(record.id)) open.set(record.id, record.atMs);
      continue;
    }
    ended.push({ fromMs: open.get(record.id) ?? record.sinceMs, toMs: record.clearedAtMs });
    open.delete(record.id);
  }
  return [...ended, ...[...open.values()].map((fromMs) => ({ fromMs, toMs: Number.POSITIVE_INFINITY }))];
}
