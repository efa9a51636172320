import type { EntityRef } from '../../../model/entity.ts';
import type { Signal } from '../../../model/signal.ts';
import { consumersOf, producersOf } from '../../monitor/topology.ts';
import { type Clues, type Hypothesis, pastSignalOf, Weighing } from './hypothesis.ts';

// What a person does to a workload shows within this time.
const showsWithinMs = 600_000;

/** A person who changed the workloads around a queue, by scaling or stopping them, shortly before it began to suffer. */
export function personCauses(clues: Clues): Hypothesis[] {
  const queues = new Set(clues.own.filter((s) => s.entity.kind === 'queue').map((s) => s.entity.id));
  return [...queues].flatMap((id) => {
    const queue: EntityRef = { kind: 'queue', id };
    const suffers = firstOf(clues, queue);
    const around = [...consumersOf(clues.topology, id), ...producersOf(clues.topology, id)];
    return suffers === undefined ? [] : around.map((workload) => hand(clues, workload.id, queue, suffers));
  });
}

function firstOf(clues: Clues, queue: EntityRef): Signal | undefined {
  const told = (['backlog-growing', 'slo-burn', 'trend-to-limit'] as const).flatMap(
    (kind) => pastSignalOf(clues, queue, kind) ?? [],
  );
  return told.toSorted((a, b) => a.sinceMs - b.sinceMs)[0];
}

function hand(clues: Clues, workloadId: string, queue: EntityRef, suffers: Signal): Hypothesis {
  const entity: EntityRef = { kind: 'workload', id: workloadId };
  const acted = clues.monitor.events.some(
    ({ name, entity: on, observedAtMs }) =>
      name === 'person.acted' &&
      on.kind === 'workload' &&
      on.id === workloadId &&
      observedAtMs <= suffers.sinceMs &&
      suffers.sinceMs - observedAtMs <= showsWithinMs,
  );
  return new Weighing('human-action', entity)
    .fact(acted, 3, `a person acted on ${workloadId} before messages of ${queue.id} began to wait`)
    .signal(acted ? suffers : undefined, 1)
    .signal(pastSignalOf(clues, queue, 'level-high', 'queue.enqueued'), -2).hypothesis;
}
