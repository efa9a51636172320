import { entityKey } from '../../../model/entity.ts';
import type { Instance, Workload } from '../../../model/inventory.ts';
import type { Check } from '../../../model/verdict.ts';
import { passed, refused, spokenShare } from '../check.ts';
import type { ClusterFacts } from '../facts.ts';
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
  /** Healthy members that this plan takes at once. */
  readonly lost: number;
  /** Healthy members that plans in flight take besides. */
  readonly inFlight: number;
  readonly remaining: number;
}

function lostByWorkload({ blast, facts, takenInFlight, oneByOne }: Judged): Lost[] {
  const index = indexInventory(facts.inventory);
  const isHealthy = (id: string) => !facts.unhealthyInstances.has(id);
  const taken = new Set(blast.healthyInstances);
  const atOnce = taken.difference(oneByOne);
  const workloadIds = new Set([...taken].map((id) => index.instances.get(id)!.workloadId));
  return [...workloadIds].map((id): Lost => {
    const members = index.instancesOfWorkload.get(id) ?? [];
    const inFlight = members.filter((one) => isHealthy(one.id) && takenInFlight.has(one.id) && !atOnce.has(one.id));
    const left = members.filter((one) => isHealthy(one.id) && !atOnce.has(one.id) && !takenInFlight.has(one.id));
    const serving = left.filter(isServing);
    return {
      workload: index.workloads.get(id) ?? unknownWorkload(id, members.length),
      lost: members.filter((one) => atOnce.has(one.id)).length + nextOf(left, oneByOne),
      inFlight: inFlight.length,
      remaining: serving.length - nextOf(serving, oneByOne),
    };
  });
}

/** One member is gone at any time while they are replaced one by one. */
function nextOf(members: readonly Instance[], oneByOne: ReadonlySet<string>): number {
  return members.some((one) => oneByOne.has(one.id)) ? 1 : 0;
}

function isServing(instance: Instance): boolean {
  return instance.state === 'running' && instance.ready !== false;
}

/** An instance whose workload no source declares: every member that is seen is needed. */
function unknownWorkload(id: string, members: number): Workload {
  return { id, role: 'storage', desired: members, version: null, previousVersion: null, labels: {} };
}

/**
 * Healthy members are taken from one zone at a time, plans in flight included. Two are left out: a scale-in, which
 * removes members on purpose and whose engine spreads what remains; and members that are replaced one by one, where
 * nothing else is taken meanwhile.
 */
export function checkFailureDomain({ actions, facts, policy, takenInFlight, oneByOne }: Judged): Check {
  const name = 'limits.oneFailureDomainAtATime';
  if (!policy.limits.oneFailureDomainAtATime) return passed(name, 'not asked for');
  const interrupted = new Set([
    ...takenInFlight,
    ...actions.flatMap((one) => takenBy(one, facts.inventory).instanceIds),
  ]);
  const zones = zonesOf(interrupted, facts);
  const rolledAlone = actions.length === 1 && [...interrupted].every((id) => oneByOne.has(id));
  const numbers = zones.length === 0 ? 'no healthy member is taken' : `takes healthy members in ${zones.join(', ')}`;
  if (zones.length <= 1) return passed(name, numbers);
  if (rolledAlone && takenInFlight.size === 0) return passed(name, `${numbers}, one at a time`);
  return refused(name, 'deny', 'GUARD_FAILURE_DOMAIN', numbers);
}

/** Zones of the healthy ones among some instances. */
function zonesOf(ids: ReadonlySet<string>, { inventory, unhealthyInstances }: ClusterFacts): string[] {
  const index = indexInventory(inventory);
  const zones = new Set<string>();
  for (const id of ids) {
    const instance = index.instances.get(id);
    if (instance === undefined || unhealthyInstances.has(id)) continue;
    zones.add(index.nodes.get(instance.nodeId)?.zoneId ?? `unknown zone of ${instance.nodeId}`);
  }
  return [...zones].sort();
}
