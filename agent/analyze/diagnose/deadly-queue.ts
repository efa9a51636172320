import type { EntityRef } from '../../../model/entity.ts';
import { consumersOf } from '../../monitor/topology.ts';
import { type Clues, pastSignalOf, rolledOutWithin } from './hypothesis.ts';

// A new version or setting ends every reader once, in turn, or has them fail by itself.
const rollOutMs = 900_000;

// Deaths this close together are one story.
const withinMs = 300_000;
// Three readers may crash by themselves; a fourth, or one that started again and ended again, is no accident.
const deathsMin = 4;

/** Whether readers of a queue end one after another while its messages are delivered again and again. */
export function endOneAfterAnother(clues: Clues, queue: EntityRef): boolean {
  if (pastSignalOf(clues, queue, 'level-high', 'queue.redelivered') === undefined) return false;
  const workloads = consumersOf(clues.topology, queue.id);
  if (workloads.some(({ id }) => rolledOutWithin(clues, id, rollOutMs))) return false;
  const readers = new Set(
    workloads.flatMap(({ id }) => (clues.topology.instancesOfWorkload.get(id) ?? []).map((reader) => reader.id)),
  );
  const all = clues.monitor.events.filter(
    ({ name, entity }) => name === 'instance.died' && entity.kind === 'instance' && readers.has(entity.id),
  );
  const lastMs = Math.max(...all.map(({ observedAtMs }) => observedAtMs));
  const areDown = clues.all.some(({ kind, entity }) => kind === 'missing' && readers.has(entity.id));
  if (!areDown && clues.nowMs - lastMs > withinMs) return false;
  const ended = all.filter(({ observedAtMs }) => lastMs - observedAtMs <= withinMs);
  return ended.length >= deathsMin || new Set(ended.map(({ entity }) => entity.id)).size < ended.length;
}
