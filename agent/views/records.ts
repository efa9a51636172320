import type { PastAction } from '../guard/facts.ts';
import { foldTrackRecord, type TrackRecord } from '../guard/track-record.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { pastActions } from '../knowledge/track-record.ts';
import { escapeDeep } from './text.ts';

/** What one rule has to show for one playbook, over all classes of target. */
export interface RecordRow extends TrackRecord {
  readonly rule: string;
  readonly playbook: string;
  readonly resetAtMs: number | null;
}

/** The record of every rule under which anything was done. */
export function recordsView(knowledge: Knowledge, nowMs: number): RecordRow[] {
  const groups = Map.groupBy(pastActions(knowledge, nowMs), (past) => `${past.rule} ${past.playbook}`);
  return escapeDeep([...groups.values()].flatMap((history) => recordRow(knowledge, history)));
}

function recordRow(knowledge: Knowledge, history: readonly PastAction[]): RecordRow[] {
  const { rule, playbook } = history[0]!;
  if (rule === null || playbook === null) return [];
  const resets = knowledge.controls.filter((control) => control.event === 'record-reset' && control.rule === rule);
  const resetAtMs = resets.at(-1)?.atMs ?? null;
  return [{ rule, playbook, resetAtMs, ...foldTrackRecord(history, resetAtMs ?? 0) }];
}
