import type { EntityRef } from '../../model/entity.ts';
import { entityKey } from '../../model/entity.ts';
import type { JournalRow } from '../../model/record.ts';
import type { FinishedRun } from '../run.ts';
import type { World } from '../world.ts';

/** An incident and a place where it was said to be, from then on. */
interface Telling {
  readonly incidentId: string;
  readonly atMs: number;
  readonly place: EntityRef;
}

/**
 * For each fault that came alive, the time from then until an open incident was said to be about it; 0 where one was
 * already, null where none ever was.
 */
export function detectDelaysMs({ world, rows }: FinishedRun): readonly (number | null)[] {
  const tellings = tellingsOf(rows);
  const resolvedAtMs = new Map<string, number | null>(
    rows.flatMap(({ record }) => (record.type === 'incident' ? [[record.id, record.resolvedAtMs] as const] : [])),
  );
  return world.truth.faults.flatMap(({ fault, liveAtMs }) => {
    if (liveAtMs === null) return [];
    const delays = tellings
      .filter(({ incidentId, atMs }) => Math.max(atMs, liveAtMs) <= (resolvedAtMs.get(incidentId) ?? world.endMs))
      .filter(({ place }) => isAbout(place, fault.target, world))
      .map(({ atMs }) => Math.max(0, atMs - liveAtMs));
    return [delays.length === 0 ? null : Math.min(...delays)];
  });
}

function tellingsOf(rows: readonly JournalRow[]): Telling[] {
  return rows.flatMap(({ record }) => {
    if (record.type === 'incident') return [{ incidentId: record.id, atMs: record.atMs, place: record.entity }];
    if (record.type !== 'diagnosis') return [];
    return record.causes.map(({ entity }) => ({ incidentId: record.incidentId, atMs: record.atMs, place: entity }));
  });
}

/** A place is about an entity when it is the same, or one runs or owns the other. */
function isAbout(place: EntityRef, target: EntityRef, world: World): boolean {
  return entityKey(place) === entityKey(target) || isRelated(place, target, world) || isRelated(target, place, world);
}

function isRelated(part: EntityRef, whole: EntityRef, { state }: World): boolean {
  if (whole.kind === 'cluster') return true;
  const instance = part.kind === 'instance' ? state.instances.get(part.id) : undefined;
  const node = state.nodes.get(part.kind === 'node' ? part.id : (instance?.nodeId ?? ''));
  switch (whole.kind) {
    case 'workload':
      return instance?.workloadId === whole.id;
    case 'node':
      return instance?.nodeId === whole.id;
    case 'zone':
      return node?.zoneId === whole.id;
    case 'site':
      return node?.siteId === whole.id;
    case 'queue':
      return part.kind === 'workload' || instance !== undefined;
    case 'replica-group':
      return state.groups.get(whole.id)?.members.some((member) => member.instanceId === part.id) ?? false;
    default:
      return false;
  }
}
