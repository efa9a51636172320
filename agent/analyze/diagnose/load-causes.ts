import type { EntityRef } from '../../../model/entity.ts';
import { consumersOf } from '../../monitor/topology.ts';
import { type Clues, type Hypothesis, signalOf, Weighing } from './hypothesis.ts';

/** Causes that sit in what flows through the cluster. */
export function loadCauses(clues: Clues): Hypothesis[] {
  const queues = new Set(clues.own.filter((s) => s.entity.kind === 'queue').map((s) => s.entity.id));
  return [...queues].map((id) => surge(clues, { kind: 'queue', id }));
}

function surge(clues: Clues, queue: EntityRef): Hypothesis {
  const enqueued = signalOf(clues, queue, 'level-high', 'queue.enqueued');
  const ill = clues.all.find((s) => s.severity === 'critical' && s.entity.kind !== 'queue' && s.kind !== 'slo-burn');
  const workers = consumersOf(clues.topology, queue.id);
  const busy = clues.all.filter((s) => s.kind === 'level-high' && s.metric === 'cpu.utilization');
  return new Weighing('load-surge', queue)
    .signal(signalOf(clues, queue, 'backlog-growing'), 1.5)
    .signal(enqueued, 3)
    .fact(busy.length > 1, 0.5, `${busy.length} instances are busier than usual`)
    .signal(signalOf(clues, queue, 'level-high', 'queue.redelivered'), -1)
    .signal(ill, -1.5)
    .fact(workers.length === 0, -1, 'no workload is known to read it')
    .missing(enqueued === undefined, 'an arrival rate above the usual').hypothesis;
}

export function groupCauses(clues: Clues): Hypothesis[] {
  const groups = new Set(clues.own.filter((s) => s.entity.kind === 'replica-group').map((s) => s.entity.id));
  return [...groups].map((id) => {
    const group: EntityRef = { kind: 'replica-group', id };
    return new Weighing('leader-flapping', group).signal(signalOf(clues, group, 'leader-flapping'), 5).hypothesis;
  });
}

export function dataCauses(clues: Clues): Hypothesis[] {
  const ids = clues.own.filter((s) => s.kind === 'data-stale' || s.kind === 'data-frozen').map((s) => s.entity);
  return ids.flatMap((entity) => [
    new Weighing('telemetry-lost', entity).signal(signalOf(clues, entity, 'data-stale'), 4).hypothesis,
    new Weighing('telemetry-frozen', entity).signal(signalOf(clues, entity, 'data-frozen'), 5).hypothesis,
  ]);
}
