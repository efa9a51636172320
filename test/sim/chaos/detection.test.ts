import { expect, test } from 'vitest';
import type { EntityRef } from '../../../model/entity.ts';
import type { AgentRecord, JournalRow } from '../../../model/record.ts';
import { detectDelaysMs } from '../../../sim/chaos/detection.ts';
import type { FinishedRun } from '../../../sim/run.ts';
import { worldOf } from '../world-of.ts';

const at = (id: string): EntityRef => ({ kind: 'instance', id });

/** A run in which two workers fail at 60 s and 90 s; the agent tells what is given, in ms from the start. */
function delaysOf(...told: { atMs: number; entity: EntityRef; resolvedAtMs?: number }[]) {
  const faults = ['at: 60s, kind: instance-crash, target: worker-1', 'at: 90s, kind: instance-crash, target: worker-3'];
  const world = worldOf({ faults });
  world.runUntilMs(world.startMs + 120_000);
  const rows = told.map(({ atMs, entity, resolvedAtMs }) => ({
    record: {
      type: 'incident',
      id: 'INC-0001',
      atMs: world.startMs + atMs,
      entity,
      resolvedAtMs: resolvedAtMs === undefined ? null : world.startMs + resolvedAtMs,
    } as unknown as AgentRecord,
  }));
  return detectDelaysMs({ world, rows: rows as JournalRow[] } as unknown as FinishedRun);
}

test('an incident that moves on to another fault has detected both', () => {
  expect(delaysOf({ atMs: 61_000, entity: at('worker-1') }, { atMs: 95_000, entity: at('worker-3') })).toEqual([
    1_000, 5_000,
  ]);
});

test('a fault that no incident was about is not detected', () => {
  expect(delaysOf({ atMs: 61_000, entity: at('worker-1') })).toEqual([1_000, null]);
});

test('an incident that stood there already detects at once, one that was over does not', () => {
  const workload: EntityRef = { kind: 'workload', id: 'worker' };
  expect(delaysOf({ atMs: 30_000, entity: workload })).toEqual([0, 0]);
  expect(
    delaysOf({ atMs: 30_000, entity: workload }, { atMs: 70_000, entity: workload, resolvedAtMs: 70_000 }),
  ).toEqual([0, null]);
});
