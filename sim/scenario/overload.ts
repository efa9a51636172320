import type { ClusterSpec, QueueSpec, WorkloadSpec } from '../cluster/spec.ts';

/**
 * What cannot bear the base load of a cluster even while nothing is broken, by the arithmetic of `cluster/work.ts`
 * without its noise: workers, gateways and the services that they call have so many items per second, and brokers need
 * so many cores. One sentence each; none where the cluster bears it.
 */
export function overloads(cluster: ClusterSpec): string[] {
  return cluster.queues.flatMap((queue) => (queue.messagesPerS === 0 ? [] : overloadsOf(queue, cluster)));
}

function overloadsOf(queue: QueueSpec, cluster: ClusterSpec): string[] {
  const readers = cluster.workloads.filter((workload) => workload.consumes === queue.id);
  const doors = cluster.workloads.filter((workload) => workload.produces === queue.id);
  const told = [];
  if (readers.length === 0) told.push(`nothing reads ${queue.id}, so that its messages pile up`);
  else told.push(...tooSlow(queue, readers, 'read', cluster));
  if (doors.length > 0) told.push(...tooSlow(queue, doors, 'pass on', cluster));
  return [...told, ...brokersOf(queue, cluster)];
}

function tooSlow(
  { id, messagesPerS }: QueueSpec,
  workloads: readonly WorkloadSpec[],
  verb: string,
  cluster: ClusterSpec,
): string[] {
  const perS = workloads.reduce((sum, workload) => sum + itemsPerS(workload, cluster), 0);
  if (perS > messagesPerS) return [];
  const names = workloads.map((workload) => workload.id).join(' and ');
  const why = workloads.map((workload) => `serviceMs ${workload.serviceMs} x ${workload.replicas}`).join(', ');
  return [
    `${names} can ${verb} about ${Math.floor(perS)} of the ${messagesPerS} messages per second of ${id} (${why})`,
  ];
}

function itemsPerS(workload: WorkloadSpec, cluster: ClusterSpec): number {
  const { replicas, concurrency, cpuCores, serviceMs, dependsOn } = workload;
  const callsMs = dependsOn.reduce((sum, id) => sum + callMs(id, cluster), 0);
  return (replicas * Math.min(concurrency, cpuCores) * 1000) / (serviceMs + callsMs);
}

/** Time of one call to a service, as `work.ts` stretches it, with all that read a queue calling at the base load. */
function callMs(id: string, { workloads, queues }: ClusterSpec): number {
  const service = workloads.find((workload) => workload.id === id)!;
  const callers = workloads.filter((workload) => workload.dependsOn.includes(id));
  const called = new Set(callers.map((workload) => workload.consumes));
  const perS = queues.reduce((sum, queue) => sum + (called.has(queue.id) ? queue.messagesPerS : 0), 0);
  const busy = (perS * service.serviceMs) / (1000 * Math.max(1, service.replicas) * service.concurrency);
  return service.serviceMs / (1 - Math.min(0.98, busy));
}

/** The leader takes every message in and hands it out again. */
function brokersOf({ replicaGroup }: QueueSpec, { workloads, replicaGroups, queues }: ClusterSpec): string[] {
  const group = replicaGroups.find(({ id }) => id === replicaGroup);
  const broker = workloads.find(({ id }) => id === group?.members[0]?.replace(/-\d+$/, ''));
  if (group === undefined || broker === undefined) return [];
  const stored = queues.filter((queue) => queue.replicaGroup === group.id);
  const cores = (2 * stored.reduce((sum, queue) => sum + queue.messagesPerS, 0) * broker.serviceMs) / 1000;
  if (cores < broker.cpuCores) return [];
  return [
    `the leader of ${group.id} needs ${cores.toFixed(1)} cores and has ${broker.cpuCores} (serviceMs ${broker.serviceMs} of ${broker.id})`,
  ];
}
