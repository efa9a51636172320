import type { NodeSpec, WorkloadSpec } from '../cluster/spec.ts';

/** Where the instances of a fresh cluster go, as `cluster/placement.ts` decides it while nothing is broken. */

interface Place {
  readonly node: NodeSpec;
  readonly siteId: string | undefined;
  coresLeft: number;
  memoryLeft: number;
  readonly siblings: Map<string, number>;
}

/** How many instances of each workload find room, in the order in which they are placed. */
export function roomFor(
  workloads: readonly WorkloadSpec[],
  nodes: readonly NodeSpec[],
  zones: readonly { readonly id: string; readonly site: string }[],
): number[] {
  const siteOf = new Map(zones.map((zone) => [zone.id, zone.site]));
  const places = nodes.map(
    (node): Place => ({
      node,
      siteId: siteOf.get(node.zone),
      coresLeft: node.cpuCores,
      memoryLeft: node.memoryBytes,
      siblings: new Map(),
    }),
  );
  return workloads.map((workload) => {
    for (let placed = 0; placed < workload.replicas; placed++) if (!placeOne(workload, places)) return placed;
    return workload.replicas;
  });
}

function placeOne({ id, site, cpuCores, memoryLimitBytes }: WorkloadSpec, places: readonly Place[]): boolean {
  let best: Place | null = null;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (const place of places) {
    const coresLeft = place.coresLeft - cpuCores;
    if ((site !== null && site !== place.siteId) || coresLeft < 0 || place.memoryLeft < memoryLimitBytes) continue;
    const score = coresLeft - 100 * (place.siblings.get(id) ?? 0);
    if (score > bestScore) [best, bestScore] = [place, score];
  }
  if (best === null) return false;
  best.coresLeft -= cpuCores;
  best.memoryLeft -= memoryLimitBytes;
  best.siblings.set(id, (best.siblings.get(id) ?? 0) + 1);
  return true;
}
