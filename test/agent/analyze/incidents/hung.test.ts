import { expect, test } from 'vitest';
import { createIncidents, updateIncidents } from '../../../../agent/analyze/incidents/incidents.ts';
import { createMonitor, observe } from '../../../../agent/monitor/monitor.ts';
import type { Signal } from '../../../../model/signal.ts';
import { worker } from '../live/watched.ts';

const ids = ['worker-1', 'worker-2', 'worker-3', 'worker-4', 'worker-5'];

function hung(id: string): Signal {
  return {
    type: 'signal',
    id: `hung:instance/${id}:work.completed`,
    atMs: 10_000,
    kind: 'hung',
    entity: { kind: 'instance', id },
    metric: 'work.completed',
    sinceMs: 2_000,
    clearedAtMs: null,
    score: 10,
    severity: 'critical',
    model: 'progress',
    explanation: 'runs, but finished nothing for 8 s',
  };
}

/** Causes named of five workers, of which some stand still. */
function named(...still: string[]): string[] {
  const monitor = createMonitor({ clusterId: 'test' });
  const workload = { id: 'worker', role: 'worker' as const, version: 'v1', previousVersion: null, labels: {} };
  const part = { nodes: [], workloads: [{ ...workload, desired: 5 }], instances: ids.map((id) => worker(id)) };
  observe(monitor, 1_000, [{ kind: 'inventory', source: 'engine', observedAtMs: 1_000, part }]);
  const signals = still.map(hung);
  const { diagnoses } = updateIncidents(createIncidents(), { signals, monitor, nowMs: 10_000, nextIncidentNumber: 1 });
  return diagnoses.flatMap(({ causes }) => causes.map(({ kind, entity }) => `${kind} ${entity.id}`));
}

test('a worker that stands still while others work hangs', () => {
  expect(named('worker-1')).toEqual(['instance-hang worker-1']);
});

test('workers that stand still most of them together wait for something, and none of them hangs', () => {
  expect(named('worker-1', 'worker-2', 'worker-3')).toEqual([]);
});
