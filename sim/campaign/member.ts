import type { AgentOptions } from '../../agent/agent-state.ts';
import { JournalError } from '../../agent/knowledge/journal-error.ts';
import type { Playbook } from '../../agent/plan/playbook.ts';
import type { ActionCall, Actuator, Collector, Journal, KillSwitch, Lease, Note, Timer } from '../../agent/ports.ts';
import { resumeAgent } from '../../agent/resume.ts';
import { createShell, type Shell } from '../../agent/shell.ts';
import type { JournalRow } from '../../model/record.ts';
import { simActuator } from '../adapters/actuator.ts';
import { simCollector } from '../adapters/collector.ts';
import { inlineTwin } from '../twin/inline-twin.ts';
import type { World } from '../world.ts';
import { DriftingClock } from './drifting-clock.ts';
import type { RandomPolicy } from './random-policy.ts';
import type { SharedJournal, WriteHooks } from './shared-journal.ts';

const tickMs = 1_000;
export const leaseTtlMs = 30_000;

/** The machine under one process was switched off. */
export class PowerCut extends Error {}

/** What the processes of one campaign share, and who watches them. */
export interface Stage {
  readonly world: World;
  readonly lease: Lease;
  readonly killSwitch: KillSwitch;
  readonly journal: SharedJournal;
  readonly drawn: RandomPolicy;
  readonly playbooks: readonly Playbook[];
  /** Called at the effect site, before the engine gets the call. */
  readonly onCall: (member: Member, call: ActionCall) => void;
  readonly onRow: (member: Member, row: JournalRow) => void;
  /** Called with everything that is told outside; answers what became of it. */
  readonly onNote: (note: Note) => string;
  /** A process that ended itself otherwise than by refusing to write. */
  readonly onFailure: (member: Member, error: Error) => void;
  /** What befalls a process when it writes. */
  readonly hooksFor: (member: Member) => WriteHooks;
  /** How an answer of the engine may be lost on its way. */
  readonly unreliable: (actuator: Actuator) => Actuator;
  /** How long a dead process stays away, ms. */
  readonly downMs: () => number;
}

/**
 * One of the processes that want the lease, through all its lives: it stands by, acts, is paused, crashes and is
 * started again, as the daemon would be. Its clock is its own.
 */
export class Member {
  readonly name: string;
  readonly clock: DriftingClock;
  holder = '';
  shell: Shell | null = null;
  lives = 0;
  readonly #stage: Stage;
  #collector: Collector | null = null;
  #pausedUntilMs = 0;

  constructor(name: string, stage: Stage) {
    this.name = name;
    this.#stage = stage;
    this.clock = new DriftingClock(stage.world);
  }

  boot(): void {
    this.lives += 1;
    this.holder = this.#holderOf(this.lives);
    this.#guarded(this.lives, () => this.#standBy());
  }

  /** Under which names it has wanted the lease so far. */
  holders(): string[] {
    return Array.from({ length: this.lives }, (_, index) => this.#holderOf(index + 1));
  }

  #holderOf(life: number): string {
    return `${this.name}/${life}`;
  }

  /** Nothing of this process runs until then; its timers fire late. */
  pause(untilMs: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, untilMs);
  }

  /** Gone without a word: the lease is kept until it runs out. */
  die(): void {
    const { world, downMs } = this.#stage;
    this.lives += 1;
    this.shell = null;
    this.#collector?.stop();
    this.#collector = null;
    this.#pausedUntilMs = 0;
    world.timer.setAt(world.clock.nowMs() + downMs(), () => this.boot());
  }

  #timer(life: number): Timer {
    return { setAt: (atMs, fire) => this.clock.setAt(atMs, () => this.#guarded(life, fire)) };
  }

  /** Runs a callback of one life: not after its death, late when it is paused; what it throws ends the process. */
  #guarded(life: number, fire: () => void): void {
    const { world, onFailure } = this.#stage;
    if (life !== this.lives) return;
    if (world.clock.nowMs() < this.#pausedUntilMs) {
      world.timer.setAt(this.#pausedUntilMs, () => this.#guarded(life, fire));
      return;
    }
    try {
      fire();
    } catch (error) {
      if (!(error instanceof PowerCut || error instanceof JournalError)) onFailure(this, error as Error);
      this.die();
    }
  }

  #standBy(): void {
    const { lease } = this.#stage;
    const nowMs = this.clock.nowMs();
    if (lease.acquire(this.holder, leaseTtlMs, nowMs) !== null) this.#act();
    else this.#timer(this.lives).setAt(nowMs + tickMs, () => this.#standBy());
  }

  #act(): void {
    const { world, drawn, playbooks, onRow, onNote, lease, killSwitch } = this.#stage;
    const journal = this.#openJournal();
    const actuator = this.#watchedActuator();
    this.#collector = simCollector(world, this.name);
    const options: AgentOptions = {
      clusterId: world.clusterId,
      slos: world.slos,
      playbooks,
      supportedActions: actuator.actions,
      someoneCanAnswer: world.scenario.people.length > 0,
      rehearses: true,
      advice: null,
    };
    this.shell = createShell(
      resumeAgent(options, drawn.policy, journal.read(1)),
      {
        clock: this.clock,
        timer: this.#timer(this.lives),
        collectors: [this.#collector],
        actuators: [actuator],
        journal,
        lease,
        killSwitch,
        notifiers: [{ name: 'pager', notify: (note, done) => done(true, onNote(note)) }],
        twin: inlineTwin(this.clock, this.#timer(this.lives), world.streams.of(`twin/${this.name}`)),
        model: null,
        models: null,
      },
      {
        holder: this.holder,
        tickMs,
        leaseTtlMs,
        onRow: (row) => onRow(this, row),
        onLeaseLost: () => {
          this.shell = null;
          this.#standBy();
        },
        onProblem: () => {},
      },
    );
    this.shell.start();
  }

  #openJournal(): Journal {
    return this.#stage.journal.open(this.#stage.hooksFor(this));
  }

  #watchedActuator(): Actuator {
    const { world, onCall, unreliable } = this.#stage;
    const hands = unreliable(simActuator(world, this.name));
    return {
      ...hands,
      apply: (call, done) => {
        onCall(this, call);
        hands.apply(call, done);
      },
    };
  }
}
