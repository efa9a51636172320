/** Kinds of entity in a managed cluster, from the widest to the narrowest. */
export const entityKinds = [
  'cluster',
  'site',
  'zone',
  'node',
  'workload',
  'instance',
  'replica-group',
  'queue',
  'job',
] as const;

export type EntityKind = (typeof entityKinds)[number];

/** Names one entity. Ids are unique within a kind: a queue and a replica group may share the id `orders`. */
export interface EntityRef {
  readonly kind: EntityKind;
  readonly id: string;
}

/** A map key for an entity; the kind comes first, so the id may hold any character. */
export type EntityKey = `${EntityKind}/${string}`;

export type ClusterId = string;
/** `INC-0042`. */
export type IncidentId = `INC-${string}`;
/** `D-4127`: one plan revision judged for one incident. */
export type DecisionId = `D-${number}`;
/** `D-4127.2`: the second action of a decision; also its idempotency key at the engine. */
export type ActionId = `D-${number}.${number}`;

export function entityKey(entity: EntityRef): EntityKey {
  return `${entity.kind}/${entity.id}`;
}
