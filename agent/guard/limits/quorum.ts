import type { ReplicaGroup } from '../../../model/inventory.ts';
import type { Check } from '../../../model/verdict.ts';
import { passed, refused } from '../check.ts';
import { indexInventory } from '../inventory-index.ts';
import type { Judged } from '../judgement.ts';
import { takenBy } from '../taken.ts';

const name = 'limits.keepQuorum';

/**
 * No replica group falls below its quorum or its minimum in sync by what the plan takes, on top of what is down and in
 * flight. A group that is broken already may still be mended: a plan that takes none of its members costs it nothing.
 */
export function checkQuorum(judged: Judged): Check {
  const said: string[] = [];
  for (const group of judged.facts.inventory.replicaGroups) {
    const transfer = badTransfer(group, judged);
    if (transfer !== null) return refused(name, 'deny', 'GUARD_QUORUM', transfer);
    const available = availableMembers(group, judged);
    const lost = lostMembers(available, judged);
    if (lost === 0) continue;
    const least = Math.max(group.quorum, group.minInSync);
    const numbers = `${group.id}: ${available.length - lost} of ${group.members.length} would stay in sync, at least ${least}`;
    if (available.length - lost < least) return refused(name, 'deny', 'GUARD_QUORUM', numbers);
    said.push(numbers);
  }
  return passed(name, said.join('; ') || 'takes no member in sync');
}

/** Members that are online and in sync and that no plan in flight takes. */
function availableMembers(group: ReplicaGroup, { takenInFlight }: Judged): string[] {
  return group.members
    .filter((member) => member.online && member.inSync && !takenInFlight.has(member.instanceId))
    .map((member) => member.instanceId);
}

/** How many of them the plan takes; where the engine chooses the victims of a scale-in, it takes members first. */
function lostMembers(available: readonly string[], { actions, facts }: Judged): number {
  const index = indexInventory(facts.inventory);
  const taken = actions.map((action) => takenBy(action, facts.inventory));
  const named = new Set(taken.flatMap((one) => one.instanceIds));
  const left = available.filter((id) => !named.has(id));
  let chosen = 0;
  for (const { anyOf } of taken) {
    if (anyOf === null) continue;
    const exposed = left.filter((id) => index.instances.get(id)?.workloadId === anyOf.workloadId);
    chosen += Math.min(anyOf.count, exposed.length);
  }
  return Math.min(available.length, available.length - left.length + chosen);
}

/** A leader may only move to a member that is online and in sync. */
function badTransfer(group: ReplicaGroup, { actions }: Judged): string | null {
  for (const action of actions) {
    if (action.name !== 'replica.transfer-leader' || action.target.id !== group.id) continue;
    const { from, to } = action.params;
    const able = group.members.filter((member) => member.online && member.inSync && member.instanceId !== from);
    const isAble = to === null ? able.length > 0 : able.some((member) => member.instanceId === to);
    if (!isAble) return `${group.id}: ${to ?? 'no other member'} is not online and in sync`;
  }
  return null;
}
