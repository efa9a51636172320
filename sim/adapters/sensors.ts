import type { EntityRef } from '../../model/entity.ts';
import { entityKey } from '../../model/entity.ts';
import { type MetricName, wellKnownMetrics } from '../../model/metrics.ts';
import type { MetricSample } from '../../model/observation.ts';
import type { EffectName } from '../cluster/effects.ts';
import { measure } from '../cluster/measure.ts';
import { controlReaches } from '../cluster/network.ts';
import type { ClusterState } from '../cluster/state.ts';
import { siblingOf } from '../faults/telemetry-faults.ts';
import type { RandomStream } from '../kernel/random.ts';

/** Sensors stand between the true state and every collector: they round, shake, freeze, lie and go blind. */

/** Relative error of one reading (one standard deviation); counters are exact. */
const noiseRatio: Partial<Record<MetricName, number>> = {
  'cpu.utilization': 0.02,
  'memory.usage': 0.004,
  'work.duration': 0.03,
  temperature: 0.005,
  power: 0.01,
};

export class Sensors {
  readonly #state: ClusterState;
  readonly #random: RandomStream;
  readonly #source: string;
  readonly #frozen = new Map<string, number>();
  /** What was read before the first replay begins; kept only where one is to come. */
  readonly #tape: Map<string, number[]> | null;

  /** @param records whether some fault will play again what was read before it */
  constructor(state: ClusterState, random: RandomStream, source: string, records: boolean) {
    this.#state = state;
    this.#random = random;
    this.#source = source;
    this.#tape = records ? new Map() : null;
  }

  /** One reading, or null where there is nothing to read or nobody to read it. */
  read(entity: EntityRef, metric: MetricName): MetricSample | null {
    const truth = measure(this.#state, this.#labelled(entity), metric);
    if (truth === null || this.isBlind(entity)) return null;
    const { unit, type } = wellKnownMetrics[metric];
    const shaken = type === 'gauge' ? this.#shake(metric, truth) * this.#factor(entity) : truth;
    const value = this.#replay(entity, metric, this.#freeze(entity, metric, shaken));
    const observedAtMs = this.#state.kernel.nowMs() + this.#clockOffsetMs(entity);
    const sample = { kind: 'metric', source: this.#source, observedAtMs, entity, name: metric, type } as const;
    // A changed unit is declared, as after an upgrade of an exporter; whoever ignores units reads nonsense.
    if (unit === 'By' && this.#under(entity, 'telemetryUnit')) return { ...sample, unit: 'KiBy', value: value / 1024 };
    return { ...sample, unit, value };
  }

  /** A frozen sensor repeats the first value that it read since. */
  #freeze(entity: EntityRef, metric: string, value: number): number {
    const isFrozen = this.#under(entity, 'telemetryFrozen');
    if (!isFrozen && this.#frozen.size === 0) return value;
    const key = `${entityKey(entity)}#${metric}`;
    const kept = isFrozen ? (this.#frozen.get(key) ?? value) : value;
    if (isFrozen) this.#frozen.set(key, kept);
    else this.#frozen.delete(key);
    return kept;
  }

  /** One recorded value after the other, from the first, and from the first again. */
  #replay(entity: EntityRef, metric: string, value: number): number {
    if (this.#tape === null) return value;
    const key = `${entityKey(entity)}#${metric}`;
    const tape = this.#tape.get(key) ?? [];
    this.#tape.set(key, tape);
    if (!this.#under(entity, 'telemetryReplay')) {
      tape.push(value);
      return value;
    }
    const played = tape.shift() ?? value;
    tape.push(played);
    return played;
  }

  /** Whose value really comes under this label. */
  #labelled(entity: EntityRef): EntityRef {
    if (entity.kind !== 'instance' || !this.#state.effects.has('instance', entity.id, 'telemetrySwap')) return entity;
    return { kind: 'instance', id: siblingOf(this.#state, entity.id) ?? entity.id };
  }

  #shake(metric: MetricName, value: number): number {
    const ratio = noiseRatio[metric] ?? 0;
    if (ratio === 0 || value === 0) return value;
    const shaken = value * (1 + ratio * this.#random.normal());
    return wellKnownMetrics[metric].unit === 'By' ? Math.round(shaken) : shaken;
  }

  /** Whether nothing can be heard from the entity: it is out of reach, or its telemetry is lost. */
  isBlind(entity: EntityRef): boolean {
    const node = this.#nodeOf(entity);
    if (node !== undefined && !controlReaches(this.#state, node)) return true;
    return this.#under(entity, 'telemetryLost');
  }

  /** Whether the effect lies on the entity, its node, its zone or the whole cluster. */
  #under(entity: EntityRef, name: EffectName): boolean {
    const { effects } = this.#state;
    if (effects.has(entity.kind, entity.id, name) || effects.has('cluster', this.#state.id, name)) return true;
    const node = this.#nodeOf(entity);
    return node !== undefined && (effects.has('node', node.id, name) || effects.has('zone', node.zoneId, name));
  }

  #factor(entity: EntityRef): number {
    return this.#state.effects.product(entity.kind, entity.id, 'telemetryFactor');
  }

  /** A wrong clock stamps its samples wrongly. */
  #clockOffsetMs(entity: EntityRef): number {
    const node = this.#nodeOf(entity);
    return node === undefined ? 0 : Math.round(this.#state.effects.sum('node', node.id, 'clockOffsetMs'));
  }

  #nodeOf(entity: EntityRef) {
    if (entity.kind === 'node') return this.#state.nodes.get(entity.id);
    if (entity.kind !== 'instance') return undefined;
    const instance = this.#state.instances.get(entity.id);
    return instance === undefined ? undefined : this.#state.nodes.get(instance.nodeId);
  }
}
