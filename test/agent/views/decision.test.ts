import { expect, test } from 'vitest';
import { applyRecord, createKnowledge } from '../../../agent/knowledge/knowledge.ts';
import { approvalsView } from '../../../agent/views/approvals.ts';
import { auditRows } from '../../../agent/views/audit.ts';
import { decisionView } from '../../../agent/views/decision.ts';
import { incidentsView } from '../../../agent/views/incident.ts';
import type { AgentRecord } from '../../../model/record.ts';
import {
  action,
  approval,
  approved,
  askedRecords,
  doneRecords,
  incident,
  outcome,
  plan,
  resolved,
  startMs,
  verdict,
} from './records.ts';

function know(...records: AgentRecord[]) {
  const knowledge = createKnowledge();
  for (const record of records) applyRecord(knowledge, record);
  return knowledge;
}

test.each<[string, AgentRecord[]]>([
  ['planned', [plan]],
  ['planned', [plan, { ...verdict, effect: 'auto' }]],
  ['denied', [plan, { ...verdict, effect: 'deny' }]],
  ['would-act', [plan, { ...verdict, effect: 'deny', wouldEffect: 'auto' }]],
  ['would-ask', [plan, { ...verdict, effect: 'deny', wouldEffect: 'ask' }]],
  ['waiting-approval', [plan, verdict, approval]],
  ['expired', [plan, verdict, { ...approval, state: 'expired' }]],
  ['planned', [plan, verdict, approved]],
  ['acting', [plan, verdict, approved, { ...action, state: 'intended' }]],
  ['verifying', [plan, verdict, approved, action]],
  ['inconclusive', [plan, verdict, approved, action, { ...outcome, result: 'inconclusive' }]],
])('a decision is %s %#', (state, records) => {
  expect(decisionView(know(...records), 'D-1')?.state).toBe(state);
});

test('keeps the transcript of the adviser out of every face', () => {
  const transcript = { request: 'secret request', reply: 'secret reply' };
  const view = decisionView(
    know(plan, {
      type: 'advice',
      decisionId: 'D-1',
      incidentId: 'INC-0001',
      atMs: startMs,
      result: 'agreed',
      why: 'same first choice',
      model: 'm',
      promptTokens: 1,
      completionTokens: 1,
      transcript,
    }),
    'D-1',
  );
  expect(view?.advice).toMatchObject({ result: 'agreed', model: 'm' });
  expect(JSON.stringify(view)).not.toContain('secret');
});

test('a question is open until its answer or its time', () => {
  const knowledge = know(...askedRecords);
  expect(approvalsView(knowledge, startMs + 604_999)).toHaveLength(1);
  expect(approvalsView(knowledge, startMs + 605_000)).toEqual([]);
  applyRecord(knowledge, approved);
  expect(approvalsView(knowledge, startMs + 60_000)).toEqual([]);
});

test('lists open incidents first, the worst on top, then the ended ones, the latest on top', () => {
  const at = (id: `INC-${string}`, severity: 1 | 2 | 3 | 4, openedAtMs: number, resolvedAtMs: number | null) => ({
    ...incident,
    id,
    severity,
    openedAtMs,
    resolvedAtMs,
  });
  const knowledge = know(at('INC-1', 1, 1, 9), at('INC-2', 3, 2, null), at('INC-3', 2, 3, null), at('INC-4', 4, 4, 9));
  expect(incidentsView(knowledge).map((row) => row.id)).toEqual(['INC-3', 'INC-2', 'INC-4', 'INC-1']);
});

test('the audit names who did what, and leaves telemetry out unless asked', () => {
  const records = [...askedRecords, ...doneRecords];
  const rows = records.map((record, index) => ({
    seq: index + 1,
    atMs: record.atMs,
    record,
    prevHash: '',
    hash: `h${index}`,
  }));
  const short = auditRows(rows, { sinceMs: 0, all: false });
  expect(short.map((row) => [row.who, row.what, row.result])).toEqual([
    ['agent', 'plan restart-dead-instance', 'rehearsal: none (no twin is joined)'],
    ['agent', 'verdict', 'worker-ask: a person decides about workers'],
    ['agent', 'approval requested', null],
    ['token:local', 'approval approved', null],
    ['agent', 'instance.restart worker-3', 'intended'],
    ['agent', 'instance.restart worker-3', 'answered'],
    ['agent', 'outcome', 'succeeded'],
  ]);
  expect(auditRows(rows, { sinceMs: resolved.atMs, all: true }).map((row) => row.what)).toEqual(['incident resolved']);
});
