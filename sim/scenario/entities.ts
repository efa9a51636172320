import type { EntityKind, EntityRef } from '../../model/entity.ts';
import type { ClusterSpec } from '../cluster/spec.ts';

export type Ids = Readonly<Record<EntityKind, readonly string[]>>;

/** Ids of a cluster by kind; instances are those that its workloads start with. */
export function idsOf(cluster: ClusterSpec): Ids {
  const ids = (list: readonly { readonly id: string }[]) => list.map((entry) => entry.id);
  return {
    cluster: [cluster.id],
    site: ids(cluster.sites),
    zone: ids(cluster.zones),
    node: ids(cluster.nodes),
    workload: ids(cluster.workloads),
    instance: cluster.workloads.flatMap((entry) =>
      Array.from({ length: entry.replicas }, (_, index) => `${entry.id}-${index + 1}`),
    ),
    'replica-group': ids(cluster.replicaGroups),
    queue: ids(cluster.queues),
    job: ids(cluster.jobs),
  };
}

/** The entity of that id among the kinds that fit, in their order; `kind/id` says it outright. */
export function findEntity(ids: Ids, text: string, kinds: readonly EntityKind[]): EntityRef | null {
  for (const kind of kinds) {
    if (ids[kind].includes(text)) return { kind, id: text };
    if (text.startsWith(`${kind}/`) && ids[kind].includes(text.slice(kind.length + 1)))
      return { kind, id: text.slice(kind.length + 1) };
  }
  return null;
}
