import type { EntityRef } from '../../../model/entity.ts';
import type { Check } from '../../../model/verdict.ts';
import { passed, refused, spokenMs, spokenShare, unlessItCalls } from '../check.ts';
import { type InventoryIndex, indexInventory } from '../inventory-index.ts';
import type { Judged } from '../judgement.ts';

/** The kill switch: nothing passes, undo included. */
export function checkStop({ facts }: Judged): Check {
  if (facts.stop === null) return passed('stop', 'not engaged');
  return refused('stop', 'deny', 'GUARD_STOP', `engaged: ${facts.stop}`);
}

/** A pause stops new plans; what was begun may still be undone. */
export function checkPaused({ facts }: Judged): Check {
  if (facts.paused === null) return passed('paused', 'not paused');
  return refused('paused', 'deny', 'GUARD_PAUSED', `paused: ${facts.paused}`);
}

/** The lease must be held now. The call's own timeout is compared again where the request leaves. */
export function checkLease({ facts, nowMs }: Judged): Check {
  const { lease } = facts;
  if (lease === null) return refused('lease', 'deny', 'GUARD_LEASE', 'this agent does not hold the lease');
  const leftMs = lease.expiresAtMs - nowMs;
  if (!(leftMs > 0))
    return refused('lease', 'deny', 'GUARD_LEASE', `epoch ${lease.epoch} expired ${spokenMs(-leftMs)} ago`);
  return passed('lease', `epoch ${lease.epoch}, ${spokenMs(leftMs)} left`);
}

/** One plan at a time per cluster, until there is arbitration between incidents. */
export function checkOneInFlight({ facts }: Judged): Check {
  const other = facts.inFlight[0];
  if (other === undefined) return passed('inFlight', 'no other plan is in flight');
  return refused('inFlight', 'deny', 'GUARD_IN_FLIGHT', `${other.decisionId} is in flight`);
}

/** Facts must have been read for this decision, not taken from an earlier tick. */
export function checkFreshFacts({ facts }: Judged): Check {
  if (facts.freshlyRead) return passed('freshFacts', 'read for this decision');
  return refused('freshFacts', 'deny', 'GUARD_FACTS_NOT_FRESH', 'taken from an earlier tick');
}

/** Age of the data that the plan rests on. An age that is not a number counts as too old. */
export function checkDataAge(judged: Judged): Check {
  const { facts, policy } = judged;
  const { max, effect } = policy.limits.dataAge;
  const numbers = `data ${spokenMs(facts.dataAgeMs)} old of at most ${spokenMs(max)}`;
  if (facts.dataAgeMs <= max) return passed('limits.dataAge', numbers);
  return unlessItCalls(judged, refused('limits.dataAge', effect, 'GUARD_DATA_STALE', numbers));
}

/** Below this share of what was there within the last hour, our view has collapsed, not the cluster. */
const believableShare = 0.5;

/** An empty or collapsed inventory is never acted on. */
export function checkInventory(judged: Judged): Check {
  const { facts } = judged;
  const seen = facts.inventory.instances.length;
  const least = Math.ceil(facts.baselineInstances * believableShare);
  const numbers = `${seen} instances seen, ${facts.baselineInstances} at most in the last hour`;
  if (seen > 0 && seen >= least) return passed('inventory', numbers);
  return unlessItCalls(judged, refused('inventory', 'deny', 'GUARD_INVENTORY_COLLAPSED', numbers));
}

/** A storm spans workloads: one workload that is wholly down is an outage to mend, not a doubt about our view. */
const stormWorkloadsMin = 2;

/** Too much unhealthy at once: stop and page. */
export function checkStorm(judged: Judged): Check {
  const { facts, policy } = judged;
  const { unhealthyOver, atLeast, effect } = policy.limits.storm;
  const index = indexInventory(facts.inventory);
  const unhealthy = [...facts.unhealthyInstances].filter((id) => index.instances.has(id));
  const workloads = new Set(unhealthy.map((id) => index.instances.get(id)!.workloadId)).size;
  const share = unhealthy.length / Math.max(1, facts.inventory.instances.length);
  const numbers = `${unhealthy.length} unhealthy (${spokenShare(share)}) in ${workloads} workloads; storm over ${spokenShare(unhealthyOver)}, from ${atLeast} in ${stormWorkloadsMin}`;
  const isStorm = share > unhealthyOver && unhealthy.length >= atLeast && workloads >= stormWorkloadsMin;
  if (!isStorm) return passed('limits.storm', numbers);
  return unlessItCalls(judged, refused('limits.storm', effect, 'GUARD_STORM', numbers));
}

/**
 * More of one workload is unhealthy than mending single instances can help. After Cruise Control's fixable broker
 * failures: "it is often due to something more fundamental going wrong" (`BrokerFailureDetector`).
 */
export function checkFixable({ facts, policy, actions }: Judged): Check {
  const limit = policy.limits.fixable;
  if (limit === undefined) return passed('limits.fixable', 'no limit');
  const index = indexInventory(facts.inventory);
  const touched = new Set(actions.map(({ target }) => workloadOf(target, index)).filter((id) => id !== null));
  for (const id of touched) {
    const members = index.instancesOfWorkload.get(id) ?? [];
    const unhealthy = members.filter((member) => facts.unhealthyInstances.has(member.id)).length;
    if (unhealthy < limit.atLeast || unhealthy / members.length <= limit.unhealthyOver) continue;
    const numbers = `${id}: ${unhealthy} of ${members.length} unhealthy, at most ${spokenShare(limit.unhealthyOver)}, from ${limit.atLeast}`;
    return refused('limits.fixable', limit.effect, 'GUARD_NOT_FIXABLE', numbers);
  }
  return passed('limits.fixable', `at most ${spokenShare(limit.unhealthyOver)} of a workload`);
}

function workloadOf({ kind, id }: EntityRef, index: InventoryIndex): string | null {
  if (kind === 'workload') return id;
  return kind === 'instance' ? (index.instances.get(id)?.workloadId ?? null) : null;
}
