import type { Mistake } from '../../agent/config/document.ts';
import type { Readable } from '../../agent/config/readable.ts';
import type { EntityKind } from '../../model/entity.ts';
import { type ClusterFile, clusterFile, compileCluster } from './cluster-file.ts';
import { dangling, invalid, knownHint, type Path } from './mistake.ts';
import { roomFor } from './room.ts';
import type { Sketch } from './sketch.ts';
import { parseBytes } from './units.ts';

type File = Readable<ClusterFile>;
type Entry<Name extends keyof ClusterFile> = NonNullable<NonNullable<File[Name]>[number & keyof File[Name]]>;

/** What is wrong in the meaning of a cluster that is spelled out, as far as it could be read. */
export function clusterMistakes(file: File, sketch: Sketch): Mistake[] {
  return [
    ...lists.flatMap((name) => twice(file[name] ?? [], name)),
    ...entries(file.zones, (zone, at) => unknown('site', zone.site, [...at('zones'), 'site'], sketch)),
    ...entries(file.nodes, (node, at) => unknown('zone', node.zone, [...at('nodes'), 'zone'], sketch)),
    ...entries(file.workloads, (entry, at) => workloadMistakes(entry as Entry<'workloads'>, at('workloads'), sketch)),
    ...entries(file.replicaGroups, (group, at) =>
      groupMistakes(group as Entry<'replicaGroups'>, at('replicaGroups'), file, sketch),
    ),
    ...entries(file.queues, (queue, at) =>
      unknown('replica-group', queue.replicaGroup, [...at('queues'), 'replicaGroup'], sketch),
    ),
    ...entries(file.jobs, (job, at) => jobMistakes(job.workload, [...at('jobs'), 'workload'], file, sketch)),
    ...entries(file.slos, (slo, at) => unknown('queue', slo.queue, [...at('slos'), 'queue'], sketch)),
    ...roomMistakes(file),
  ];
}

const lists = ['sites', 'zones', 'nodes', 'workloads', 'replicaGroups', 'queues', 'jobs', 'slos'] as const;

function entries<Item>(
  list: readonly (Item | undefined)[] | undefined,
  mistakesOf: (entry: Item, at: (name: string) => Path) => readonly Mistake[],
): Mistake[] {
  return (list ?? []).flatMap((entry, i) =>
    entry === undefined ? [] : mistakesOf(entry, (name) => ['cluster', name, i]),
  );
}

function twice(list: readonly ({ readonly id?: string | undefined } | undefined)[], name: string): Mistake[] {
  const ids = list.map((entry) => entry?.id);
  return ids.flatMap((id, i) => {
    const first = ids.indexOf(id);
    if (id === undefined || first === i) return [];
    return [
      invalid(['cluster', name, i, 'id'], `${name}[${first}] is called ${id} too`, 'give each a name of its own'),
    ];
  });
}

function unknown(kind: EntityKind, id: string | undefined, path: Path, { ids, mayBe }: Sketch): Mistake[] {
  if (id === undefined || ids[kind].includes(id) || mayBe(kind, id)) return [];
  return [dangling(path, `there is no ${kind.replace('-', ' ')} ${id}`, knownHint(id, ids[kind]))];
}

function workloadMistakes(entry: Entry<'workloads'>, path: Path, sketch: Sketch): Mistake[] {
  const mistakes = [
    ...unknown('queue', entry.consumes, [...path, 'consumes'], sketch),
    ...unknown('queue', entry.produces, [...path, 'produces'], sketch),
    ...unknown('site', entry.site, [...path, 'site'], sketch),
    ...(entry.dependsOn ?? []).flatMap((id, i) => {
      const at = [...path, 'dependsOn', i];
      if (id !== undefined && id === entry.id)
        return [invalid(at, `${id} cannot depend on itself`, 'name what its items call, or leave it out')];
      return unknown('workload', id, at, sketch);
    }),
  ];
  const { memoryBase, memoryLimit } = entry;
  if (memoryBase !== undefined && memoryLimit !== undefined && parseBytes(memoryBase)! >= parseBytes(memoryLimit)!) {
    const message = `${memoryBase} reaches the memoryLimit of ${memoryLimit}: it would be killed at once`;
    mistakes.push(invalid([...path, 'memoryBase'], message, 'raise memoryLimit or lower memoryBase'));
  }
  return mistakes;
}

function groupMistakes(group: Entry<'replicaGroups'>, path: Path, file: File, sketch: Sketch): Mistake[] {
  const members = group.members ?? [];
  const mistakes = members.flatMap((member, i) => memberMistakes(member, [...path, 'members', i], file, sketch));
  for (const [i, member] of members.entries())
    if (member !== undefined && members.indexOf(member) !== i)
      mistakes.push(invalid([...path, 'members', i], `${member} is a member already`, 'name every member once'));
  if (group.members !== undefined)
    for (const name of ['quorum', 'minInSync'] as const)
      if ((group[name] ?? 0) > members.length)
        mistakes.push(
          invalid([...path, name], `${group[name]} of ${members.length} members`, `at most ${members.length}`),
        );
  return mistakes;
}

function memberMistakes(member: string | undefined, path: Path, file: File, sketch: Sketch): Mistake[] {
  const mistakes = unknown('instance', member, path, sketch);
  if (mistakes.length > 0 || member === undefined) return mistakes;
  const workload = file.workloads?.find((entry) => member.replace(/-\d+$/, '') === entry?.id);
  if (workload?.role !== 'worker' && workload?.role !== 'gateway') return [];
  const hint = 'members are instances of workloads of role broker, storage or coordinator';
  return [invalid(path, `${member} is a ${workload.role}`, hint)];
}

function jobMistakes(id: string | undefined, path: Path, file: File, sketch: Sketch): Mistake[] {
  const mistakes = unknown('workload', id, path, sketch);
  const workload = file.workloads?.find((entry) => id !== undefined && entry?.id === id);
  if (mistakes.length > 0 || workload === undefined) return mistakes;
  const hint = 'name a workload of role worker with at least one replica';
  if (workload.role === 'broker' || workload.role === 'gateway')
    return [invalid(path, `${id} is a ${workload.role} and runs no jobs`, hint)];
  return workload.replicas === 0 ? [invalid(path, `${id} has no replicas to run it`, hint)] : [];
}

/** Tells of the first workload that finds no room; those after it may only lack what it took. */
function roomMistakes(file: File): Mistake[] {
  const { sites, zones, nodes, workloads } = clusterFile.shape;
  const isWhole =
    sites.safeParse(file.sites).success &&
    zones.safeParse(file.zones).success &&
    nodes.safeParse(file.nodes).success &&
    workloads.safeParse(file.workloads).success;
  if (!isWhole) return [];
  const spec = compileCluster({ ...(file as ClusterFile), replicaGroups: [], queues: [], jobs: [], slos: [] });
  // Places that do not exist are mistakes of their own.
  const names = (list: readonly { readonly id: string }[]) => new Set(list.map(({ id }) => id));
  const isPlaced =
    spec.nodes.every(({ zone }) => names(spec.zones).has(zone)) &&
    spec.zones.every(({ site }) => names(spec.sites).has(site)) &&
    spec.workloads.every(({ site }) => site === null || names(spec.sites).has(site));
  if (!isPlaced) return [];
  const room = roomFor(spec.workloads, spec.nodes, spec.zones);
  const short = spec.workloads.findIndex((workload, i) => room[i]! < workload.replicas);
  const workload = file.workloads?.[short];
  if (workload === undefined) return [];
  const message = `the nodes have room for ${room[short]} of ${workload.replicas} instances of ${workload.id}`;
  const each = `each takes cpuCores ${workload.cpuCores} and memoryLimit ${workload.memoryLimit}`;
  const where = workload.site === undefined ? '' : ` in ${workload.site}`;
  return [
    invalid(['cluster', 'workloads', short, 'replicas'], message, `${each}: add nodes${where}, or lower one of these`),
  ];
}
