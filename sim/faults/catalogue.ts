import type { CauseKind } from '../../model/incident.ts';
import type { FaultKind } from './fault.ts';
import { instanceCrash, instanceHang, memoryLeak } from './instance-faults.ts';
import { loadSurge } from './load-faults.ts';
import { slowNode } from './node-faults.ts';

/** Every kind of fault that the simulator knows. */
export const faultKinds: readonly FaultKind[] = [instanceCrash, instanceHang, slowNode, memoryLeak, loadSurge];

const byKind = new Map<CauseKind, FaultKind>(faultKinds.map((kind) => [kind.kind, kind]));

export function faultKindOf(kind: CauseKind): FaultKind | null {
  return byKind.get(kind) ?? null;
}
