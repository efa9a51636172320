import { expect, test } from 'vitest';
import { createIncidents, updateIncidents } from '../../../../agent/analyze/incidents/incidents.ts';
import { createMonitor, observe } from '../../../../agent/monitor/monitor.ts';
import type { Signal } from '../../../../model/signal.ts';
import { worker } from '../live/watched.ts';

const hourMs = 3_600_000;

function monitor() {
  const made = createMonitor({ clusterId: 'test' });
  const stopped = { ...worker('worker-1'), state: 'stopped' as const, ready: false };
  const workload = { id: 'worker', role: 'worker' as const, version: 'v1', previousVersion: null, labels: {} };
  const part = { nodes: [], workloads: [{ ...workload, desired: 2 }], instances: [stopped, worker('worker-2')] };
  observe(made, 1_000, [{ kind: 'inventory', source: 'engine', observedAtMs: 1_000, part }]);
  return made;
}

function missing(id: string, sinceMs: number): Signal {
  return {
    type: 'signal',
    id: `missing:instance/${id}`,
    atMs: sinceMs,
    kind: 'missing',
    entity: { kind: 'instance', id },
    metric: null,
    sinceMs,
    clearedAtMs: null,
    score: 10,
    severity: 'critical',
    model: 'inventory',
    explanation: `${id} is gone`,
  };
}

test('once the clock was set back, an incident of the time ahead is diagnosed again and can end', () => {
  const book = createIncidents();
  const update = (nowMs: number, ...signals: Signal[]) =>
    updateIncidents(book, { signals, monitor: monitor(), nowMs, nextIncidentNumber: 1 });
  const ahead = hourMs + 60_000;
  expect(update(ahead, missing('worker-1', ahead)).diagnoses).toHaveLength(1);

  // An hour back: the same crash, told by the clock as it is now.
  expect(update(70_000, missing('worker-1', 65_000)).diagnoses[0]?.causes[0]).toMatchObject({
    kind: 'instance-crash',
    entity: { id: 'worker-1' },
  });
  expect(update(71_000).incidents).toEqual([]);
  expect(update(90_000).incidents).toMatchObject([{ state: 'resolved' }]);
});

test('a calm that began in the time ahead counts from now', () => {
  const book = createIncidents();
  const update = (nowMs: number, ...signals: Signal[]) =>
    updateIncidents(book, { signals, monitor: monitor(), nowMs, nextIncidentNumber: 1 });
  update(hourMs, missing('worker-1', hourMs));
  update(hourMs + 1_000);
  update(60_000);
  expect(update(75_000).incidents).toMatchObject([{ state: 'resolved' }]);
});
