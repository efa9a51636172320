import type { EntityRef } from './entity.ts';
import type { InventoryPart } from './inventory.ts';

/** Where an observation comes from and when it was true; telemetry is hostile input until proven fresh and complete. */
interface ObservationBase {
  /** Collector name, such as `docker` or `nats`. */
  readonly source: string;
  /** When the source says that it measured, in Unix ms; not when we received it. */
  readonly observedAtMs: number;
}

/** One sample of a metric. Names are those of `model/metrics.ts`; the unit is UCUM (`By`, `ms`, `1`, `{message}`). */
export interface MetricSample extends ObservationBase {
  readonly kind: 'metric';
  readonly entity: EntityRef;
  readonly name: string;
  readonly unit: string;
  /** A counter only grows until it resets to a smaller value; a gauge moves freely. */
  readonly type: 'gauge' | 'counter';
  readonly value: number;
}

/** One line of text that an entity logged. Never trusted, never shown to a model as it is. */
export interface LogLine extends ObservationBase {
  readonly kind: 'log';
  readonly entity: EntityRef;
  readonly severity: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'unknown';
  readonly text: string;
}

/** Names of events that engines report, mapped to one vocabulary. */
export const eventNames = [
  'instance.started',
  'instance.died',
  'instance.killed-for-memory',
  'instance.paused',
  'instance.unpaused',
  'instance.health-changed',
  'network.disconnected',
  'network.connected',
  'workload.deployed',
  'workload.scaled',
  'config.changed',
  'leader.elected',
  'node.cordoned',
  'node.uncordoned',
  'person.acted',
] as const;
export type EventName = (typeof eventNames)[number];

/** Something that happened at one moment, as the engine tells it. */
export interface ClusterEvent extends ObservationBase {
  readonly kind: 'event';
  readonly entity: EntityRef;
  readonly name: EventName;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

/** One span of a trace of the managed system (not of Homeostat's own traces). */
export interface SpanRecord extends ObservationBase {
  readonly kind: 'span';
  readonly entity: EntityRef;
  readonly name: string;
  readonly durationMs: number;
  readonly failed: boolean;
  readonly calls: EntityRef | null;
}

/** A full picture of the entity kinds that one source knows; it replaces that source's earlier picture. */
export interface InventoryObservation extends ObservationBase {
  readonly kind: 'inventory';
  readonly part: InventoryPart;
}

export type Observation = MetricSample | LogLine | ClusterEvent | SpanRecord | InventoryObservation;
