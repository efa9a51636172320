import type { ClusterSpec } from '../cluster/spec.ts';
import { brokerSpec, freshnessSlo, gatewaySpec, groupSpec, queueSpec, streamNodes, workerSpec } from './stream.ts';

/** A core site and an edge site whose readings cross one link; the edge also has a queue that it works off by itself. */
export function edge(): ClusterSpec {
  const nodes = streamNodes(6).map((node, index) => ({
    ...node,
    zone: index < 4 ? `zone-${'ab'[index % 2]}` : 'zone-edge',
    rack: index < 4 ? node.rack : 'rack-edge',
  }));
  return {
    id: 'edge',
    sites: [
      { id: 'core-1', kind: 'core' },
      { id: 'edge-1', kind: 'edge' },
    ],
    zones: [
      { id: 'zone-a', site: 'core-1' },
      { id: 'zone-b', site: 'core-1' },
      { id: 'zone-edge', site: 'edge-1' },
    ],
    nodes,
    workloads: [
      { ...brokerSpec('broker', 3), site: 'core-1' },
      { ...workerSpec('worker', 4, 'readings'), site: 'core-1' },
      { ...gatewaySpec('edge-gateway', 'readings'), site: 'edge-1' },
      { ...gatewaySpec('edge-intake', 'local'), site: 'edge-1' },
      { ...workerSpec('edge-worker', 2, 'local'), site: 'edge-1' },
    ],
    replicaGroups: [groupSpec('readings', ['broker-1', 'broker-2', 'broker-3'])],
    queues: [queueSpec('readings', 400), { ...queueSpec('local', 150), partitions: 8, replicaGroup: null }],
    jobs: [],
    slos: [freshnessSlo('readings'), freshnessSlo('local')],
  };
}
