import { entityKey } from '../../../model/entity.ts';
import type { Instance, Workload } from '../../../model/inventory.ts';
import type { Check } from '../../../model/verdict.ts';
import { passed, refused, spokenShare } from '../check.ts';
import { indexInventory } from '../inventory-index.ts';
import type { Judged } from '../judgement.ts';
import { takenBy } from '../taken.ts';

/** Distinct targets of this plan and of plans in flight. */
export function checkTargetsAtOnce({ plan, facts, actions, policy, purpose }: Judged): Check {
  const own = purpose === 'undo' ? actions : plan.steps.map((step) => step.action);
  const inFlight = facts.inFlight.flatMap((other) => other.steps.map((step) => step.action));
  const targets = new Set([...own, ...inFlight].map(({ target }) => entityKey(target))).size;
  const most = policy.limits.targetsAtOnce;
  const numbers = `${targets} targets of at most ${most}`;
  if (targets <= most) return passed('limits.targetsAtOnce', numbers);
  return refused('limits.targetsAtOnce', 'deny', 'GUARD_TARGETS_AT_ONCE', numbers);
}

/** Share of any one workload taken from its healthy members, work in flight included. */
export function checkCapacityAtOnce(judged: Judged): Check {
  const most = judged.policy.limits.capacityAtOnce;
  let largest = 0;
  for (const { workload, lost, inFlight } of lostByWorkload(judged)) {
    largest = Math.max(largest, (lost + inFlight) / Math.max(1, workload.desired));
  }
  const numbers = `${spokenShare(largest)} of a workload of at most ${spokenShare(most)}`;
  if (largest <= most) return passed('limits.capacityAtOnce', numbers);
  return refused('limits.capacityAtOnce', 'deny', 'GUARD_CAPACITY', numbers);
}

/** Where a policy says nothing about a role, half of its members stay. */
const keepShareDefault = 0.5;

/** Healthy members that remain after the plan and the work in flight. What is down already costs nothing. */
export function checkKeepHealthy(judged: Judged): Check {
  const said: string[] = [];
  for (const { workload, remaining } of lostByWorkload(judged)) {
    const least = leastHealthy(workload, judged);
    const numbers = `${workload.id}: ${remaining} healthy remain, at least ${least} of ${workload.desired}`;
    if (remaining < least) return refused('limits.keepHealthy', 'deny', 'GUARD_CAPACITY', numbers);
    said.push(numbers);
  }
  return passed('limits.keepHealthy', said.join('; ') || 'takes nothing from healthy members');
}

function leastHealthy(workload: Workload, { policy }: Judged): number {
  const keep = policy.limits.keepHealthy[workload.role] ?? { share: keepShareDefault };
  return 'members' in keep ? keep.members : Math.ceil(keep.share * workload.desired);
}

interface Lost {
  readonly workload: Workload;
  /** Healthy members that this plan takes. */
  readonly lost: number;
  /** Healthy members that plans in flight take besides. */
  readonly inFlight: number;
  readonly remaining: number;
}

function lostByWorkload({ blast, facts, takenInFlight }: Judged): Lost[] {
  const index = indexInventory(facts.inventory);
  const isHealthy = (id: string) => !facts.unhealthyInstances.has(id);
  const taken = new Set(blast.healthyInstances);
  const workloadIds = new Set([...taken].map((id) => index.instances.get(id)!.workloadId));
  return [...workloadIds].map((id): Lost => {
    const members = index.instancesOfWorkload.get(id) ?? [];
    const inFlight = members.filter((one) => isHealthy(one.id) && takenInFlight.has(one.id) && !taken.has(one.id));
    const remaining = members.filter(
      (one) => isHealthy(one.id) && isServing(one) && !taken.has(one.id) && !takenInFlight.has(one.id),
    );
    return {
      workload: index.workloads.get(id) ?? unknownWorkload(id, members.length),
      lost: members.filter((one) => taken.has(one.id)).length,
      inFlight: inFlight.length,
      remaining: remaining.length,
    };
  });
}

function isServing(instance: Instance): boolean {
  return instance.state === 'running' && instance.ready !== false;
}

/** An instance whose workload no source declares: every member that is seen is needed. */
function unknownWorkload(id: string, members: number): Workload {
  return { id, role: 'storage', desired: members, version: null, previousVersion: null, labels: {} };
}

/**
 * Healthy members are taken from one zone at a time, plans in flight included. A scale-in is left out: it removes
 * members on purpose, and the engine spreads what remains.
 */
export function checkFailureDomain({ actions, facts, policy, takenInFlight }: Judged): Check {
  const name = 'limits.oneFailureDomainAtATime';
  if (!policy.limits.oneFailureDomainAtATime) return passed(name, 'not asked for');
  const index = indexInventory(facts.inventory);
  const zones = new Set<string>();
  const addNode = (nodeId: string) => zones.add(index.nodes.get(nodeId)?.zoneId ?? `unknown zone of ${nodeId}`);
  const interrupted = new Set([
    ...takenInFlight,
    ...actions.flatMap((one) => takenBy(one, facts.inventory).instanceIds),
  ]);
  for (const id of interrupted) {
    const instance = index.instances.get(id);
    if (instance !== undefined && !facts.unhealthyInstances.has(id)) addNode(instance.nodeId);
  }
  const numbers =
    zones.size === 0 ? 'no healthy member is taken' : `takes healthy members in ${[...zones].sort().join(', ')}`;
  return zones.size <= 1 ? passed(name, numbers) : refused(name, 'deny', 'GUARD_FAILURE_DOMAIN', numbers);
}
