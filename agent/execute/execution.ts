import type { Action } from '../../model/action.ts';
import type { ActionId, DecisionId, EntityRef } from '../../model/entity.ts';
import type { Plan, PlanStep, PredictedEffect } from '../../model/plan.ts';
import { type ReasonCode, reasonCodes } from '../../model/reason-codes.ts';
import type { AgentRecord } from '../../model/record.ts';
import type { Verdict } from '../../model/verdict.ts';
import type { CoreRequest } from '../core.ts';

/** What the executor may ask the loop about the cluster, as the facts stand now. */
export interface ExecutionContext {
  readonly nowMs: number;
  /** Epoch of the lease; null while it is not held: then nothing new is begun. */
  readonly epoch: number | null;
  /** The guard's answer for what would be sent next: the plan to apply, or a plan of the one step to undo. */
  judge(plan: Plan, purpose: 'apply' | 'undo', step: PlanStep): Verdict;
  /** One CEL expression with `target` bound; null where it could not be evaluated. */
  evaluate(expression: string, target: EntityRef): { readonly value: boolean | null; readonly why: string };
  /** The newest value of the metric that an effect speaks of, in the metric's unit. */
  measure(effect: PredictedEffect): { readonly value: number; readonly atMs: number } | null;
  generationOf(target: EntityRef): string | null;
  /** When the process of an instance started, by the engine's clock; null where none runs, undefined for all else. */
  startedAtMsOf(target: EntityRef): number | null | undefined;
  /** SLO-milliseconds lost since the plan was made, and how long ago that was; null where it was not watched. */
  readonly sloLost: { readonly lostMs: number; readonly overMs: number } | null;
  /** When facts were last read anew for this decision. */
  readonly factsAtMs: number;
}

/**
 * `checking` reads fresh facts and asks the guard again; `acting` waits for the engine; `reading-back` asks it what
 * became of a call without an answer; `verifying` waits and measures.
 */
export const phases = ['checking', 'acting', 'reading-back', 'verifying'] as const;
export type Phase = (typeof phases)[number];

/** What keeps a plan from succeeding, once that is known. */
export interface Failure {
  readonly result: 'failed' | 'error';
  readonly why: string;
}

/** What one predicted effect was before, and what was measured of it since the last step. */
export interface Measured {
  before: number | null;
  after: { readonly value: number; readonly atMs: number } | null;
  hit: boolean;
}

/** One plan under way. Owned and changed by the executor alone. */
export interface Execution {
  readonly plan: Plan;
  readonly beganAtMs: number;
  phase: Phase;
  purpose: 'apply' | 'undo';
  /** Index into `plan.steps` of the step that is applied or undone now. */
  stepIndex: number;
  stepBeganAtMs: number;
  /** Indexes of the steps that took effect and were not undone, in order. */
  applied: number[];
  undoneSteps: number;
  /** The last call to the engine, as last recorded. */
  call: Action | null;
  /** When that call was intended, which is what a read-back compares with. */
  intended: Action | null;
  actionsSent: number;
  /** Tries of the same request in this phase. */
  attempts: number;
  /** Until when the outstanding request may be answered; null with none outstanding. */
  waitsUntilMs: number | null;
  /** When the phase's next request goes out, with none outstanding. */
  nextAtMs: number;
  lastEffectAtMs: number;
  verifyUntilMs: number;
  /** The last answer of each expectation and target that could be evaluated. */
  readonly readings: Map<string, { readonly value: boolean; readonly why: string }>;
  readonly measured: Map<string, Measured>;
  failure: Failure | null;
  /** A person's reason to stop after the step at hand. */
  stopWhy: string | null;
}

/** Every plan that is under way. */
export interface Executions {
  readonly running: Map<DecisionId, Execution>;
  /** Calls whose plan went on or ended without the engine's own answer; a late answer is still recorded. */
  readonly loose: Map<ActionId, Action>;
  has(id: DecisionId): boolean;
  ids(): readonly DecisionId[];
}

export function createExecutions(): Executions {
  const running = new Map<DecisionId, Execution>();
  return { running, loose: new Map(), has: (id) => running.has(id), ids: () => [...running.keys()] };
}

export function createExecution(plan: Plan, nowMs: number): Execution {
  return {
    plan,
    beganAtMs: nowMs,
    phase: 'checking',
    purpose: 'apply',
    stepIndex: 0,
    stepBeganAtMs: nowMs,
    applied: [],
    undoneSteps: 0,
    call: null,
    intended: null,
    actionsSent: 0,
    attempts: 0,
    waitsUntilMs: null,
    nextAtMs: nowMs,
    lastEffectAtMs: nowMs,
    verifyUntilMs: 0,
    readings: new Map(),
    measured: new Map(),
    failure: null,
    stopWhy: null,
  };
}

/** One turn of one execution: what is known, what came of it. */
export interface Turn {
  readonly executions: Executions;
  readonly execution: Execution;
  readonly context: ExecutionContext;
  readonly records: AgentRecord[];
  readonly requests: CoreRequest[];
}

export function stepOf({ plan, stepIndex }: Execution): PlanStep {
  const step = plan.steps[stepIndex];
  if (step === undefined) throw new Error(`${plan.decisionId} has no step ${stepIndex}`);
  return step;
}

/** Moves to a phase; its first request goes out at `atMs`. */
export function enter(execution: Execution, phase: Phase, atMs: number): void {
  execution.phase = phase;
  execution.attempts = 0;
  execution.waitsUntilMs = null;
  execution.nextAtMs = atMs;
}

/** Targets of the plan's steps, each once. */
export function targetsOf(plan: Plan): readonly EntityRef[] {
  const byKey = new Map(plan.steps.map(({ action }) => [`${action.target.kind}/${action.target.id}`, action.target]));
  return [...byKey.values()];
}

/** A stable code, what it means, and the numbers. */
export function explain(code: ReasonCode, detail: string): string {
  return `${code}: ${reasonCodes[code]} (${detail})`;
}
