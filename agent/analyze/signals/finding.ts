import type { EntityRef } from '../../../model/entity.ts';
import { entityKey } from '../../../model/entity.ts';
import type { Inventory } from '../../../model/inventory.ts';
import type { Signal, SignalKind, SignalNumbers } from '../../../model/signal.ts';
import type { Slo } from '../../../model/slo.ts';
import type { Monitor } from '../../monitor/monitor.ts';
import type { Topology } from '../../monitor/topology.ts';

/** What one detector says in one tick. The life of a signal is made of consecutive findings with the same id. */
export interface Finding {
  readonly kind: SignalKind;
  readonly entity: EntityRef;
  readonly metric: string | null;
  /** Where the evidence begins; null: the tick in which it was first found. */
  readonly sinceMs: number | null;
  readonly score: number;
  readonly severity: Signal['severity'];
  readonly model: string;
  readonly explanation: string;
  readonly numbers?: SignalNumbers;
}

/** What every detector may look at. */
export interface Scene {
  readonly monitor: Monitor;
  readonly inventory: Inventory;
  readonly topology: Topology;
  readonly slos: readonly Slo[];
  readonly nowMs: number;
}

export function signalIdOf(finding: Finding): string {
  const suffix = finding.metric === null ? '' : `:${finding.metric}`;
  return `${finding.kind}:${entityKey(finding.entity)}${suffix}`;
}
