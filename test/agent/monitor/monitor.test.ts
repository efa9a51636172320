import { expect, it } from 'vitest';
import { createMonitor, observe } from '../../../agent/monitor/monitor.ts';
import type { Workload } from '../../../model/inventory.ts';

const nowMs = 1_000_000;
const worker: Workload = {
  id: 'worker',
  role: 'worker',
  desired: 6,
  version: 'v1',
  previousVersion: null,
  labels: {},
};

function monitorThatSaw(observedAtMs: number) {
  const monitor = createMonitor({ clusterId: 'c' });
  observe(monitor, nowMs, [
    { kind: 'inventory', source: 'engine', observedAtMs, part: { workloads: [worker], instances: [] } },
  ]);
  return monitor;
}

it('a process that has just started measures a collapsed list against what is wanted', () => {
  expect(monitorThatSaw(nowMs).baselineInstances(nowMs)).toBe(6);
});

it('a picture from the future is as old as it is ahead', () => {
  expect(monitorThatSaw(nowMs - 40_000).dataAgeMs(nowMs)).toBe(40_000);
  expect(monitorThatSaw(nowMs + 40_000).dataAgeMs(nowMs)).toBe(40_000);
});
