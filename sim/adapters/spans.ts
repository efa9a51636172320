import type { SpanRecord } from '../../model/observation.ts';
import { isWorking } from '../cluster/instances.ts';
import type { ClusterState } from '../cluster/state.ts';
import type { RandomStream } from '../kernel/random.ts';

/** One sampled span per working instance that handles items: how long one took, whether it failed, whom it called. */
export function sampleSpans(state: ClusterState, random: RandomStream, source: string): SpanRecord[] {
  const spans: SpanRecord[] = [];
  for (const instance of state.instances.values()) {
    const { spec, traits } = instance.workload;
    const queue = spec.consumes ?? spec.produces;
    if (queue === null || !isWorking(state, instance)) continue;
    const callee = spec.dependsOn[0];
    spans.push({
      kind: 'span',
      source,
      observedAtMs: state.kernel.nowMs(),
      entity: { kind: 'instance', id: instance.id },
      name: spec.consumes === null ? `publish ${queue}` : `process ${queue}`,
      durationMs: Math.round(random.exponential(instance.durationMs) * 1000) / 1000,
      failed: random.next() < (traits.get(instance.version)?.errorRatio ?? 0),
      calls: callee === undefined ? { kind: 'queue', id: queue } : { kind: 'workload', id: callee },
    });
  }
  return spans;
}
