import { knowledgeFromFile } from '../../agent/views/journal-file.ts';
import { recordsView } from '../../agent/views/records.ts';
import { isoTime } from '../../agent/views/text.ts';
import { loadConfig } from '../config-file.ts';
import { exitCodes, type Io, print } from '../io.ts';
import { fromJournal } from '../journal.ts';
import { tableText } from '../table.ts';

/** `homeostat record ls`. */
export function listRecords(io: Io): number {
  const records = recordsView(fromJournal(loadConfig(io), knowledgeFromFile), io.nowMs());
  print(io, { records }, () =>
    records.length === 0
      ? 'nothing was done yet'
      : tableText(
          ['RULE', 'PLAYBOOK', 'SUCCEEDED', 'FAILED', 'LOWER BOUND', 'STATE', 'RESET'],
          records.map((row) => [
            row.rule,
            row.playbook,
            row.succeeded,
            row.failed,
            row.lowerBound.toFixed(2),
            row.demoted ? 'demoted: asks until it is reset' : 'ok',
            row.resetAtMs === null ? null : isoTime(row.resetAtMs),
          ]),
        ),
  );
  return exitCodes.done;
}
