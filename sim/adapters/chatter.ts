import type { Observation } from '../../model/observation.ts';
import type { SimInstance } from '../cluster/instance.ts';
import { isWorking } from '../cluster/instances.ts';
import type { ClusterState } from '../cluster/state.ts';
import type { RandomStream } from '../kernel/random.ts';

/** The lines that healthy processes write all day, in the style of the servers that they stand for. */
export function chatter(state: ClusterState, random: RandomStream, source: string): Observation[] {
  const lines: Observation[] = [];
  for (const instance of state.instances.values()) {
    if (!isWorking(state, instance) || random.next() > 0.4) continue;
    lines.push({
      kind: 'log',
      source,
      observedAtMs: state.kernel.nowMs(),
      entity: { kind: 'instance', id: instance.id },
      severity: 'info',
      text: lineOf(instance, random),
    });
  }
  return lines;
}

function lineOf(instance: SimInstance, random: RandomStream): string {
  const count = 1 + random.below(400);
  const tookMs = 1 + random.below(90);
  const tag = random.below(0xffffff).toString(16).padStart(6, '0');
  switch (instance.workload.spec.role) {
    case 'worker':
      return random.next() < 0.7
        ? `processed batch ${tag} of ${count} messages in ${tookMs} ms`
        : `committed offset ${instance.completed} on partition ${random.below(24)}`;
    case 'broker':
      return random.next() < 0.5
        ? `snapshot of stream written, ${count} blocks, ${tookMs} ms`
        : `client ${tag} connected from 10.0.${random.below(8)}.${random.below(250)}`;
    case 'gateway':
      return `POST /orders 202 ${tookMs}ms request=${tag} bytes=${count}`;
    case 'storage':
      return `checkpoint complete: wrote ${count} buffers in ${tookMs} ms`;
    case 'coordinator':
      return `assigned ${count} tasks, epoch ${tag}`;
  }
}
