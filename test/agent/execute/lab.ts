import type { CoreRequest, StepResult } from '../../../agent/core.ts';
import { performAct, readBackAct } from '../../../agent/execute/act.ts';
import type { ExecutionContext } from '../../../agent/execute/execution.ts';
import * as executor from '../../../agent/execute/executor.ts';
import { memoryJournal } from '../../../agent/knowledge/journal-memory.ts';
import { memoryKillSwitch } from '../../../agent/knowledge/kill-switch-file.ts';
import { applyRecord, createKnowledge, type Knowledge } from '../../../agent/knowledge/knowledge.ts';
import { memoryLease } from '../../../agent/knowledge/lease-memory.ts';
import { restoreKnowledge } from '../../../agent/knowledge/restore.ts';
import type { ActionAnswer, ActionCall, Actuator } from '../../../agent/ports.ts';
import type { Action } from '../../../model/action.ts';
import { type ActionName, type ActionSpec, actionCatalogue } from '../../../model/actions.ts';
import type { Outcome } from '../../../model/outcome.ts';
import type { Plan } from '../../../model/plan.ts';
import type { AgentRecord, ControlRecord } from '../../../model/record.ts';
import type { Effect } from '../../../model/verdict.ts';
import { decisionId, holder, leaseTtlMs, type PlanOptions, planOf, verdictOf } from './plans.ts';

/** What the engine does with one call: whether it takes effect, and what it answers (`silent`: nothing, ever). */
export interface Reaction {
  readonly effect: boolean;
  readonly answer: ActionAnswer['status'] | 'silent';
}

export const works: Reaction = { effect: true, answer: 'ok' };

export interface LabOptions extends PlanOptions {
  /** By action number (1 is the first call); what is not named works. */
  readonly reactions?: Readonly<Record<number, Reaction>>;
  /** Action numbers that the engine cannot read back. */
  readonly unreadable?: readonly number[];
  /** What every expectation evaluates to once the last step took effect. */
  readonly expectation?: boolean | null;
  readonly factsOk?: (nowMs: number) => boolean;
  readonly judge?: (purpose: 'apply' | 'undo', stepId: string) => Effect;
  readonly measured?: number | null;
  /** Instead of the plan that the other options describe. */
  readonly plan?: Plan;
}

/** An engine that remembers what each action set: the count of each workload, and which calls it carried out. */
class Engine implements Actuator {
  readonly name = 'lab';
  readonly actions: ReadonlySet<ActionName> = new Set(Object.keys(actionCatalogue) as ActionName[]);
  readonly counts = new Map<string, number>();
  /** What was set last of each thing that an action and its inverse set: `cordoned node-1` -> `node.cordon {}`. */
  readonly settings = new Map<string, string>();
  readonly effects: string[] = [];
  readonly #options: LabOptions;

  constructor(options: LabOptions) {
    this.#options = options;
  }

  apply(call: ActionCall, done: (answer: ActionAnswer) => void): void {
    const { effect, answer } = this.#options.reactions?.[numberOf(call)] ?? works;
    if (effect) {
      this.effects.push(call.actionId);
      if (call.spec.name === 'workload.scale') this.counts.set(call.spec.target.id, call.spec.params.to);
      this.settings.set(settingOf(call.spec), `${call.spec.name} ${JSON.stringify(call.spec.params)}`);
    }
    if (answer !== 'silent') done({ status: answer, detail: `engine says ${answer}` });
  }

  readBack(call: ActionCall, _intendedAtMs: number, done: (answer: ActionAnswer) => void): void {
    if (this.#options.unreadable?.includes(numberOf(call))) done({ status: 'unknown', detail: 'engine is not there' });
    else if (this.effects.includes(call.actionId)) done({ status: 'ok', detail: 'it took effect' });
    else done({ status: 'refused', detail: 'it never took effect' });
  }
}

/** What an action sets: the same for it and for its inverse. */
export function settingOf({ name, target }: ActionSpec): string {
  const names: readonly ActionName[] = [name, actionCatalogue[name].inverse ?? name];
  return `${names.toSorted()[0]} ${target.id}`;
}

function numberOf({ actionId }: ActionCall): number {
  return Number(actionId.split('.')[1]);
}

/** The executor with the real journal, lease, kill switch and act, on a virtual clock and a scripted engine. */
export class Lab {
  nowMs = 1_000_000;
  readonly options: LabOptions;
  readonly plan;
  readonly journal = memoryJournal();
  readonly lease = memoryLease();
  readonly killSwitch = memoryKillSwitch();
  readonly engine: Engine;
  executions = executor.createExecutions();
  knowledge: Knowledge = createKnowledge();
  /** Requests that were performed, by type, in order. */
  readonly performed: CoreRequest[] = [];
  keepsLease = true;
  crashes = 0;
  /** Called before each turn; a campaign crashes the agent from here. */
  beforeTurn: () => void = () => {};
  #queue: (() => StepResult)[] = [];
  #factsAtMs = 0;

  constructor(options: LabOptions = {}) {
    this.options = options;
    this.plan = options.plan ?? planOf(options);
    this.engine = new Engine(options);
    this.#record([this.plan, verdictOf('auto')]);
  }

  begin(): void {
    this.#perform(executor.beginExecution(this.executions, this.plan, verdictOf('auto'), this.context()));
  }

  /** Runs until the decision has its outcome or the virtual time is over. */
  run(forMs = 3_600_000): this {
    const untilMs = this.nowMs + forMs;
    while (this.nowMs < untilMs && this.outcome() === null) this.tick();
    return this;
  }

  tick(): void {
    this.nowMs += 1_000;
    if (this.keepsLease) this.lease.acquire(holder, leaseTtlMs, this.nowMs);
    this.drain();
    this.#turn(() => executor.onTick(this.executions, decisionId, this.context()));
    this.drain();
  }

  drain(): void {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#turn(next);
  }

  /** The process dies: everything in memory is gone, and what the engine was about to answer is lost. */
  crash(): void {
    this.crashes += 1;
    this.#queue = [];
    this.executions = executor.createExecutions();
    this.knowledge = restoreKnowledge(this.journal.read(1));
    if (this.keepsLease) this.lease.acquire(holder, leaseTtlMs, this.nowMs);
    this.#perform(executor.resumeExecutions(this.executions, this.knowledge, this.context()));
    const decision = this.knowledge.decisions.get(decisionId);
    if (decision !== undefined && decision.outcome === null && decision.actions.size === 0) this.begin();
  }

  context(): ExecutionContext {
    const { options } = this;
    return {
      nowMs: this.nowMs,
      epoch: this.lease.current(holder, this.nowMs)?.epoch ?? null,
      judge: (_plan, purpose, step) => verdictOf(options.judge?.(purpose, step.id) ?? 'auto'),
      evaluate: () => ({ value: options.expectation === undefined ? true : options.expectation, why: 'as scripted' }),
      measure: () => (options.measured === null ? null : { value: options.measured ?? 10, atMs: this.nowMs }),
      generationOf: () => '1',
      startedAtMsOf: () => undefined,
      sloLost: null,
      factsAtMs: this.#factsAtMs,
    };
  }

  outcome(): Outcome | null {
    return this.knowledge.decisions.get(decisionId)?.outcome ?? null;
  }

  records(): readonly AgentRecord[] {
    return [...this.journal.read(1)].map((row) => row.record);
  }

  outcomes(): readonly Outcome[] {
    return this.records().filter((record) => record.type === 'outcome');
  }

  controls(event: ControlRecord['event']): readonly ControlRecord[] {
    return this.records().filter((record) => record.type === 'control' && record.event === event) as ControlRecord[];
  }

  /** States of each call in the order in which they were recorded: `D-1.1 intended`. */
  calls(): readonly string[] {
    return this.records()
      .filter((record): record is Action => record.type === 'action')
      .map(({ id, state, purpose }) => `${id} ${purpose} ${state}`);
  }

  answer(actionId: Action['id'], answer: ActionAnswer): void {
    this.#turn(() => executor.onActionAnswer(this.executions, actionId, answer, this.context()));
    this.drain();
  }

  #turn(step: () => StepResult): void {
    this.beforeTurn();
    this.#perform(step());
  }

  #record(records: readonly AgentRecord[]): void {
    for (const record of records) applyRecord(this.knowledge, record);
    if (records.length > 0) this.journal.append(this.nowMs, records);
  }

  #perform({ records, requests }: StepResult): void {
    this.#record(records);
    for (const request of requests) {
      this.performed.push(request);
      this.#performOne(request);
    }
  }

  #performOne(request: CoreRequest): void {
    const { journal, lease, killSwitch } = this;
    const clock = { nowMs: () => this.nowMs };
    const ports = { journal, lease, killSwitch, actuators: [this.engine], clock, holder };
    const later = (step: () => StepResult) => this.#queue.push(step);
    if (request.type === 'read-facts') {
      const factsOk = this.options.factsOk?.(this.nowMs) ?? true;
      later(() => {
        if (factsOk) this.#factsAtMs = this.nowMs;
        return executor.onFacts(this.executions, decisionId, factsOk, this.context());
      });
    } else if (request.type === 'act' || request.type === 'read-back') {
      const { id } = request.action;
      const done = (answer: ActionAnswer) => {
        later(() => executor.onActionAnswer(this.executions, id, answer, this.context()));
      };
      if (request.type === 'read-back') readBackAct(request.action, request.timeoutMs, ports, done);
      else
        for (const row of performAct(request.action, request.timeoutMs, ports, done))
          applyRecord(this.knowledge, row.record);
    }
  }
}
