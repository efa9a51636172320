import { type FaultKind, numberOf } from './fault.ts';

export const slowNode: FaultKind = {
  kind: 'slow-node',
  means: 'everything on the node takes longer: a noisy neighbour, a failing fan, a throttled core',
  targets: ['node'],
  onset: 'sudden',
  params: { factor: { unit: 'factor', range: [1.1, 50], fallback: 4, means: 'stretch of service time' } },
  addressedBy: ['node.cordon', 'node.drain', 'node.reboot', 'workload.scale'],
  begin: (state, fault) => state.effects.set(fault.target, 'slowdown', fault.id, numberOf(fault, 'factor')),
  end: (state, fault) => state.effects.clear(fault.target, 'slowdown', fault.id),
  isLive: (state, fault) =>
    state.effects.holds(fault.target, 'slowdown', fault.id) &&
    [...state.instances.values()].some((instance) => instance.nodeId === fault.target.id),
};
