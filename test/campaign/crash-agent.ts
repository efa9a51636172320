import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { CoreRequest, StepResult } from '../../agent/core.ts';
import { performAct, readBackAct } from '../../agent/execute/act.ts';
import * as executor from '../../agent/execute/executor.ts';
import { openSqliteJournal } from '../../agent/knowledge/journal-sqlite.ts';
import { fileKillSwitch } from '../../agent/knowledge/kill-switch-file.ts';
import { applyRecord } from '../../agent/knowledge/knowledge.ts';
import { openSqliteLease } from '../../agent/knowledge/lease-sqlite.ts';
import { restoreKnowledge } from '../../agent/knowledge/restore.ts';
import type { ActionAnswer, ActionCall, Actuator } from '../../agent/ports.ts';
import type { ActionName } from '../../model/actions.ts';
import type { ActionId, DecisionId } from '../../model/entity.ts';
import type { AgentRecord, JournalRow } from '../../model/record.ts';
import { planOf, verdictOf } from '../agent/execute/plans.ts';
import type { FromAgent, ToAgent } from './crash-protocol.ts';

/*
 * The agent that `crash.ts` kills: the real executor, journal and lease, over an engine in the parent process. Its
 * clock runs a second per turn, so that timeouts and healthy delays pass quickly.
 */

const leaseTtlMs = 30_000;
const answers = new Map<string, (answer: ActionAnswer) => void>();
const tell = (message: FromAgent) => process.send?.(message);

process.on('message', (message: ToAgent) => {
  if (message.type === 'go') void live(message);
  else answers.get(message.actionId)?.(message.answer);
});
// No agent here lives to its orderly end, at which the cache would be written.
flushCompileCache();
tell({ type: 'ready' });

const engine: Actuator = {
  name: 'parent',
  actions: new Set<ActionName>(['workload.scale']),
  apply: (call, done) => request('apply', call, done),
  readBack: (call, _intendedAtMs, done) => request('read-back', call, done),
};

function request(type: 'apply' | 'read-back', call: ActionCall, done: (answer: ActionAnswer) => void): void {
  answers.set(call.actionId, done);
  tell({ type, call });
}

async function live({ dir, holder, finish }: Extract<ToAgent, { type: 'go' }>): Promise<void> {
  const lease = openSqliteLease(join(dir, 'lease.db'));
  // The one before may have died with the lease in its hands: time passes until it is free.
  let nowMs = Date.now();
  while (lease.acquire(holder, leaseTtlMs, nowMs) === null) nowMs += 1_000;
  const journal = openSqliteJournal(join(dir, 'journal.db'), { anchor: join(dir, 'anchor') });
  const knowledge = restoreKnowledge(journal.read(1));
  const executions = executor.createExecutions();
  const queue: (() => StepResult)[] = [];
  const ports = {
    journal,
    lease,
    killSwitch: fileKillSwitch(dir),
    actuators: [engine],
    clock: { nowMs: () => nowMs },
    holder,
  };

  const context = () => ({
    nowMs,
    epoch: lease.current(holder, nowMs)?.epoch ?? null,
    judge: () => verdictOf('auto'),
    evaluate: () => ({ value: verified(nowMs), why: 'as it comes' }),
    measure: () => null,
    generationOf: () => null,
    startedAtMsOf: () => undefined,
    sloLost: null,
    factsAtMs: nowMs,
  });
  const fold = (rows: readonly JournalRow[]) => {
    for (const { record } of rows) applyRecord(knowledge, record);
    tell({ type: 'confirmed', seq: journal.head().seq });
  };
  const record = (records: readonly AgentRecord[]) => fold(journal.append(nowMs, records));
  const perform = ({ records, requests }: StepResult) => {
    if (records.length > 0) record(records);
    for (const one of requests) performOne(one);
  };
  const performOne = (one: CoreRequest) => {
    if (one.type === 'read-facts') queue.push(() => executor.onFacts(executions, one.decisionId, true, context()));
    if (one.type !== 'act' && one.type !== 'read-back') return;
    const done = (answer: ActionAnswer) => {
      queue.push(() => executor.onActionAnswer(executions, one.action.id as ActionId, answer, context()));
    };
    if (one.type === 'read-back') readBackAct(one.action, one.timeoutMs, ports, done);
    else fold(performAct(one.action, one.timeoutMs, ports, done));
  };

  perform(executor.resumeExecutions(executions, knowledge, context()));
  for (;;) {
    lease.acquire(holder, leaseTtlMs, nowMs);
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) perform(next());
    for (const id of executions.ids()) perform(executor.onTick(executions, id, context()));
    if (executions.ids().length === 0) {
      if (finish && answersOutstanding(knowledge.decisions) === 0) break;
      if (!finish) begin();
    }
    await pause(1);
    nowMs += 1_000;
  }
  tell({ type: 'idle' });

  function begin(): void {
    const number = knowledge.lastDecisionNumber + 1;
    const decisionId = `D-${number}` as DecisionId;
    const plan = { ...planOf({ steps: 1 + (number % 3) }), decisionId };
    record([plan, { ...verdictOf('auto'), decisionId }]);
    perform(executor.beginExecution(executions, plan, verdictOf('auto'), context()));
  }
}

/** Some verifications hold, some fail and are undone, some measure nothing. */
function verified(nowMs: number): boolean | null {
  return nowMs % 5_000 < 3_000 ? true : nowMs % 7_000 < 3_000 ? false : null;
}

type Decisions = ReturnType<typeof restoreKnowledge>['decisions'];

function answersOutstanding(decisions: Decisions): number {
  const actions = [...decisions.values()].flatMap((decision) => [...decision.actions.values()]);
  return actions.filter(({ state }) => state === 'intended' || state === 'unknown').length;
}
