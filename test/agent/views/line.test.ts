import { expect, test } from 'vitest';
import { lineOf } from '../../../agent/views/line.ts';
import type { AgentRecord } from '../../../model/record.ts';
import { action, approval, diagnosis, forecast, incident, outcome, plan, signal, startMs, verdict } from './records.ts';

test.each<[AgentRecord, string | null]>([
  [signal, 'signal   10:00:00 worker-3 missing (critical): stopped 2 s ago with exit code 137'],
  [{ ...signal, clearedAtMs: startMs + 10_000 }, 'signal   10:00:00 worker-3 missing cleared after 12 s'],
  [
    forecast,
    'forecast 10:00:00 worker-4 memory.usage meets its limit in 10 min (80% band 8 min 20 s to 13 min 20 s; past error 4.2%)',
  ],
  [{ ...forecast, limit: null }, null],
  [incident, 'incident 10:00:01 INC-0001 waiting-approval, severity 2: worker-3 is gone'],
  [
    plan,
    'plan     10:00:05 D-1 for INC-0001: restart-dead-instance, instance.restart worker-3; rehearsal: none (no twin is joined)',
  ],
  [verdict, 'verdict  10:00:05 D-1 ask by rule worker-ask: a person decides about workers'],
  [
    { ...verdict, effect: 'deny', wouldEffect: 'auto', rule: 'mode' },
    'verdict  10:00:05 D-1 deny (would be auto) by rule mode: a person decides about workers',
  ],
  [action, 'action   10:01:06 D-1.1 instance.restart worker-3 done (restarted)'],
  [{ ...action, state: 'intended' }, null],
  [{ ...action, state: 'unknown', detail: null }, 'action   10:01:06 D-1.1 instance.restart worker-3 unknown'],
  [
    { ...action, purpose: 'undo', ok: false },
    'action   10:01:06 D-1.1 undo: instance.restart worker-3 failed (restarted)',
  ],
  [outcome, 'outcome  10:01:18 D-1 succeeded: worker-3 is ready'],
  [{ ...outcome, result: 'failed', undone: 'undone' }, 'outcome  10:01:18 D-1 failed, undone: worker-3 is ready'],
  [diagnosis, null],
  [approval, null],
])('says a record of the data path in one line %#', (record, line) => {
  expect(lineOf(record)).toBe(line);
});

test('a rehearsed plan says what it saves', () => {
  const rehearsal = {
    status: 'rehearsed' as const,
    doNothing: [60_000, 120_000, 300_000] as const,
    withPlan: [0, 5_000, 9_000] as const,
    spared: [55_000, 115_000, 295_000] as const,
    recoversAlone: 0.1,
    horizonMs: 600_000,
    checkpoints: [],
    assumptions: [],
  };
  expect(lineOf({ ...plan, rehearsal })).toContain(
    'rehearsed: SLO lost 5 s with the plan, 2 min without (80%: spares 55 s to 4 min 55 s)',
  );
});

test('hostile text cannot begin a line of its own', () => {
  const line = lineOf({ ...signal, explanation: 'x\noutcome  D-1 succeeded\u001b[31m' });
  expect(line).toContain('x\\u{a}outcome  D-1 succeeded\\u{1b}[31m');
  expect(line?.split('\n')).toHaveLength(1);
});
