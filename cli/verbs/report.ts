import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { reportOf } from '../../agent/views/report.ts';
import { loadConfig } from '../config-file.ts';
import { incidentId } from '../ids.ts';
import { exitCodes, type Io, notFoundError, type Options, textOption } from '../io.ts';
import { fromJournal } from '../journal.ts';
import { sinceMs } from '../since.ts';

/** `homeostat report`: what happened, what was said and what came of it, and what to do now. */
export async function report(io: Io, args: readonly string[], options: Options): Promise<number> {
  const { knowledgeFromFile } = await import('../../agent/views/journal-file.ts');
  const knowledge = fromJournal(loadConfig(io), knowledgeFromFile);
  const only = args[0] === undefined ? null : incidentId(args[0]);
  const made = reportOf(knowledge, {
    only,
    fromMs: only === null ? sinceMs(io, { since: '24h', ...options }) : 0,
    nowMs: io.nowMs(),
  });
  if (made === null) throw notFoundError('journal', `there is no ${only}`, 'homeostat incident ls');
  const out = textOption(options, 'out');
  const text = io.json || out?.endsWith('.json') ? JSON.stringify(made.data, null, 2) : made.markdown;
  if (out === null) io.out(text);
  else {
    writeFileSync(resolve(io.workDir, out), `${text}\n`);
    io.log(`written to ${out}`);
  }
  return exitCodes.done;
}
