import { knowledgeFromFile } from '../../agent/views/journal-file.ts';
import { type ReplayView, replayView } from '../../agent/views/policy-replay.ts';
import type { Inventory } from '../../model/inventory.ts';
import { loadConfig } from '../config-file.ts';
import { goodBody, noDaemon, readDaemon } from '../daemon.ts';
import { exitCodes, type Io, type Options, print } from '../io.ts';
import { fromJournal } from '../journal.ts';
import { sinceMs } from '../since.ts';
import { loadNamedPolicy } from './policy.ts';

/**
 * `homeostat policy replay`. Exit code 8 where the policy would have answered anything differently. The inventory comes
 * from the daemon: the journal tells what was decided, not which role each target has.
 */
export async function replayPolicy(io: Io, args: readonly string[], options: Options): Promise<number> {
  const config = loadConfig(io);
  const policy = loadNamedPolicy(io, args[0]!);
  const sinceAtMs = sinceMs(io, options);
  const answer = await readDaemon(config, '/v1/inventory');
  if (answer === null) throw noDaemon(config);
  const inventory = goodBody(answer) as Inventory;
  const view = replayView(fromJournal(config, knowledgeFromFile), policy, inventory, sinceAtMs);
  print(io, view, replayText);
  return view.changes.length === 0 ? exitCodes.done : exitCodes.findings;
}

function replayText({ decisions, same, changes }: ReplayView): string {
  const kinds = Map.groupBy(changes, ({ was, now }) => `${was}->${now}`);
  const counts = [...kinds].map(([kind, rows]) => `   ${kind} ${rows.length}`).join('');
  const lines = changes.map(
    ({ decisionId, was, now, rule, why, ended, summary }) =>
      `  ${decisionId} ${was}->${now} by ${rule}: ${why} (${summary}; ended ${ended ?? 'unknown'})`,
  );
  return [`${decisions} decisions   same ${same}${counts}`, ...lines].join('\n');
}
