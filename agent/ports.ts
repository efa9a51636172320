import type { ActionName, ActionSpec } from '../model/actions.ts';
import type { ActionId, DecisionId, EntityRef, IncidentId } from '../model/entity.ts';
import type { Observation } from '../model/observation.ts';
import type { ClusterPicture } from '../model/picture.ts';
import type { Plan, Rehearsal } from '../model/plan.ts';
import type { AgentRecord, JournalRow } from '../model/record.ts';

/*
 * The ports through which the agent touches the world. Calls that take time answer through a callback, never a
 * promise, so that the simulator can deliver the answer at a virtual moment and microtask order cannot matter.
 * A callback is called exactly once, never before the call has returned.
 */

export interface Clock {
  /** Unix time in ms. */
  nowMs(): number;
}

export interface Timer {
  /** Calls `fire` once at or after `atMs`; returns a function that cancels it. */
  setAt(atMs: number, fire: () => void): () => void;
}

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
}

export interface FactsRequest {
  readonly entities: readonly EntityRef[];
  readonly timeoutMs: number;
}

export type FactsAnswer =
  | { readonly ok: true; readonly observations: readonly Observation[] }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** Watches one telemetry source. */
export interface Collector {
  readonly name: string;
  /** Begins to emit batches at the collector's own cadence. A problem is reported, never thrown. */
  start(emit: (batch: readonly Observation[]) => void, report: (problem: string) => void): void;
  stop(): void;
  /** Reads the source now, past every cache: inventory of all it knows and samples of the named entities. */
  readFacts(request: FactsRequest, done: (answer: FactsAnswer) => void): void;
}

export interface ActionCall {
  readonly actionId: ActionId;
  readonly spec: ActionSpec;
  /** Fencing token; an engine that can compare it refuses a lower one. */
  readonly epoch: number;
  /** Generation of the target that the caller saw; a differing one is refused, null where there is none. */
  readonly generation: string | null;
  /** When the target's process had started by the engine's clock; null where none ran, absent where it is not known. */
  readonly startedAtMs?: number | null | undefined;
  readonly timeoutMs: number;
}

export type ActionAnswer =
  | { readonly status: 'ok'; readonly detail: string }
  /** Nothing was changed. */
  | { readonly status: 'refused'; readonly detail: string }
  /** Some of it took effect, and the rest will not. */
  | { readonly status: 'partial'; readonly detail: string }
  /** It may or may not have happened. */
  | { readonly status: 'unknown'; readonly detail: string };

/**
 * The hands. Only `agent/execute/act.ts` calls `apply`. An actuator declares `workload.rollback` only where the engine
 * replaces one member at a time, takes the next one when those before it are ready, and stops at the first that does
 * not become ready: the guard counts it as one member (docs/adr/0008).
 */
export interface Actuator {
  readonly name: string;
  /** The actions it can do. */
  readonly actions: ReadonlySet<ActionName>;
  apply(call: ActionCall, done: (answer: ActionAnswer) => void): void;
  /** Asks the engine whether an earlier call took effect; changes nothing. `intendedAtMs` is when its intent was written. */
  readBack(call: ActionCall, intendedAtMs: number, done: (answer: ActionAnswer) => void): void;
}

/** Append-only and hash-chained. When `append` returns, the rows are durable; a failed append throws and stops the agent. */
export interface Journal {
  /** All records of one call share one commit. */
  append(atMs: number, records: readonly AgentRecord[]): readonly JournalRow[];
  /** Rows with `seq` >= `fromSeq`, in order. */
  read(fromSeq: number): Iterable<JournalRow>;
  head(): { readonly seq: number; readonly hash: string };
  close(): void;
}

export interface LeaseGrant {
  readonly epoch: number;
  readonly expiresAtMs: number;
}

/** One agent acts on a cluster at a time. The epoch grows with every change of holder. */
export interface Lease {
  /** Takes or renews the lease; null with another holder alive. */
  acquire(holder: string, ttlMs: number, nowMs: number): LeaseGrant | null;
  /** The grant if `holder` has it now, read from the store and not from memory. */
  current(holder: string, nowMs: number): LeaseGrant | null;
  release(holder: string): void;
}

/** Keeps what models have learned beyond the life of the process. Losing it costs learning time and nothing else. */
export interface ModelStore {
  save(key: string, text: string): void;
  load(): ReadonlyMap<string, string>;
}

/** The STOP file. Engaged means no effect whatsoever; a check that fails counts as engaged. */
export interface KillSwitch {
  /** The reason, or null when it is not engaged. */
  engaged(): string | null;
  engage(why: string): void;
  /** Only a person's `resume` gets here. */
  release(): void;
}

export interface ModelRequest {
  readonly decisionId: DecisionId;
  readonly system: string;
  readonly user: string;
  /** JSON Schema of the only acceptable reply. */
  readonly replySchema: Readonly<Record<string, unknown>>;
  readonly timeoutMs: number;
  readonly maxCompletionTokens: number;
}

export type ModelAnswer =
  | {
      readonly ok: true;
      readonly reply: string;
      readonly model: string;
      readonly promptTokens: number;
      readonly completionTokens: number;
    }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly model: string };

export interface LanguageModel {
  ask(request: ModelRequest, done: (answer: ModelAnswer) => void): void;
}

/** Rehearses plans on a model of the cluster that knows only what collectors saw. */
export interface Twin {
  /** Answers with one rehearsal per plan, in their order. */
  rehearse(plans: readonly Plan[], picture: ClusterPicture, done: (rehearsals: readonly Rehearsal[]) => void): void;
}

export interface Note {
  readonly severity: 1 | 2 | 3 | 4;
  readonly title: string;
  readonly text: string;
  readonly incidentId: IncidentId | null;
  readonly decisionId: DecisionId | null;
}

/** Reaches people outside: a page, a heartbeat. Losing one never stops the loop. */
export interface Notifier {
  readonly name: string;
  notify(note: Note, done: (delivered: boolean, detail: string) => void): void;
}
