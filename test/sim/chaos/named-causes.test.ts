import { describe, expect, test } from 'vitest';
import type { Diagnosis, RankedCause } from '../../../model/incident.ts';
import type { AgentRecord, JournalRow } from '../../../model/record.ts';
import { causeKey, namedCauses } from '../../../sim/chaos/named-causes.ts';

const worker = { kind: 'instance', id: 'worker-3' } as const;
const node = { kind: 'node', id: 'node-2' } as const;

function cause(
  kind: RankedCause['kind'],
  entity: RankedCause['entity'],
  confidence: number,
  ...signalIds: string[]
): RankedCause {
  const evidenceFor = signalIds.map((signalId) => ({ id: 'E1', signalId, text: signalId }));
  return { kind, entity, confidence, evidenceFor, evidenceAgainst: [] };
}

const down = 'node-down:node/node-2';
const crashed = cause('node-crash', node, 0.95, down);
const cutOff = cause('partition', node, 0.92, down, 'sees none');
const leaks = cause('memory-leak', worker, 0.89, 'trend', 'log-new');
const ordered = cause('hostile-text', worker, 0.67, 'orders', 'log-new');

const diagnosis = (atMs: number, ...causes: RankedCause[]): AgentRecord =>
  ({ type: 'diagnosis', incidentId: 'INC-0001', atMs, causes }) as unknown as Diagnosis;
const plan = (atMs: number, decisionId: string, { kind, entity }: RankedCause) =>
  ({ type: 'plan', incidentId: 'INC-0001', decisionId, atMs, cause: { kind, entity } }) as unknown as AgentRecord;
const act = (decisionId: string, name = 'instance.restart') =>
  ({ type: 'action', decisionId, spec: { name } }) as unknown as AgentRecord;

const named = (...records: AgentRecord[]) =>
  namedCauses(records.map((record) => ({ record }) as JournalRow)).map(causeKey);

describe('what a run named', () => {
  test('of rivals for the same evidence only the likeliest counts', () => {
    expect(named(diagnosis(1, crashed, cutOff))).toEqual(['node-crash node/node-2']);
  });

  test('causes with evidence of their own count side by side', () => {
    expect(named(diagnosis(1, leaks, crashed))).toEqual(['memory-leak instance/worker-3', 'node-crash node/node-2']);
  });

  test('what it was not sure of does not count', () => {
    expect(named(diagnosis(1, crashed, cause('slow-node', { kind: 'node', id: 'node-5' }, 0.5, 'slow')))).toEqual([
      'node-crash node/node-2',
    ]);
  });

  test('a later word on the same thing takes back what was acted on', () => {
    expect(named(diagnosis(1, crashed, cutOff), plan(1, 'D-1', crashed), act('D-1'), diagnosis(9, cutOff))).toEqual([
      'partition node/node-2',
    ]);
  });

  test('another word for other reasons, which nobody planned for, is aftermath', () => {
    const stands = cause('slow-node', node, 0.8, 'slow');
    expect(named(diagnosis(1, crashed), plan(1, 'D-1', crashed), act('D-1'), diagnosis(9, stands))).toEqual([
      'node-crash node/node-2',
    ]);
  });

  test('two causes that one diagnosis had for different reasons do not take each other back', () => {
    expect(
      named(
        diagnosis(1, leaks, ordered),
        plan(1, 'D-1', leaks),
        act('D-1'),
        diagnosis(9, ordered),
        plan(9, 'D-2', ordered),
        act('D-2', 'person.page'),
      ),
    ).toEqual(['memory-leak instance/worker-3', 'hostile-text instance/worker-3']);
  });

  test('what is seen once it has acted, and is neither planned for nor about the same thing, is aftermath', () => {
    const queue = cause('load-surge', { kind: 'queue', id: 'orders' }, 0.9, 'backlog');
    expect(named(diagnosis(1, crashed), plan(1, 'D-1', crashed), act('D-1'), diagnosis(9, queue))).toEqual([
      'node-crash node/node-2',
    ]);
  });

  test('an abstention names nothing', () => {
    expect(named(diagnosis(1))).toEqual([]);
  });
});
