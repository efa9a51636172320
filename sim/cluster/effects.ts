import type { EntityKey, EntityKind, EntityRef } from '../../model/entity.ts';
import { entityKey } from '../../model/entity.ts';

/**
 * What faults press on the world, kept apart from its state so that faults can overlap and end in any order.
 * `process` effects live in the memory of one process and vanish when it restarts; the others are outside of it.
 */
const effectScopes = {
  hang: 'process',
  leakBytesPerMs: 'process',
  flaky: 'process',
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
  retryRatio: 'outside',
  linkCut: 'outside',
  telemetryLost: 'outside',
  inventoryLost: 'outside',
  telemetryFrozen: 'outside',
  telemetryFactor: 'outside',
  telemetryUnit: 'outside',
  telemetrySwap: 'outside',
  telemetryDead: 'outside',
  telemetryReplay: 'outside',
  // Says only that a fault has begun and has not ended.
  begun: 'outside',
} as const;
export type EffectName = keyof typeof effectScopes;

/**
 * Effects by name, entity and fault. Name comes first because a run has few kinds of effect and asks for all of them
 * all the time: a name that nobody uses is answered without building a key.
 */
export class Effects {
  /** Whether an effect of that name may lie on anything at all: what every tick asks first, before it asks per entity. */
  readonly inUse = Object.fromEntries(Object.keys(effectScopes).map((name) => [name, false])) as Record<
    EffectName,
    boolean
  >;
  readonly #byName = new Map<EffectName, Map<EntityKey, Map<string, number>>>();

  set(entity: EntityRef, name: EffectName, faultId: string, value: number): void {
    const byEntity = this.#byName.get(name) ?? new Map<EntityKey, Map<string, number>>();
    this.#byName.set(name, byEntity);
    this.inUse[name] = true;
    const byFault = byEntity.get(entityKey(entity)) ?? new Map<string, number>();
    byEntity.set(entityKey(entity), byFault);
    byFault.set(faultId, value);
  }

  clear(entity: EntityRef, name: EffectName, faultId: string): void {
    const byEntity = this.#byName.get(name);
    const byFault = byEntity?.get(entityKey(entity));
    if (byEntity === undefined || byFault === undefined) return;
    byFault.delete(faultId);
    if (byFault.size === 0) byEntity.delete(entityKey(entity));
    if (byEntity.size === 0) this.#drop(name);
  }

  #drop(name: EffectName): void {
    this.#byName.delete(name);
    this.inUse[name] = false;
  }

  /** Takes what a fault does under a name away from everything that it does it to. */
  clearFault(name: EffectName, faultId: string): void {
    for (const [entity, byFault] of this.#byName.get(name) ?? [])
      if (byFault.delete(faultId) && byFault.size === 0) this.#byName.get(name)!.delete(entity);
    if (this.#byName.get(name)?.size === 0) this.#drop(name);
  }

  /** Takes an effect away from an entity, whichever faults it came from. */
  clearAll(entity: EntityRef, name: EffectName): void {
    this.#byName.get(name)?.delete(entityKey(entity));
  }

  /** Ends everything that lived in the memory of a process. */
  clearProcess(instanceId: string): void {
    for (const [name, byEntity] of this.#byName)
      if (effectScopes[name] === 'process') byEntity.delete(`instance/${instanceId}`);
  }

  /** Whether this very fault still presses on the entity. */
  holds(entity: EntityRef, name: EffectName, faultId: string): boolean {
    return this.#byName.get(name)?.get(entityKey(entity))?.has(faultId) ?? false;
  }

  /** Whether any fault does. */
  has(kind: EntityKind, id: string, name: EffectName): boolean {
    return this.#byName.get(name)?.has(`${kind}/${id}`) ?? false;
  }

  /** Sum over faults; 0 without any. */
  sum(kind: EntityKind, id: string, name: EffectName): number {
    const values = this.#valuesOf(kind, id, name);
    if (values === undefined) return 0;
    let total = 0;
    for (const value of values) total += value;
    return total;
  }

  /** Product over faults; 1 without any. */
  product(kind: EntityKind, id: string, name: EffectName): number {
    const values = this.#valuesOf(kind, id, name);
    if (values === undefined) return 1;
    let total = 1;
    for (const value of values) total *= value;
    return total;
  }

  #valuesOf(kind: EntityKind, id: string, name: EffectName): Iterable<number> | undefined {
    return this.#byName.get(name)?.get(`${kind}/${id}`)?.values();
  }
}
