import { expect, test } from 'vitest';
import { groupSignals } from '../../../../agent/analyze/incidents/anchor.ts';
import { isTrouble } from '../../../../agent/analyze/incidents/gravity.ts';
import { createMonitor, observe } from '../../../../agent/monitor/monitor.ts';
import { topologyOf } from '../../../../agent/monitor/topology.ts';
import type { EntityRef } from '../../../../model/entity.ts';
import type { Signal, SignalKind } from '../../../../model/signal.ts';
import { worker } from '../live/watched.ts';

const ids = ['worker-1', 'worker-2', 'worker-3'];

function topology() {
  const monitor = createMonitor({ clusterId: 'test' });
  const part = {
    zones: [{ id: 'zone-a', siteId: 'core' }],
    nodes: [],
    workloads: [
      { id: 'worker', role: 'worker' as const, desired: 3, version: 'v1', previousVersion: null, labels: {} },
    ],
    instances: ids.map(worker),
  };
  observe(monitor, 1_000, [{ kind: 'inventory', source: 'engine', observedAtMs: 1_000, part }]);
  return topologyOf(monitor.inventory!);
}

function signal(kind: SignalKind, entity: EntityRef, sinceMs: number, model = 'freshness'): Signal {
  return {
    type: 'signal',
    id: `${kind}:${entity.kind}/${entity.id}`,
    atMs: sinceMs,
    kind,
    entity,
    metric: null,
    sinceMs,
    clearedAtMs: null,
    score: 10,
    severity: 'warning',
    model,
    explanation: 'told',
  };
}

const instance = (id: string): EntityRef => ({ kind: 'instance', id });
const backlog = signal('backlog-growing', { kind: 'queue', id: 'orders' }, 100_000, 'backlog');

test('a backlog behind samples that no longer arrive is an incident of its own: seeing less slows nothing down', () => {
  const stale = ids.map((id) => signal('data-stale', instance(id), 20_000));
  const anchors = groupSignals([...stale, backlog], topology()).map(({ anchor }) => anchor.kind);
  expect(anchors).toEqual(['cluster', 'queue']);
});

test('a backlog behind an instance that is down belongs to it, stale samples or not', () => {
  const down = signal('missing', instance('worker-1'), 90_000, 'engine');
  const stale = signal('data-stale', instance('worker-1'), 90_000);
  const anchors = groupSignals([down, stale, backlog], topology()).map(({ anchor }) => anchor.id);
  expect(anchors).toEqual(['worker-1']);
});

test('lines that address their reader explain no backlog', () => {
  const orders = signal('log-new', instance('worker-1'), 90_000, 'orders-in-text');
  expect(groupSignals([orders, backlog], topology())).toHaveLength(2);
});

test('new kinds of line are evidence and open no incident, a backlog does', () => {
  const told: Signal = { ...signal('log-new', instance('worker-1'), 1, 'new-templates'), severity: 'info' };
  expect(isTrouble([told, { ...told, id: 'log-burst:x', kind: 'log-burst' }])).toBe(false);
  expect(isTrouble([told, backlog])).toBe(true);
});
