import type { ActionId } from '../model/entity.ts';
import type { Observation } from '../model/observation.ts';
import type { JournalRow } from '../model/record.ts';
import type { AgentState } from './agent-state.ts';
import type { CommandRequest, CommandResult } from './commands.ts';
import type { CoreInput, CoreRequest } from './core.ts';
import { performAct, readBackAct } from './execute/act.ts';
import { redactText } from './knowledge/redact.ts';
import { step } from './loop.ts';
import type {
  Actuator,
  Clock,
  Collector,
  FactsAnswer,
  Journal,
  KillSwitch,
  LanguageModel,
  Lease,
  ModelStore,
  Note,
  Notifier,
  Timer,
  Twin,
} from './ports.ts';

export interface ShellPorts {
  readonly clock: Clock;
  readonly timer: Timer;
  readonly collectors: readonly Collector[];
  readonly actuators: readonly Actuator[];
  readonly journal: Journal;
  readonly lease: Lease;
  readonly killSwitch: KillSwitch;
  readonly notifiers: readonly Notifier[];
  readonly twin: Twin | null;
  readonly model: LanguageModel | null;
  /** null: nothing that is learned outlives the process. */
  readonly models: ModelStore | null;
}

export interface ShellOptions {
  /** Names this process among those that want the lease. */
  readonly holder: string;
  readonly tickMs: number;
  /** Ticks between two steps, read anew each time: more than one where the process must use less of the machine. */
  readonly stretch?: () => number;
  readonly leaseTtlMs: number;
  /** Called with every journalled row, after it is durable. */
  readonly onRow: (row: JournalRow) => void;
  /** Another process took the lease; this shell has stopped and must be built anew from the journal. */
  readonly onLeaseLost: () => void;
  /** A collector that fails or a note that is lost; for the log, not for the loop. */
  readonly onProblem: (source: string, problem: string) => void;
}

export interface Shell {
  readonly agent: AgentState;
  start(): void;
  /** Ends collectors and timers and gives the lease back. */
  stop(): void;
  submit(request: CommandRequest, done: (result: CommandResult) => void): void;
  push(input: CoreInput): void;
}

/**
 * Joins the synchronous core to the world: runs a step on every tick and at once when an answer comes, journals what it
 * says, and performs what it asks for. The same code runs in the simulator and on a real cluster.
 */
export function createShell(agent: AgentState, ports: ShellPorts, options: ShellOptions): Shell {
  return new PortShell(agent, ports, options);
}

class PortShell implements Shell {
  readonly agent: AgentState;
  readonly #ports: ShellPorts;
  readonly #options: ShellOptions;
  readonly #commandCallbacks = new Map<string, ((result: CommandResult) => void)[]>();
  #inputs: CoreInput[] = [];
  #cancelTick: () => void = () => {};
  #soon: (() => void) | null = null;
  #running = false;

  constructor(agent: AgentState, ports: ShellPorts, options: ShellOptions) {
    this.agent = agent;
    this.#ports = ports;
    this.#options = options;
  }

  start(): void {
    this.#running = true;
    for (const collector of this.#ports.collectors) this.#watch(collector);
    this.#tick();
  }

  stop(): void {
    this.#running = false;
    this.#cancelTick();
    this.#soon?.();
    for (const collector of this.#ports.collectors) collector.stop();
    this.#ports.lease.release(this.#options.holder);
  }

  submit(request: CommandRequest, done: (result: CommandResult) => void): void {
    // The same request may come twice before the first is answered: each asker hears the one answer.
    const waiting = this.#commandCallbacks.get(request.idempotencyKey) ?? [];
    this.#commandCallbacks.set(request.idempotencyKey, [...waiting, done]);
    this.push({ type: 'command', request });
  }

  /** Takes one input and runs a step soon: answers and commands do not wait for the next tick. */
  push(input: CoreInput): void {
    if (!this.#running) return;
    this.#inputs.push(input);
    if (input.type === 'observed' || this.#soon !== null) return;
    this.#soon = this.#ports.timer.setAt(this.#ports.clock.nowMs(), () => {
      this.#soon = null;
      this.#turn();
    });
  }

  #watch(collector: Collector): void {
    collector.start(
      (observations: readonly Observation[]) => this.push({ type: 'observed', source: collector.name, observations }),
      (problem) => this.#options.onProblem(collector.name, problem),
    );
  }

  #tick(): void {
    const nowMs = this.#ports.clock.nowMs();
    const { lease, killSwitch, timer } = this.#ports;
    const { tickMs, stretch } = this.#options;
    const grant = lease.acquire(this.#options.holder, this.#options.leaseTtlMs, nowMs);
    if (grant === null || (this.agent.lease !== null && grant.epoch !== this.agent.lease.epoch)) {
      // Somebody else acted or may act now: what this process knows is no longer the truth.
      this.stop();
      this.#options.onLeaseLost();
      return;
    }
    this.#inputs.push({ type: 'lease', grant });
    this.#inputs.push({ type: 'stop', why: killSwitch.engaged() });
    this.#turn();
    if (this.#running) this.#cancelTick = timer.setAt(nowMs + tickMs * (stretch?.() ?? 1), () => this.#tick());
  }

  /** One step, its records in one commit, then its requests; nothing comes between. */
  #turn(): void {
    const nowMs = this.#ports.clock.nowMs();
    const inputs = this.#inputs;
    this.#inputs = [];
    const { records, requests } = step(this.agent, nowMs, inputs);
    if (records.length > 0) this.#ports.journal.append(nowMs, records).forEach(this.#options.onRow);
    for (const request of requests) this.#perform(request);
  }

  #perform(request: CoreRequest): void {
    const ports = this.#ports;
    switch (request.type) {
      case 'read-facts':
        this.#readFacts(request);
        return;
      case 'act':
        performAct(request.action, request.timeoutMs, this.#actPorts(), this.#answerTo(request.action.id)).forEach(
          this.#options.onRow,
        );
        return;
      case 'read-back':
        readBackAct(request.action, request.timeoutMs, this.#actPorts(), this.#answerTo(request.action.id));
        return;
      case 'rehearse': {
        const { requestId, plans, picture } = request;
        ports.twin?.rehearse(plans, picture, (rehearsals) => this.push({ type: 'rehearsed', requestId, rehearsals }));
        return;
      }
      case 'advise': {
        const { decisionId } = request.request;
        ports.model?.ask(request.request, (answer) => this.push({ type: 'advised', decisionId, answer }));
        return;
      }
      case 'notify':
        this.#notify(request.note);
        return;
      case 'keep-model':
        ports.models?.save(request.key, request.text);
        return;
      case 'engage-stop':
        ports.killSwitch.engage(request.why);
        return;
      case 'release-stop':
        ports.killSwitch.release();
        return;
      case 'answer-command':
        for (const done of this.#commandCallbacks.get(request.idempotencyKey) ?? []) done(request.result);
        this.#commandCallbacks.delete(request.idempotencyKey);
        return;
      default:
        request satisfies never;
    }
  }

  /** Pages leave the house: they carry no secrets either. */
  #notify({ title, text, ...rest }: Note): void {
    const note = { ...rest, title: redactText(title), text: redactText(text) };
    for (const notifier of this.#ports.notifiers) {
      notifier.notify(note, (delivered, detail) => {
        if (!delivered) this.#options.onProblem(notifier.name, detail);
      });
    }
  }

  #actPorts() {
    const { journal, lease, killSwitch, actuators, clock } = this.#ports;
    return { journal, lease, killSwitch, actuators, clock, holder: this.#options.holder };
  }

  #answerTo(actionId: ActionId) {
    return (answer: Extract<CoreInput, { type: 'action-answer' }>['answer']) =>
      this.push({ type: 'action-answer', actionId, answer });
  }

  /** Asks every collector at once and joins the answers; one source that cannot say makes the facts incomplete. */
  #readFacts({ decisionId, entities, timeoutMs }: Extract<CoreRequest, { type: 'read-facts' }>): void {
    const { collectors } = this.#ports;
    const answers: FactsAnswer[] = [];
    for (const collector of collectors) {
      collector.readFacts({ entities, timeoutMs }, (answer) => {
        answers.push(answer);
        if (answers.length === collectors.length) this.push({ type: 'facts', decisionId, answer: joinFacts(answers) });
      });
    }
  }
}

function joinFacts(answers: readonly FactsAnswer[]): FactsAnswer {
  const failed = answers.find((answer) => !answer.ok);
  if (failed !== undefined) return failed;
  return { ok: true, observations: answers.flatMap((answer) => (answer.ok ? answer.observations : [])) };
}
