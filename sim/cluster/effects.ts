import type { EntityKind, EntityRef } from '../../model/entity.ts';
import { entityKey } from '../../model/entity.ts';

/**
 * What faults press on the world, kept apart from its state so that faults can overlap and end in any order.
 * `process` effects live in the memory of one process and vanish when it restarts; the others are outside of it.
 */
const effectScopes = {
  hang: 'process',
  leakBytesPerMs: 'process',
  flaky: 'process',
  detached: 'outside',
  slowdown: 'outside',
  diskGrowthBytesPerMs: 'outside',
  diskErrorsPerS: 'outside',
  loss: 'outside',
  isolated: 'outside',
  muted: 'outside',
  clockOffsetMs: 'outside',
  coolingLost: 'outside',
  loadFactor: 'outside',
  hotShare: 'outside',
  poison: 'outside',
  retryRatio: 'outside',
  linkCut: 'outside',
  telemetryLost: 'outside',
  telemetryFrozen: 'outside',
  telemetryFactor: 'outside',
} as const;
export type EffectName = keyof typeof effectScopes;

/** Effects by entity and name; each fault holds at most one value under a name. */
export class Effects {
  readonly #values = new Map<string, Map<string, number>>();

  set(entity: EntityRef, name: EffectName, faultId: string, value: number): void {
    const key = `${entityKey(entity)}#${name}`;
    const byFault = this.#values.get(key) ?? new Map<string, number>();
    byFault.set(faultId, value);
    this.#values.set(key, byFault);
  }

  clear(entity: EntityRef, name: EffectName, faultId: string): void {
    const key = `${entityKey(entity)}#${name}`;
    const byFault = this.#values.get(key);
    if (byFault?.delete(faultId) && byFault.size === 0) this.#values.delete(key);
  }

  /** Ends everything that lived in the memory of a process. */
  clearProcess(instanceId: string): void {
    if (this.#values.size === 0) return;
    for (const [name, scope] of Object.entries(effectScopes))
      if (scope === 'process') this.#values.delete(`instance/${instanceId}#${name}`);
  }

  holds(entity: EntityRef, name: EffectName, faultId: string): boolean {
    return this.#values.get(`${entityKey(entity)}#${name}`)?.has(faultId) ?? false;
  }

  has(kind: EntityKind, id: string, name: EffectName): boolean {
    return this.#values.size > 0 && this.#values.has(`${kind}/${id}#${name}`);
  }

  /** Sum over faults; 0 without any. */
  sum(kind: EntityKind, id: string, name: EffectName): number {
    if (this.#values.size === 0) return 0;
    let total = 0;
    for (const value of this.#values.get(`${kind}/${id}#${name}`)?.values() ?? []) total += value;
    return total;
  }

  /** Product over faults; 1 without any. */
  product(kind: EntityKind, id: string, name: EffectName): number {
    if (this.#values.size === 0) return 1;
    let total = 1;
    for (const value of this.#values.get(`${kind}/${id}#${name}`)?.values() ?? []) total *= value;
    return total;
  }
}
