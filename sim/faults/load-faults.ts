import { feltAgeMs } from '../cluster/queues.ts';
import { type FaultKind, numberOf } from './fault.ts';

/** A queue is calm again when nothing in it is older than this. */
const calmAgeMs = 10_000;

export const loadSurge: FaultKind = {
  kind: 'load-surge',
  means: 'more messages arrive than usual',
  targets: ['queue'],
  onset: 'sudden',
  params: {
    factor: { unit: 'factor', range: [1.05, 20], fallback: 1.8, means: 'times the load that would have been' },
  },
  addressedBy: ['workload.scale', 'workload.set-resources', 'traffic.shed'],
  begin: (state, fault) => state.effects.set(fault.target, 'loadFactor', fault.id, numberOf(fault, 'factor')),
  end: (state, fault) => state.effects.clear(fault.target, 'loadFactor', fault.id),
  // A surge that is absorbed harms nobody: it is live while the queue suffers or the load is still new.
  isLive(state, fault) {
    if (!state.effects.holds(fault.target, 'loadFactor', fault.id)) return false;
    const queue = state.queues.get(fault.target.id)!;
    const settled = state.kernel.nowMs() - fault.atMs > 120_000;
    return !settled || feltAgeMs(queue, state.kernel.nowMs()) > calmAgeMs;
  },
};
