import { type EntityKey, entityKey } from '../../../model/entity.ts';
import type { Check } from '../../../model/verdict.ts';
import { passed, refused, spokenMs } from '../check.ts';
import { indexInventory } from '../inventory-index.ts';
import type { Judged } from '../judgement.ts';

/** What a person holds, the agent observes and leaves alone: the entity itself and all that belongs to it. */
export function checkHolds(judged: Judged): Check {
  const reached = entitiesReached(judged);
  for (const hold of judged.facts.holds) {
    const leftMs = hold.untilMs - judged.nowMs;
    if (leftMs <= 0 || !reached.has(entityKey(hold.entity))) continue;
    const why = `${hold.entity.id} is held by ${hold.personId} for ${spokenMs(leftMs)}: ${hold.why}`;
    return refused('holds', 'deny', 'GUARD_HELD', why, leftMs);
  }
  return passed('holds', 'nothing that it reaches is held');
}

/** A person who is changing the same thing wins: the agent stands back for a while. */
export function checkPersonChange(judged: Judged): Check {
  const quietMs = judged.policy.limits.personQuiet;
  const reached = entitiesReached(judged);
  let lastAtMs = Number.NEGATIVE_INFINITY;
  for (const past of judged.facts.history) {
    if (past.by === 'person' && reached.has(entityKey(past.target))) lastAtMs = Math.max(lastAtMs, past.atMs);
  }
  const elapsedMs = judged.nowMs - lastAtMs;
  if (elapsedMs >= quietMs) return passed('personChange', 'nobody else is changing what it reaches');
  const why = `a person changed it ${spokenMs(elapsedMs)} ago; left alone for ${spokenMs(quietMs)}`;
  return refused('personChange', 'deny', 'GUARD_PERSON_CHANGE', why, quietMs - elapsedMs);
}

/** The targets, the instances that the plan takes, and everything that those belong to. */
function entitiesReached({ actions, blast, facts }: Judged): Set<EntityKey> {
  const { inventory } = facts;
  const index = indexInventory(inventory);
  const reached = new Set<EntityKey>([entityKey({ kind: 'cluster', id: inventory.clusterId })]);
  const addNode = (id: string) => {
    reached.add(`node/${id}`);
    const zoneId = index.nodes.get(id)?.zoneId ?? '';
    reached.add(`zone/${zoneId}`);
    reached.add(`site/${index.zones.get(zoneId)?.siteId ?? ''}`);
  };
  for (const { target } of actions) {
    reached.add(entityKey(target));
    if (target.kind === 'node') addNode(target.id);
  }
  for (const id of blast.instances) {
    reached.add(`instance/${id}`);
    addNode(index.instances.get(id)?.nodeId ?? '');
  }
  for (const id of blast.workloads) reached.add(`workload/${id}`);
  for (const id of blast.replicaGroups) reached.add(`replica-group/${id}`);
  return reached;
}
