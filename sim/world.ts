import type { Clock, Timer } from '../agent/ports.ts';
import type { ActionSpec } from '../model/actions.ts';
import type { DecisionId, EntityRef } from '../model/entity.ts';
import type { ClusterEvent, LogLine } from '../model/observation.ts';
import type { Slo } from '../model/slo.ts';
import type { OperationResult } from './cluster/answers.ts';
import { advanceCluster, createCluster, tickMs } from './cluster/cluster.ts';
import { isHealthy } from './cluster/instances.ts';
import { operate } from './cluster/operations.ts';
import type { ClusterState } from './cluster/state.ts';
import { faultKindOf } from './faults/catalogue.ts';
import { advanceFaults, scheduleFaults } from './faults/schedule.ts';
import { Kernel } from './kernel/kernel.ts';
import { Streams } from './kernel/random.ts';
import type { Scenario } from './scenario.ts';
import { createTruth, hashState, recordTick, type Truth } from './truth.ts';

/** Virtual time begins on Monday, 5 January 2026, 08:00 UTC, unless told otherwise. */
const virtualStartMs = Date.UTC(2026, 0, 5, 8, 0, 0);

/** Something that the cluster tells: an event or a log line, before any sensor has touched it. */
export type Told = Omit<ClusterEvent, 'source'> | Omit<LogLine, 'source'>;

/** Who acts: an agent under its name, or a person of the scenario. */
export interface Actor {
  readonly name: string;
  readonly isPerson: boolean;
  readonly decisionId: DecisionId | null;
}

/** A simulated cluster with its load and its faults. Deterministic: scenario and seed say all. */
export interface World {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly clusterId: string;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly startMs: number;
  /** End of the scenario; the world itself runs on as long as it is asked to. */
  readonly endMs: number;
  readonly slos: readonly Slo[];
  /** The true state: for tests, scores and sensors, never for an agent. */
  readonly state: ClusterState;
  readonly streams: Streams;
  readonly truth: Truth;
  /** Highest lease epoch that has acted; the engine refuses a lower one. */
  highestEpoch: number;
  runUntilMs(untilMs: number): void;
  /** Does an action, answers later. Every action of the run goes through here and into `truth.actions`. */
  act(actor: Actor, spec: ActionSpec, done: (result: OperationResult) => void): void;
  /** Hears events and log lines from now on; returns a function that ends it. */
  listen(hear: (told: Told) => void): () => void;
  /** SHA-256 in hex over integers and strings only. */
  stateHash(): string;
}

export interface WorldOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  /** Unix time in ms at which the world begins. */
  readonly startMs?: number;
}

/** Builds a world at its start; nothing has run yet. */
export function createWorld({ scenario, seed, startMs = virtualStartMs }: WorldOptions): World {
  const kernel = new Kernel(startMs);
  const streams = new Streams(seed);
  const listeners = new Set<(told: Told) => void>();
  const tell = (told: Told) => {
    for (const hear of listeners) hear(told);
  };
  const state = createCluster(scenario.cluster, kernel, streams, {
    event: (entity, name, attributes = {}) =>
      tell({ kind: 'event', observedAtMs: kernel.nowMs(), entity, name, attributes }),
    log: (entity, severity, text) => tell({ kind: 'log', observedAtMs: kernel.nowMs(), entity, severity, text }),
  });
  const truth = createTruth(scenario.faults.map((fault) => ({ ...fault, atMs: startMs + fault.atMs })));
  const standing = new Set<string>();
  const world: World = {
    scenario,
    seed,
    clusterId: scenario.cluster.id,
    clock: kernel,
    timer: kernel,
    startMs,
    endMs: startMs + scenario.durationMs,
    slos: scenario.cluster.slos,
    state,
    streams,
    truth,
    highestEpoch: 0,
    runUntilMs: (untilMs) => kernel.runUntilMs(untilMs),
    act: (actor, spec, done) => act(state, truth, actor, spec, done),
    listen(hear) {
      listeners.add(hear);
      return () => listeners.delete(hear);
    },
    stateHash: () => hashState(state, truth),
  };
  scheduleFaults(world);
  kernel.every(tickMs, startMs + tickMs, () => {
    advanceCluster(state, scenario.load, startMs, tickMs);
    advanceFaults(state, truth, tickMs);
    recordTick(state, truth, world.slos, standing, tickMs);
  });
  return world;
}

function act(
  state: ClusterState,
  truth: Truth,
  actor: Actor,
  spec: ActionSpec,
  done: (result: OperationResult) => void,
): void {
  const entry: Truth['actions'][number] = {
    atMs: state.kernel.nowMs(),
    by: actor.name,
    byPerson: actor.isPerson,
    spec,
    decisionId: actor.decisionId,
    addresses: addressedFaults(state, truth, spec),
    took: healthyTaken(state, spec),
    status: 'running',
    endedAtMs: null,
    detail: '',
  };
  truth.actions.push(entry);
  if (actor.isPerson) state.news.event(spec.target, 'person.acted', { person: actor.name, action: spec.name });
  operate(state, spec, (result) => {
    entry.status = result.status;
    entry.endedAtMs = state.kernel.nowMs();
    entry.detail = result.detail;
    done(result);
  });
}

/** Live faults on the target, or around it, that this kind of action is a remedy for. */
function addressedFaults(state: ClusterState, truth: Truth, spec: ActionSpec): string[] {
  return truth.faults
    .filter(
      (entry) =>
        entry.state === 'live' &&
        faultKindOf(entry.fault.kind).addressedBy.includes(spec.name) &&
        concerns(state, entry.fault.target, spec.target),
    )
    .map((entry) => entry.fault.id);
}

/** Whether acting on `target` can matter to a fault on `on`: the same entity, its owner, its node, its queue's workload. */
function concerns(state: ClusterState, on: EntityRef, target: EntityRef): boolean {
  if (on.kind === target.kind) return on.id === target.id;
  const own = state.instances.get(on.kind === 'instance' ? on.id : target.id);
  if (on.kind === 'instance' && own !== undefined)
    return target.kind === 'replica-group'
      ? inGroup(state, target.id, on.id)
      : own.workloadId === target.id || own.nodeId === target.id;
  if (target.kind === 'instance' && own !== undefined)
    return on.kind === 'replica-group'
      ? inGroup(state, on.id, target.id)
      : own.workloadId === on.id || nodeIsIn(state, own.nodeId, on) || servesQueue(state, own.workloadId, on);
  if (target.kind === 'workload') return on.kind !== 'queue' || servesQueue(state, target.id, on);
  if (target.kind === 'node') return nodeIsIn(state, target.id, on);
  // Whose leader sits on what is ill gains by another.
  if (target.kind === 'replica-group') return isLedFrom(state, target.id, on);
  return on.kind === 'zone' || on.kind === 'site' || on.kind === 'cluster' || target.kind === 'cluster';
}

/** Whether a node is the place, or stands in it. */
function nodeIsIn(state: ClusterState, nodeId: string, place: EntityRef): boolean {
  const node = state.nodes.get(nodeId);
  if (place.kind === 'cluster') return true;
  if (place.kind === 'zone') return node?.zoneId === place.id;
  if (place.kind === 'site') return node?.siteId === place.id;
  return place.kind === 'node' && place.id === nodeId;
}

function isLedFrom(state: ClusterState, groupId: string, place: EntityRef): boolean {
  const leaderId = state.groups.get(groupId)?.leaderId ?? null;
  return leaderId !== null && nodeIsIn(state, state.instances.get(leaderId)!.nodeId, place);
}

function inGroup(state: ClusterState, groupId: string, instanceId: string): boolean {
  return state.groups.get(groupId)?.members.some((member) => member.instanceId === instanceId) ?? false;
}

function servesQueue(state: ClusterState, workloadId: string, queue: EntityRef): boolean {
  const spec = state.workloads.get(workloadId)?.spec;
  return queue.kind === 'queue' && (spec?.consumes === queue.id || spec?.produces === queue.id);
}

/** Instances that are healthy now and that the action takes down. */
function healthyTaken(state: ClusterState, spec: ActionSpec): string[] {
  const all = [...state.instances.values()];
  const hit = () => {
    switch (spec.name) {
      case 'instance.restart':
      case 'instance.stop':
        return all.filter((instance) => instance.id === spec.target.id);
      case 'node.drain':
      case 'node.reboot':
      case 'node.park':
        return all.filter((instance) => instance.nodeId === spec.target.id);
      case 'workload.scale':
        return all.filter((instance) => instance.workloadId === spec.target.id).slice(spec.params.to);
      case 'workload.rollback':
        return all.filter((instance) => instance.workloadId === spec.target.id);
      default:
        return [];
    }
  };
  return hit()
    .filter((instance) => isHealthy(state, instance))
    .map((instance) => instance.id);
}
