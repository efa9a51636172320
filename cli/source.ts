import type { Config } from '../agent/config.ts';
import type { Knowledge } from '../agent/views/journal-file.ts';
import { goodBody, readDaemon } from './daemon.ts';
import { type Io, notFoundError } from './io.ts';

/**
 * A view from the running daemon, or made from the journal file by the same function where no daemon answers.
 * @param local returns null for what the journal does not have
 */
export async function readView<View>(
  io: Io,
  config: Config,
  path: string,
  local: (knowledge: Knowledge) => View | null,
): Promise<View> {
  const answer = await readDaemon(config, path);
  if (answer !== null) return goodBody(answer) as View;
  io.log('no daemon answers; this is from the journal file');
  // Loaded only here: SQLite is not needed where a daemon answers.
  const { fromJournal } = await import('./journal.ts');
  const { knowledgeFromFile } = await import('../agent/views/journal-file.ts');
  const view = local(fromJournal(config, knowledgeFromFile));
  if (view !== null) return view;
  throw notFoundError('journal', `${path.split('/').at(-1)} is not in the journal`, 'homeostat incident ls');
}
