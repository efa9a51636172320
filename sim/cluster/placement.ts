import type { SimInstance } from './instance.ts';
import { createInstance } from './instances.ts';
import type { SimNode } from './node.ts';
import type { ClusterState, SimWorkload } from './state.ts';

/** Where an instance may go: powered, open, in the workload's site, with memory and cores left. Spread, then best fit. */
export function placeOn(
  state: ClusterState,
  workload: SimWorkload,
  exceptNodeId: string | null = null,
): SimNode | null {
  let best: SimNode | null = null;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (const node of state.nodes.values()) {
    if (node.id === exceptNodeId || !node.powered || node.parked || node.cordoned) continue;
    if (workload.spec.site !== null && workload.spec.site !== node.siteId) continue;
    const use = usageOf(node, workload.id);
    const coresLeft = node.spec.cpuCores - use.cores - workload.cpuLimitCores;
    const memoryLeft = node.spec.memoryBytes - use.memoryBytes - workload.memoryLimitBytes;
    if (coresLeft < 0 || memoryLeft < 0) continue;
    // Siblings weigh most: two of a workload on one node fail together.
    const score = -100 * use.siblings + coresLeft;
    if (score > bestScore) [best, bestScore] = [node, score];
  }
  return best;
}

function usageOf(node: SimNode, workloadId: string) {
  let [cores, memoryBytes, siblings] = [0, 0, 0];
  for (const instance of node.tenants) {
    cores += instance.cpuLimitCores;
    memoryBytes += instance.memoryLimitBytes;
    if (instance.workloadId === workloadId) siblings++;
  }
  return { cores, memoryBytes, siblings };
}

/** Creates the next instance of a workload (`worker-7` after `worker-6`), stopped; null where nothing has room. */
export function addInstance(state: ClusterState, workload: SimWorkload): SimInstance | null {
  const node = placeOn(state, workload);
  if (node === null) return null;
  const id = `${workload.id}-${workload.nextOrdinal++}`;
  return createInstance(state, workload, id, node.id);
}
