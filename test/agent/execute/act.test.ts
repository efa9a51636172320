import { beforeEach, describe, expect, test } from 'vitest';
import { type ActPorts, performAct, readBackAct } from '../../../agent/execute/act.ts';
import { memoryJournal } from '../../../agent/knowledge/journal-memory.ts';
import { memoryKillSwitch } from '../../../agent/knowledge/kill-switch-file.ts';
import { memoryLease } from '../../../agent/knowledge/lease-memory.ts';
import type { ActionAnswer, ActionCall, Actuator } from '../../../agent/ports.ts';
import type { Action } from '../../../model/action.ts';
import type { ActionName } from '../../../model/actions.ts';
import { holder, scale } from './plans.ts';

const action: Action = {
  type: 'action',
  id: 'D-1.1',
  decisionId: 'D-1',
  incidentId: 'INC-0001',
  atMs: 900,
  stepId: 'scale',
  purpose: 'apply',
  spec: scale('w1', 2),
  undo: scale('w1', 1),
  state: 'intended',
  epoch: 1,
  generation: '7',
  ok: null,
  detail: null,
};

let nowMs: number;
let applied: ActionCall[];
let rowsAtApply: number;
let answers: ActionAnswer[];

function portsOf(over: Partial<ActPorts> = {}): ActPorts {
  const journal = over.journal ?? memoryJournal();
  const engine: Actuator = {
    name: 'engine',
    actions: new Set<ActionName>(['workload.scale']),
    apply: (call) => {
      applied.push(call);
      rowsAtApply = journal.head().seq;
    },
    readBack: (_call, intendedAtMs, done) => done({ status: 'ok', detail: `since ${intendedAtMs}` }),
  };
  const lease = memoryLease();
  lease.acquire(holder, 10_000, 0);
  const clock = { nowMs: () => nowMs };
  return { journal, lease, killSwitch: memoryKillSwitch(), actuators: [engine], clock, holder, ...over };
}

const act = (ports: ActPorts, timeoutMs = 5_000) =>
  performAct(action, timeoutMs, ports, (answer) => answers.push(answer));

beforeEach(() => {
  nowMs = 1_000;
  applied = [];
  rowsAtApply = 0;
  answers = [];
});

test('writes the intent down before the call leaves, and hands it out', () => {
  const ports = portsOf();
  expect(act(ports).map((row) => row.record)).toEqual([action]);
  expect(rowsAtApply).toBe(1);
  const { id: actionId, spec, epoch, generation } = action;
  expect(applied).toEqual([{ actionId, spec, epoch, generation, timeoutMs: 5_000 }]);
  expect(answers).toEqual([]);
});

describe('refuses, without an intent and without a call,', () => {
  const cases: readonly (readonly [string, string, () => ActPorts])[] = [
    ['while STOP is engaged', 'GUARD_STOP', () => withStop(portsOf())],
    ['without the lease', 'GUARD_LEASE', () => portsOf({ lease: memoryLease() })],
    ['under another holder name', 'GUARD_LEASE', () => portsOf({ holder: 'agent-b' })],
    ['under a later epoch than the plan was made in', 'GUARD_LEASE', () => withNewEpoch(portsOf())],
    ['what no actuator can do', 'GUARD_UNSUPPORTED_ACTION', () => portsOf({ actuators: [] })],
  ];

  test.each(cases)('%s', (_name, code, open) => {
    const ports = open();
    expect(act(ports)).toEqual([]);
    expect(applied).toEqual([]);
    expect(ports.journal.head().seq).toBe(0);
    expect(answers).toMatchObject([{ status: 'refused', detail: expect.stringContaining(code) }]);
  });

  test('when the lease ends before the call may end, to the millisecond', () => {
    nowMs = 5_001;
    expect(act(portsOf())).toEqual([]);
    expect(answers[0]?.detail).toContain('4999 ms left');
    nowMs = 5_000;
    expect(act(portsOf())).toHaveLength(1);
    expect(applied).toHaveLength(1);
  });
});

test('does not send when a slow disk has eaten the lease while the intent was written', () => {
  const journal = memoryJournal({
    beforeCommit: () => {
      nowMs = 9_000;
    },
  });
  const ports = portsOf({ journal });
  expect(act(ports)).toHaveLength(1);
  expect(applied).toEqual([]);
  expect(answers).toMatchObject([{ status: 'refused' }]);
});

test('does not send when STOP came while the intent was written', () => {
  const killSwitch = memoryKillSwitch();
  const ports = portsOf({ journal: memoryJournal({ beforeCommit: () => killSwitch.engage('now') }), killSwitch });
  act(ports);
  expect(applied).toEqual([]);
});

test('does not send what could not be written down', () => {
  const journal = memoryJournal({
    beforeCommit: () => {
      throw new Error('disk full');
    },
  });
  expect(() => act(portsOf({ journal }))).toThrow('disk full');
  expect(applied).toEqual([]);
  expect(answers).toEqual([]);
});

test('takes an actuator that fails while sending for unknown, not for refused', () => {
  const failing: Actuator = {
    name: 'failing',
    actions: new Set<ActionName>(['workload.scale']),
    apply: () => {
      throw new Error('socket closed');
    },
    readBack: () => {},
  };
  act(portsOf({ actuators: [failing] }));
  expect(answers).toEqual([{ status: 'unknown', detail: 'failing failed: socket closed' }]);
});

test('reads back with the time of the intent, lease or not', () => {
  readBackAct(action, 1_000, withStop(portsOf({ lease: memoryLease() })), (answer) => answers.push(answer));
  expect(answers).toEqual([{ status: 'ok', detail: 'since 900' }]);
  readBackAct(action, 1_000, portsOf({ actuators: [] }), (answer) => answers.push(answer));
  expect(answers[1]?.status).toBe('unknown');
});

function withStop(ports: ActPorts): ActPorts {
  ports.killSwitch.engage('db move');
  return ports;
}

function withNewEpoch(ports: ActPorts): ActPorts {
  ports.lease.release(holder);
  ports.lease.acquire(holder, 10_000, 500);
  return ports;
}
