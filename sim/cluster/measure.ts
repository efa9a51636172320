import type { EntityRef } from '../../model/entity.ts';
import { feltAgeMs, queueDepth } from './queues.ts';
import { lastIndex } from './raft.ts';
import type { ClusterState } from './state.ts';

/** The true value of a well-known metric now, or null where the entity has none. Sensors start from here. */
export function measure(state: ClusterState, entity: EntityRef, metric: string): number | null {
  switch (entity.kind) {
    case 'instance':
      return measureInstance(state, entity.id, metric);
    case 'node':
      return measureNode(state, entity.id, metric);
    case 'queue':
      return measureQueue(state, entity.id, metric);
    default:
      return null;
  }
}

function measureInstance(state: ClusterState, id: string, metric: string): number | null {
  const instance = state.instances.get(id);
  if (instance === undefined || instance.state === 'stopped' || instance.state === 'starting') return null;
  switch (metric) {
    case 'cpu.utilization':
      return instance.cpuRatio;
    case 'memory.usage':
      return instance.memoryBytes;
    case 'work.completed':
      return instance.completed;
    case 'work.errors':
      return instance.errors;
    case 'work.duration':
      return instance.durationMs;
    case 'replica.lag':
      return replicaLag(state, id);
    case 'disk.usage':
      return state.nodes.get(instance.nodeId)!.diskUsedBytes;
    default:
      return null;
  }
}

function replicaLag(state: ClusterState, instanceId: string): number | null {
  for (const group of state.groups.values()) {
    const member = group.members.find((candidate) => candidate.instanceId === instanceId);
    if (member === undefined) continue;
    const head = Math.max(...group.members.map(lastIndex));
    return head - lastIndex(member);
  }
  return null;
}

function measureNode(state: ClusterState, id: string, metric: string): number | null {
  const node = state.nodes.get(id);
  if (node === undefined || !node.powered) return null;
  switch (metric) {
    case 'cpu.utilization':
      return node.cpuRatio;
    case 'memory.usage':
      return node.memoryBytes;
    case 'disk.usage':
      return node.diskUsedBytes;
    case 'disk.errors':
      return node.diskErrors;
    case 'network.errors':
      return node.networkErrors;
    case 'clock.offset':
      return state.effects.sum('node', id, 'clockOffsetMs');
    case 'temperature':
      return node.temperatureC;
    case 'power':
      return node.powerW;
    default:
      return null;
  }
}

function measureQueue(state: ClusterState, id: string, metric: string): number | null {
  const queue = state.queues.get(id);
  if (queue === undefined) return null;
  switch (metric) {
    case 'queue.depth':
      return queueDepth(queue) + queue.inTransit;
    case 'queue.oldest_age':
      return feltAgeMs(queue, state.kernel.nowMs()) + queue.transitMs;
    case 'queue.enqueued':
      return queue.enqueued;
    case 'queue.dequeued':
      return queue.dequeued;
    case 'queue.redelivered':
      return queue.redelivered;
    default:
      return null;
  }
}
