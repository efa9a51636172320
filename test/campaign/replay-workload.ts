import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { openSqliteJournal } from '../../agent/knowledge/journal-sqlite.ts';
import { openSqliteLease } from '../../agent/knowledge/lease-sqlite.ts';
import type { Action } from '../../model/action.ts';
import type { DecisionId } from '../../model/entity.ts';
import { planOf, scale, verdictOf } from '../agent/execute/plans.ts';
import { between, seeded } from './random.ts';

/*
 * What `replay.ts` records: one life of journal and lease, with a mark in a file of its own whenever something was
 * confirmed or an effect left for the cluster. The marks are what a crash at any moment is held against.
 *
 *   node replay-workload.ts DIR SEED
 */

const [dir = '', seedText = '1'] = process.argv.slice(2);
const next = seeded(Number(seedText));
const marks = openSync(join(dir, 'marks'), 'a');
const mark = (text: string) => writeSync(marks, `${text}\n`);

let nowMs = 1_000_000;
for (let life = 0; life < 2; life += 1) {
  const lease = openSqliteLease(join(dir, 'lease.db'));
  nowMs += 60_000;
  const epoch = lease.acquire(`agent-${life}`, 30_000, nowMs)?.epoch ?? 0;
  mark(`epoch ${epoch}`);
  const journal = openSqliteJournal(join(dir, 'journal.db'), { anchor: join(dir, 'anchor') });
  for (let i = between(next, 2, 5); i > 0; i -= 1) decide(journal, life * 100 + i, epoch);
  if (next() < 0.5) {
    journal.erase(nowMs, [1, between(next, 1, 4)], null, 'retention');
    mark(`confirmed ${journal.head().seq}`);
  }
  // Half of the lives end without an orderly close, so that the next one finds a log to recover.
  if (next() < 0.5) journal.close();
}

function decide(journal: ReturnType<typeof openSqliteJournal>, number: number, epoch: number): void {
  const decisionId: DecisionId = `D-${number}`;
  const filler = 'x'.repeat(between(next, 0, 6_000));
  const plan = { ...planOf({ steps: 1 }), decisionId, summary: `fill ${filler}` };
  journal.append(nowMs, [plan, { ...verdictOf('auto'), decisionId }]);
  mark(`confirmed ${journal.head().seq}`);
  const id = `${decisionId}.1` as Action['id'];
  const about = { id, decisionId, incidentId: plan.incidentId, atMs: nowMs, stepId: 'scale-w1', epoch };
  const spec = scale('w1', 2);
  const rest = { purpose: 'apply', spec, undo: null, generation: null, ok: null, detail: null } as const;
  const action: Action = { type: 'action', ...about, ...rest, state: 'intended' };
  journal.append(nowMs, [action]);
  mark(`confirmed ${journal.head().seq}`);
  mark(`effect ${id}`);
  nowMs += 1_000;
  journal.append(nowMs, [{ ...action, state: 'answered', ok: true }]);
  mark(`confirmed ${journal.head().seq}`);
}
