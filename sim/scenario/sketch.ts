import type { Readable } from '../../agent/config/readable.ts';
import type { EntityKind, EntityRef } from '../../model/entity.ts';
import { type PresetName, presets } from '../presets/presets.ts';
import type { ClusterFile } from './cluster-file.ts';
import { type Ids, idsOf } from './entities.ts';
import type { ScenarioFile } from './file.ts';

/** What is known of a cluster whose description may be broken in places. */
export interface Sketch {
  readonly ids: Ids;
  /** Whether an entity that is not among the ids may be meant by what could not be read. */
  readonly mayBe: (kind: EntityKind, id: string) => boolean;
  /** Queues that get no messages of their own. */
  readonly silentQueues: readonly string[];
}

type Entries = readonly ({ readonly id?: string | undefined } | undefined)[] | undefined;

/** As much of the cluster as could be read; a cluster that is not there may be anything. */
export function sketchOf(cluster: Readable<ScenarioFile>['cluster']): Sketch {
  if (cluster !== undefined && 'preset' in cluster && cluster.preset !== undefined) {
    const spec = presets[cluster.preset as PresetName]();
    return { ids: idsOf(spec), mayBe: () => false, silentQueues: [] };
  }
  return sketchOfFile((cluster ?? {}) as Readable<ClusterFile>);
}

function sketchOfFile(file: Readable<ClusterFile>): Sketch {
  const unsure = new Set<EntityKind>();
  const ids = (kind: EntityKind, list: Entries) => {
    const known = (list ?? []).flatMap((entry) => entry?.id ?? []);
    if (list === undefined || known.length < list.length) unsure.add(kind);
    return [...new Set(known)];
  };
  const workloads = ids('workload', file.workloads);
  if (unsure.has('workload')) unsure.add('instance');
  if (file.id === undefined) unsure.add('cluster');
  // How many instances of these there are could not be read.
  const countless = (file.workloads ?? []).flatMap((entry) =>
    entry?.id !== undefined && entry.replicas === undefined ? [entry.id] : [],
  );
  return {
    ids: {
      cluster: file.id === undefined ? [] : [file.id],
      site: ids('site', file.sites),
      zone: ids('zone', file.zones),
      node: ids('node', file.nodes),
      workload: workloads,
      instance: instancesOf(file),
      'replica-group': ids('replica-group', file.replicaGroups),
      queue: ids('queue', file.queues),
      job: ids('job', file.jobs),
    },
    mayBe: (kind, id) =>
      unsure.has(kind) || (kind === 'instance' && countless.some((workload) => id.startsWith(`${workload}-`))),
    silentQueues: (file.queues ?? []).flatMap((queue) => (queue?.messagesPerS === 0 ? (queue.id ?? []) : [])),
  };
}

/** Of workloads that share a name, the first one counts. */
function instancesOf({ workloads = [] }: Readable<ClusterFile>): string[] {
  const named = workloads.filter((entry) => entry?.id !== undefined);
  const first = new Map(named.toReversed().map((entry) => [entry!.id!, entry!.replicas ?? 0]));
  return [...first].reverse().flatMap(([id, replicas]) => Array.from({ length: replicas }, (_, i) => `${id}-${i + 1}`));
}

/** The entity of another kind that bears the name. */
export function otherEntity(ids: Ids, name: string): EntityRef | null {
  for (const [kind, list] of Object.entries(ids) as [EntityKind, readonly string[]][])
    if (list.includes(name)) return { kind, id: name };
  return null;
}
