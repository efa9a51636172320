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
      { id: 'core', kind: 'core' },
      { id: 'edge', kind: 'edge' },
    ],
    zones: [
      { id: 'zone-a', site: 'core' },
      { id: 'zone-b', site: 'core' },
      { id: 'zone-edge', site: 'edge' },
    ],
    nodes,
    workloads: [
      { ...brokerSpec('broker', 3), site: 'core' },
      { ...workerSpec('worker', 4, 'readings'), site: 'core' },
      { ...gatewaySpec('edge-gateway', 'readings'), site: 'edge' },
      { ...gatewaySpec('edge-intake', 'local'), site: 'edge' },
      { ...workerSpec('edge-worker', 2, 'local'), site: 'edge' },
    ],
    replicaGroups: [groupSpec('readings', ['broker-1', 'broker-2', 'broker-3'])],
    queues: [queueSpec('readings', 400), { ...queueSpec('local', 150), partitions: 8, replicaGroup: null }],
    jobs: [],
    slos: [freshnessSlo('readings'), freshnessSlo('local')],
  };
}
