import { isHealthy, takeDown } from '../cluster/instances.ts';
import type { ClusterState } from '../cluster/state.ts';
import { type Fault, type FaultKind, numberOf } from './fault.ts';

/** Mended when the instance is healthy again, or when nobody wants it any more. */
function stillUnhealthy(state: ClusterState, fault: Fault): boolean {
  const instance = state.instances.get(fault.target.id);
  return instance !== undefined && !isHealthy(state, instance);
}

export const instanceCrash: FaultKind = {
  kind: 'instance-crash',
  means: 'the process ends; with restart policy `no` it stays down',
  targets: ['instance'],
  onset: 'sudden',
  params: {
    exitCode: { unit: 'factor', range: [1, 255], fallback: 1, means: 'exit code of the process' },
  },
  addressedBy: ['instance.restart', 'instance.start', 'workload.scale'],
  begin(state, fault) {
    const instance = state.instances.get(fault.target.id);
    if (instance === undefined) return;
    state.news.log(
      fault.target,
      'fatal',
      `panic: unexpected state in dispatcher, exiting with ${numberOf(fault, 'exitCode')}`,
    );
    takeDown(state, instance, { exitCode: numberOf(fault, 'exitCode') });
  },
  end() {},
  isLive: stillUnhealthy,
};

export const instanceHang: FaultKind = {
  kind: 'instance-hang',
  means: 'the process runs but does nothing and does not answer its health check',
  targets: ['instance'],
  onset: 'sudden',
  params: {},
  addressedBy: ['instance.restart', 'workload.scale'],
  begin: (state, fault) => state.effects.set(fault.target, 'hang', fault.id, 1),
  end: (state, fault) => state.effects.clear(fault.target, 'hang', fault.id),
  isLive: (state, fault) => state.effects.holds(fault.target, 'hang', fault.id) || stillUnhealthy(state, fault),
};

export const memoryLeak: FaultKind = {
  kind: 'memory-leak',
  means: 'the working set grows until the process is restarted or killed at its limit',
  targets: ['instance'],
  onset: 'creeping',
  params: {
    rate: { unit: 'bytes-per-time', range: [0.5, 100_000], fallback: 349.5, means: 'growth, such as 20MiB/min' },
  },
  addressedBy: ['instance.restart', 'instance.start', 'workload.set-resources', 'workload.scale'],
  begin: (state, fault) => state.effects.set(fault.target, 'leakBytesPerMs', fault.id, numberOf(fault, 'rate')),
  end: (state, fault) => state.effects.clear(fault.target, 'leakBytesPerMs', fault.id),
  isLive: (state, fault) =>
    state.effects.holds(fault.target, 'leakBytesPerMs', fault.id) || stillUnhealthy(state, fault),
};
