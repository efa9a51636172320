import type { ActionSpec } from '../../model/actions.ts';
import type { Inventory } from '../../model/inventory.ts';
import type { BlastRadius } from '../../model/plan.ts';
import type { ClusterFacts } from './facts.ts';
import { indexInventory } from './inventory-index.ts';
import { type Taken, takenBy } from './taken.ts';

export interface BlastFacts extends Pick<ClusterFacts, 'inventory' | 'unhealthyInstances'> {
  /** Instances that plans in flight take: an engine that chooses will choose others. */
  readonly takenInFlight?: ReadonlySet<string>;
}

/**
 * Counts what actions take from the cluster, on facts alone. An instance that is already down costs nothing: it is in
 * `instances`, not in `healthyInstances`. Where the engine chooses which members go, healthy ones are assumed. What is
 * replaced one by one is in both, and counts as one member in the share of capacity.
 */
export function blastRadiusOf(actions: readonly ActionSpec[], facts: BlastFacts): BlastRadius {
  const { inventory, unhealthyInstances } = facts;
  const index = indexInventory(inventory);
  const taken = actions.map((action) => takenBy(action, inventory));
  const atOnce = takenAtOnce(taken, facts);
  const interrupted = new Set([...atOnce, ...taken.flatMap((one) => one.instanceIds)]);
  const instances = new Set([...interrupted, ...taken.flatMap((one) => one.startedIds)]);
  const healthy = [...interrupted].filter((id) => index.instances.has(id) && !unhealthyInstances.has(id));
  const nodeIds = [...instances].map((id) => index.instances.get(id)?.nodeId ?? '');
  const zones = [...nodeIds, ...taken.flatMap((one) => one.nodeIds)].map(
    (id) => index.nodes.get(id)?.zoneId ?? 'unknown',
  );
  return {
    instances: [...instances].sort(),
    healthyInstances: healthy.sort(),
    workloads: sorted([
      ...[...instances].map((id) => index.instances.get(id)?.workloadId ?? 'unknown'),
      ...taken.flatMap((one) => one.workloadIds),
    ]),
    replicaGroups: sorted([...groupsOf(instances, inventory), ...taken.flatMap((one) => one.groupIds)]),
    zones: sorted(zones),
    capacityRatio: largestShare(healthy, atOnce, inventory),
  };
}

/** Instances that actions take only one after the other; what any of them takes otherwise is not among them. */
export function takenOneByOne(actions: readonly ActionSpec[], facts: BlastFacts): Set<string> {
  const taken = actions.map((action) => takenBy(action, facts.inventory));
  const rolled = new Set(taken.filter((one) => one.oneByOne).flatMap((one) => one.instanceIds));
  return rolled.difference(takenAtOnce(taken, facts));
}

function takenAtOnce(taken: readonly Taken[], facts: BlastFacts): Set<string> {
  const named = new Set(taken.filter((one) => !one.oneByOne).flatMap((one) => one.instanceIds));
  const gone = named.union(facts.takenInFlight ?? new Set<string>());
  return named.union(new Set(taken.flatMap((one) => chosenByEngine(one, gone, facts))));
}

function sorted(ids: readonly string[]): string[] {
  return [...new Set(ids)].sort();
}

/** The members that a scale-in may remove: healthy ones and members of replica groups first, as the worst case. */
function chosenByEngine(taken: Taken, gone: ReadonlySet<string>, facts: BlastFacts): string[] {
  if (taken.anyOf === null) return [];
  const { workloadId, count } = taken.anyOf;
  const members = indexInventory(facts.inventory).instancesOfWorkload.get(workloadId) ?? [];
  const grouped = new Set(facts.inventory.replicaGroups.flatMap((group) => group.members.map((one) => one.instanceId)));
  const costs = (id: string) => !facts.unhealthyInstances.has(id) && !gone.has(id);
  const cost = (id: string) => (costs(id) ? 2 : 0) + (grouped.has(id) ? 1 : 0);
  const ids = members.map((member) => member.id).sort((a, b) => cost(b) - cost(a) || (a < b ? -1 : 1));
  return ids.slice(0, count);
}

function groupsOf(instances: ReadonlySet<string>, inventory: Inventory): string[] {
  return inventory.replicaGroups
    .filter((group) => group.members.some((member) => instances.has(member.instanceId)))
    .map((group) => group.id);
}

/** Largest share of any workload's desired capacity that is gone at one time among the taken healthy instances. */
function largestShare(healthy: readonly string[], atOnce: ReadonlySet<string>, inventory: Inventory): number {
  const index = indexInventory(inventory);
  const byWorkload = Map.groupBy(healthy, (id) => index.instances.get(id)!.workloadId);
  let largest = 0;
  for (const [workloadId, ids] of byWorkload) {
    const members = index.instancesOfWorkload.get(workloadId)?.length ?? ids.length;
    // A workload of unknown or smaller desired size is measured by the members that it has.
    const capacity = Math.max(1, index.workloads.get(workloadId)?.desired ?? members);
    const together = ids.filter((id) => atOnce.has(id)).length;
    const lost = together < ids.length ? together + 1 : together;
    largest = Math.max(largest, Math.min(1, lost / capacity));
  }
  return largest;
}
