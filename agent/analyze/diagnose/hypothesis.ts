import type { EntityRef } from '../../../model/entity.ts';
import type { CauseKind, Incident } from '../../../model/incident.ts';
import type { ClusterEvent, EventName } from '../../../model/observation.ts';
import type { Signal, SignalKind } from '../../../model/signal.ts';
import type { Monitor } from '../../monitor/monitor.ts';
import type { Topology } from '../../monitor/topology.ts';

/** What a rule may look at. */
export interface Clues {
  readonly incident: Incident;
  /** Signals of the incident, cleared ones included. */
  readonly own: readonly Signal[];
  /** All raised signals of the cluster, `info` included. */
  readonly all: readonly Signal[];
  readonly monitor: Monitor;
  readonly topology: Topology;
  readonly nowMs: number;
}

interface Clue {
  readonly signalId: string | null;
  readonly text: string;
  /** In logits: +2 makes an even guess 88 % sure, -2 makes it 12 %. */
  readonly weight: number;
}

/** One cause that may hold, with what speaks for and against it. */
export interface Hypothesis {
  readonly kind: CauseKind;
  readonly entity: EntityRef;
  readonly clues: Clue[];
  readonly notSeen: string[];
}

/** Gathers the clues of one hypothesis. A negative weight is evidence against. */
export class Weighing {
  readonly hypothesis: Hypothesis;

  constructor(kind: CauseKind, entity: EntityRef) {
    this.hypothesis = { kind, entity, clues: [], notSeen: [] };
  }

  /** A signal that speaks for or against; nothing where there is none. */
  signal(signal: Signal | undefined, weight: number): this {
    if (signal !== undefined) {
      this.hypothesis.clues.push({ signalId: signal.id, text: `${signal.entity.id}: ${signal.explanation}`, weight });
    }
    return this;
  }

  fact(holds: boolean, weight: number, text: string): this {
    if (holds) this.hypothesis.clues.push({ signalId: null, text, weight });
    return this;
  }

  /** What would have settled it. */
  missing(isMissing: boolean, text: string): this {
    if (isMissing) this.hypothesis.notSeen.push(text);
    return this;
  }
}

/** Before any evidence a cause is unlikely: about one in eight. */
const priorLogit = -2;

export function confidenceOf(hypothesis: Hypothesis): number {
  const logit = hypothesis.clues.reduce((sum, clue) => sum + clue.weight, priorLogit);
  return 1 / (1 + Math.exp(-logit));
}

/** Whether a new version or setting of a workload was rolled out within the last `overMs`. */
export function rolledOutWithin(clues: Clues, workloadId: string, overMs: number): boolean {
  const workload: EntityRef = { kind: 'workload', id: workloadId };
  return (
    eventOf(clues, workload, 'workload.deployed', overMs) !== undefined ||
    eventOf(clues, workload, 'config.changed', overMs) !== undefined
  );
}

/** A signal that is raised now. */
export function signalOf(clues: Clues, entity: EntityRef, kind: SignalKind, metric?: string): Signal | undefined {
  const matches = (s: Signal) =>
    s.kind === kind &&
    s.entity.kind === entity.kind &&
    s.entity.id === entity.id &&
    (metric === undefined || s.metric === metric);
  return clues.all.find(matches);
}

/** A signal that is raised now, or that belonged to this incident and has cleared. */
export function pastSignalOf(clues: Clues, entity: EntityRef, kind: SignalKind, metric?: string): Signal | undefined {
  return (
    signalOf(clues, entity, kind, metric) ??
    clues.own.find(
      (s) =>
        s.kind === kind &&
        s.entity.kind === entity.kind &&
        s.entity.id === entity.id &&
        (metric === undefined || s.metric === metric),
    )
  );
}

/** The newest event of a name about an entity, not older than `withinMs`. */
export function eventOf(clues: Clues, entity: EntityRef, name: EventName, withinMs: number): ClusterEvent | undefined {
  return clues.monitor.events.findLast(
    (e) =>
      e.name === name &&
      e.entity.kind === entity.kind &&
      e.entity.id === entity.id &&
      clues.nowMs - e.observedAtMs <= withinMs,
  );
}
