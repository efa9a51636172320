import type { Action } from '../../model/action.ts';
import type { JournalRow } from '../../model/record.ts';
import { applyRecord, createKnowledge, type Knowledge } from './knowledge.ts';

/** Folds journal rows, oldest first, into what the agent knew when the last one was written. */
export function restoreKnowledge(rows: Iterable<JournalRow>): Knowledge {
  const knowledge = createKnowledge();
  for (const { record } of rows) applyRecord(knowledge, record);
  return knowledge;
}

/** Whether we cannot tell from the record what became of a call. */
export function isUnsettled({ state }: Action): boolean {
  return state === 'intended' || state === 'unknown';
}

/** Calls whose fate the engine must be asked for before anything else is done. */
export function unsettledActions(knowledge: Knowledge): readonly Action[] {
  return [...knowledge.decisions.values()].flatMap((decision) => [...decision.actions.values()].filter(isUnsettled));
}
