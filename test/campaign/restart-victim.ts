import { openSqliteJournal } from '../../agent/knowledge/journal-sqlite.ts';
import { keepSnapshots, restoreJournal } from '../../agent/knowledge/snapshot-file.ts';
import { decisionRecords } from '../../bench/decisions.ts';

/*
 * What `restart.ts` kills: takes up the journal as the agent does, says so, and writes decisions until it dies.
 *
 *   node restart-victim.ts JOURNAL ANCHOR ROWS_BETWEEN_SNAPSHOTS
 */

const [path = '', anchor = '', every = ''] = process.argv.slice(2);
const journal = openSqliteJournal(path, { anchor });
const restored = restoreJournal(path, journal);
const keep = keepSnapshots(path, journal, restored, Number(every));
let number = restored.knowledge.lastDecisionNumber;
process.send?.('up');
setImmediate(function write() {
  number += 1;
  for (const row of journal.append(number, decisionRecords(number))) keep(row);
  setImmediate(write);
});
