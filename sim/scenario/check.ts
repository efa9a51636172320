import type { EntityKind, EntityRef } from '../../model/entity.ts';
import type { ClusterSpec } from '../cluster/spec.ts';

type Tell = (path: (string | number)[], message: string, hint: string) => void;

/** Ids of a cluster by kind; instances are those that its workloads start with. */
export function idsOf(cluster: ClusterSpec): Record<EntityKind, readonly string[]> {
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
export function findEntity(cluster: ClusterSpec, text: string, kinds: readonly EntityKind[]): EntityRef | null {
  const byKind = idsOf(cluster);
  for (const kind of kinds) {
    if (byKind[kind].includes(text)) return { kind, id: text };
    if (text.startsWith(`${kind}/`) && byKind[kind].includes(text.slice(kind.length + 1)))
      return { kind, id: text.slice(kind.length + 1) };
  }
  return null;
}

/** References between the parts of a cluster, and ids used twice. */
export function checkCluster(cluster: ClusterSpec, tell: Tell): void {
  const ids = idsOf(cluster);
  for (const [kind, list] of Object.entries(ids))
    for (const id of list.filter((entry, index) => list.indexOf(entry) !== index))
      tell([], `two of kind ${kind} are called ${id}`, 'ids are unique within a kind');
  const must = (list: readonly string[], id: string | null, path: (string | number)[], what: string) => {
    if (id !== null && !list.includes(id))
      tell(path, `there is no ${what} ${id}`, `known: ${list.slice(0, 8).join(', ') || 'none'}`);
  };
  for (const [i, zone] of cluster.zones.entries()) must(ids.site, zone.site, ['zones', i, 'site'], 'site');
  for (const [i, node] of cluster.nodes.entries()) must(ids.zone, node.zone, ['nodes', i, 'zone'], 'zone');
  for (const [i, entry] of cluster.workloads.entries()) {
    must(ids.queue, entry.consumes, ['workloads', i, 'consumes'], 'queue');
    must(ids.queue, entry.produces, ['workloads', i, 'produces'], 'queue');
    must(ids.site, entry.site, ['workloads', i, 'site'], 'site');
    for (const other of entry.dependsOn) must(ids.workload, other, ['workloads', i, 'dependsOn'], 'workload');
  }
  for (const [i, group] of cluster.replicaGroups.entries())
    for (const member of group.members) must(ids.instance, member, ['replicaGroups', i, 'members'], 'instance');
  for (const [i, queue] of cluster.queues.entries())
    must(ids['replica-group'], queue.replicaGroup, ['queues', i, 'replicaGroup'], 'replica group');
  for (const [i, job] of cluster.jobs.entries()) must(ids.workload, job.workload, ['jobs', i, 'workload'], 'workload');
  for (const [i, slo] of cluster.slos.entries()) must(ids.queue, slo.entity.id, ['slos', i, 'queue'], 'queue');
}
