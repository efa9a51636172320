import type { EntityRef } from '../../model/entity.ts';
import type { Instance, Inventory } from '../../model/inventory.ts';
import type { Signal } from '../../model/signal.ts';
import type { Analysis } from '../analyze/analyze.ts';
import { activeSignals } from '../analyze/analyze.ts';
import type { Hold } from '../guard/facts.ts';
import type { Monitor } from '../monitor/monitor.ts';
import type { Topology } from '../monitor/topology.ts';
import { consumersOf, topologyOf } from '../monitor/topology.ts';

/** What conditions may ask about. */
export interface ConditionFacts {
  readonly monitor: Monitor;
  readonly analysis: Analysis;
  readonly signals: readonly Signal[];
  readonly inventory: Inventory | null;
  readonly topology: Topology | null;
  readonly holds: readonly Hold[];
  readonly nowMs: number;
}

export function conditionFacts(input: {
  readonly monitor: Monitor;
  readonly analysis: Analysis;
  readonly holds: readonly Hold[];
  readonly nowMs: number;
}): ConditionFacts {
  const { inventory } = input.monitor;
  const topology = inventory === null ? null : topologyOf(inventory);
  return { ...input, signals: activeSignals(input.analysis), inventory, topology };
}

/** A condition asked for something that was not measured: it has no answer, which is neither true nor false. */
export class NoData extends Error {}

/** The entity as conditions see it: `target.workload` is its own workload, or the one that reads the queue. */
export class EntityValue {
  readonly id: string;
  readonly kind: EntityRef['kind'];
  readonly workload: string;
  readonly node: string;

  constructor(ref: EntityRef, topology: Topology | null) {
    this.id = ref.id;
    this.kind = ref.kind;
    const instance = ref.kind === 'instance' ? topology?.instances.get(ref.id) : undefined;
    this.workload = instance?.workloadId ?? workloadOf(ref, topology);
    this.node = ref.kind === 'node' ? ref.id : (instance?.nodeId ?? '');
  }
}

function workloadOf(ref: EntityRef, topology: Topology | null): string {
  if (ref.kind === 'workload') return ref.id;
  if (topology === null) return '';
  if (ref.kind === 'queue') return consumersOf(topology, ref.id)[0]?.id ?? '';
  if (ref.kind === 'job') return topology.inventory.jobs.find((job) => job.id === ref.id)?.workloadId ?? '';
  if (ref.kind !== 'replica-group') return '';
  const member = topology.groups.get(ref.id)?.members[0]?.instanceId;
  return topology.instances.get(member ?? '')?.workloadId ?? '';
}

export function topologyIn(facts: ConditionFacts): Topology {
  if (facts.topology === null) throw new NoData('no inventory yet');
  return facts.topology;
}

export function instanceIn(facts: ConditionFacts, id: string): Instance {
  const instance = topologyIn(facts).instances.get(id);
  if (instance === undefined) throw new NoData(`${id} is not in the inventory`);
  return instance;
}

/** Runs, and its health check (where it has one) passes. */
export function isReady(instance: Instance): boolean {
  return instance.state === 'running' && instance.ready !== false && instance.networkAttached;
}
