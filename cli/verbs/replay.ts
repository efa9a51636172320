import { replayAdvice } from '../../agent/views/advice.ts';
import { loadConfig } from '../config-file.ts';
import { decisionId } from '../ids.ts';
import { exitCodes, type Io, notFoundError, print } from '../io.ts';
import { fromJournal } from '../journal.ts';

/** `homeostat replay`. Exit code 8 where the recorded reply would be taken otherwise today. */
export async function replay(io: Io, args: readonly string[]): Promise<number> {
  const id = decisionId(args[0]!);
  const { knowledgeFromFile } = await import('../../agent/views/journal-file.ts');
  const advice = fromJournal(loadConfig(io), knowledgeFromFile).decisions.get(id)?.advice ?? null;
  if (advice === null) throw notFoundError('journal', `${id} has no advice`, `homeostat why ${id}`);
  const replayed = replayAdvice(advice);
  print(io, { advice, replayed }, () =>
    replayed === null
      ? `${id}: ${advice.result}, there is no reply to weigh: ${advice.why}`
      : `${id}: ${advice.model} was ${replayed.recorded}, today ${replayed.now}: ${replayed.why}`,
  );
  return replayed === null || replayed.same ? exitCodes.done : exitCodes.findings;
}
