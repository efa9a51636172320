import type { ClusterId, EntityRef } from '../../model/entity.ts';
import type { Inventory, InventoryPart } from '../../model/inventory.ts';
import type { ClusterEvent, InventoryObservation, Observation } from '../../model/observation.ts';
import { LogWindow } from './log-window.ts';
import type { SourcedPart } from './merge-inventory.ts';
import { inventoryFingerprint, mergeInventory } from './merge-inventory.ts';
import type { SeriesStore } from './series-store.ts';
import { appendSample, createSeriesStore } from './series-store.ts';

export interface MonitorOptions {
  readonly clusterId: ClusterId;
  readonly maxSeries?: number;
  readonly samplesPerSeries?: number;
  /** How long events are kept. */
  readonly eventsKeptMs?: number;
}

/** The agent's picture of the cluster: what was observed, when, and how well. Owned and changed by the loop alone. */
export interface Monitor {
  readonly clusterId: ClusterId;
  inventory: Inventory | null;
  readonly series: SeriesStore;
  /** In order of their time, oldest first, over the last half hour; of people over the last day. */
  readonly events: ClusterEvent[];
  readonly logs: LogWindow;
  readonly parts: Map<string, SourcedPart>;
  /** Usual interval between full pictures per source, ms. */
  readonly cadenceMs: Map<string, number>;
  fingerprint: string;
  readonly eventsKeptMs: number;
  /** Highest number of instances per minute of the last hour, as [minute, count]. */
  readonly instanceHighs: [minute: number, count: number][];
  /**
   * Most instances seen at once in the last hour, and at least as many as the engine says are wanted: what a collapse
   * is measured against. A process that has just started has no past of its own.
   */
  baselineInstances(nowMs: number): number;
  /**
   * Age in ms of the oldest picture that tells of these entities; of all sources without a list. A picture from the
   * future is as far from the truth as one from the past: some clock is wrong.
   */
  dataAgeMs(nowMs: number, entities?: readonly EntityRef[]): number;
}

const hourMs = 3_600_000;
const minuteMs = 60_000;

export function createMonitor(options: MonitorOptions): Monitor {
  const monitor: Monitor = {
    clusterId: options.clusterId,
    inventory: null,
    // 720 samples are one hour at a 5 s cadence; 20,000 series then take 230 MB at most.
    series: createSeriesStore({
      maxSeries: options.maxSeries ?? 20_000,
      samplesPerSeries: options.samplesPerSeries ?? 720,
    }),
    events: [],
    logs: new LogWindow(),
    parts: new Map(),
    cadenceMs: new Map(),
    fingerprint: '',
    eventsKeptMs: options.eventsKeptMs ?? 30 * minuteMs,
    instanceHighs: [],
    baselineInstances: (nowMs) => baselineInstances(monitor, nowMs),
    dataAgeMs: (nowMs, entities) => dataAgeMs(monitor, nowMs, entities),
  };
  return monitor;
}

/** Takes one batch of observations into the picture. Never throws on what a source says. */
export function observe(monitor: Monitor, nowMs: number, observations: readonly Observation[]): void {
  let pictured = false;
  for (const observation of observations) {
    switch (observation.kind) {
      case 'metric':
        appendSample(monitor.series, observation);
        break;
      case 'inventory':
        pictured = takePart(monitor, observation) || pictured;
        break;
      case 'event':
        addEvent(monitor, observation);
        break;
      case 'log':
        monitor.logs.observe(observation, nowMs);
        break;
      case 'span':
        break;
      default:
        observation satisfies never;
    }
  }
  if (pictured) rebuildInventory(monitor, nowMs);
  forgetEvents(monitor, nowMs);
}

/** What a person did is remembered for a day: it explains what lasts long after other events explain nothing. */
const personKeptMs = 24 * hourMs;

function forgetEvents(monitor: Monitor, nowMs: number): void {
  const { events } = monitor;
  const oldestMs = nowMs - monitor.eventsKeptMs;
  if (events.length === 0 || events[0]!.observedAtMs >= oldestMs) return;
  const kept = events.filter(
    ({ name, observedAtMs }) => observedAtMs >= (name === 'person.acted' ? nowMs - personKeptMs : oldestMs),
  );
  if (kept.length < events.length) events.splice(0, events.length, ...kept);
}

function takePart(monitor: Monitor, observation: InventoryObservation): boolean {
  const { source, observedAtMs, part } = observation;
  const known = monitor.parts.get(source);
  // A picture that arrives late must not undo a newer one.
  if (known !== undefined && observedAtMs < known.observedAtMs) return false;
  if (known !== undefined && observedAtMs > known.observedAtMs) noteCadence(monitor, known, observedAtMs);
  monitor.parts.set(source, { source, observedAtMs, part });
  return true;
}

function noteCadence(monitor: Monitor, known: SourcedPart, observedAtMs: number): void {
  const gapMs = observedAtMs - known.observedAtMs;
  const usualMs = monitor.cadenceMs.get(known.source);
  monitor.cadenceMs.set(
    known.source,
    usualMs === undefined ? gapMs : 0.8 * usualMs + 0.2 * Math.min(gapMs, 3 * usualMs),
  );
}

function rebuildInventory(monitor: Monitor, nowMs: number): void {
  const version = monitor.inventory?.version ?? 0;
  const merged = mergeInventory(monitor.clusterId, [...monitor.parts.values()], version);
  const fingerprint = inventoryFingerprint(merged);
  monitor.inventory = fingerprint === monitor.fingerprint ? merged : { ...merged, version: version + 1 };
  monitor.fingerprint = fingerprint;
  noteInstanceCount(monitor, nowMs, merged.instances.length);
}

function noteInstanceCount(monitor: Monitor, nowMs: number, count: number): void {
  const highs = monitor.instanceHighs;
  const minute = Math.floor(nowMs / minuteMs);
  const last = highs.at(-1);
  if (last !== undefined && last[0] === minute) last[1] = Math.max(last[1], count);
  else highs.push([minute, count]);
  while (highs.length > 0 && highs[0]![0] <= minute - hourMs / minuteMs) highs.shift();
}

function addEvent(monitor: Monitor, event: ClusterEvent): void {
  let at = monitor.events.length;
  while (at > 0 && monitor.events[at - 1]!.observedAtMs > event.observedAtMs) at -= 1;
  monitor.events.splice(at, 0, event);
}

function baselineInstances(monitor: Monitor, nowMs: number): number {
  const oldest = Math.floor(nowMs / minuteMs) - hourMs / minuteMs;
  const wanted = (monitor.inventory?.workloads ?? []).reduce((sum, workload) => sum + workload.desired, 0);
  return monitor.instanceHighs.reduce(
    (most, [minute, count]) => (minute > oldest ? Math.max(most, count) : most),
    wanted,
  );
}

function dataAgeMs(monitor: Monitor, nowMs: number, entities?: readonly EntityRef[]): number {
  if (monitor.parts.size === 0) return Number.POSITIVE_INFINITY;
  let oldestMs = 0;
  for (const part of monitor.parts.values()) {
    if (entities === undefined || entities.some((entity) => tellsOf(part.part, entity))) {
      oldestMs = Math.max(oldestMs, Math.abs(nowMs - part.observedAtMs));
    }
  }
  return oldestMs;
}

function tellsOf(part: InventoryPart, entity: EntityRef): boolean {
  const has = (list: readonly { readonly id: string }[] | undefined) =>
    list?.some((item) => item.id === entity.id) ?? false;
  switch (entity.kind) {
    case 'cluster':
      return true;
    case 'site':
      return has(part.sites);
    case 'zone':
      return has(part.zones);
    case 'node':
      return has(part.nodes);
    case 'workload':
      return has(part.workloads) || (part.instances?.some((i) => i.workloadId === entity.id) ?? false);
    case 'instance':
      return has(part.instances);
    case 'replica-group':
      return has(part.replicaGroups);
    case 'queue':
      return has(part.queues);
    case 'job':
      return has(part.jobs);
  }
}

/**
 * Whether the engine has been seen at all. Before it has, as after a start, and while its list is empty, that something
 * is not there is no reason to change what was planned or asked.
 */
export function isPictured({ inventory }: Monitor): boolean {
  return inventory !== null && inventory.instances.length > 0;
}
