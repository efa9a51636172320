import type { EntityRef } from '../../../model/entity.ts';
import { entityKey } from '../../../model/entity.ts';
import type { Signal } from '../../../model/signal.ts';
import { consumersOf, producersOf } from '../../monitor/topology.ts';
import { byTurnsModel } from '../live/cluster-state.ts';
import { type Clues, type Hypothesis, pastSignalOf, Weighing } from './hypothesis.ts';

// What a person does to a workload or a node shows within this time.
const showsWithinMs = 600_000;

/** A person whose change made a queue suffer, or two who undo each other. */
export function personCauses(clues: Clues): Hypothesis[] {
  const queues = new Set(clues.own.filter((s) => s.entity.kind === 'queue').map((s) => s.entity.id));
  const suffering = [...queues].flatMap((id) => {
    const queue: EntityRef = { kind: 'queue', id };
    const suffers = firstOf(clues, queue);
    return suffers === undefined
      ? []
      : touched(clues, queue, suffers).map((entity) => hand(clues, entity, queue, suffers));
  });
  const byTurns = clues.own
    .filter(({ model }) => model === byTurnsModel)
    .map((signal) => new Weighing('human-action', signal.entity).signal(signal, 4).hypothesis);
  return [...suffering, ...byTurns];
}

/** What a person acted on shortly before: who fills or reads the queue, and nodes, which may have carried them. */
function touched({ monitor, topology }: Clues, { id }: EntityRef, suffers: Signal): readonly EntityRef[] {
  const around = new Set([...consumersOf(topology, id), ...producersOf(topology, id)].map((workload) => workload.id));
  const acts = monitor.events.filter(
    ({ name, entity, observedAtMs }) =>
      name === 'person.acted' &&
      ((entity.kind === 'node' && topology.nodes.has(entity.id)) ||
        (entity.kind === 'workload' && around.has(entity.id))) &&
      observedAtMs <= suffers.sinceMs &&
      suffers.sinceMs - observedAtMs <= showsWithinMs,
  );
  return [...new Map(acts.map(({ entity }) => [entityKey(entity), entity])).values()];
}

function firstOf(clues: Clues, queue: EntityRef): Signal | undefined {
  const told = (['backlog-growing', 'slo-burn', 'trend-to-limit'] as const).flatMap(
    (kind) => pastSignalOf(clues, queue, kind) ?? [],
  );
  return told.toSorted((a, b) => a.sinceMs - b.sinceMs)[0];
}

function hand(clues: Clues, entity: EntityRef, queue: EntityRef, suffers: Signal): Hypothesis {
  return new Weighing('human-action', entity)
    .fact(true, 3, `a person acted on ${entity.id} before messages of ${queue.id} began to wait`)
    .signal(suffers, 1)
    .signal(pastSignalOf(clues, queue, 'level-high', 'queue.enqueued'), -2).hypothesis;
}
