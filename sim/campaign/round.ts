import { memoryKillSwitch } from '../../agent/knowledge/kill-switch-file.ts';
import { memoryLease } from '../../agent/knowledge/lease-memory.ts';
import { isUnsettled, restoreKnowledge } from '../../agent/knowledge/restore.ts';
import type { Playbook } from '../../agent/plan/playbook.ts';
import { entityKey } from '../../model/entity.ts';
import { isHealthy } from '../cluster/instances.ts';
import { faultKindOf } from '../faults/catalogue.ts';
import { Streams } from '../kernel/random.ts';
import type { Scenario } from '../scenario.ts';
import { createWorld, type World } from '../world.ts';
import { type Cut, calmed, cutsOf, thinned } from './cuts.ts';
import { Laws } from './laws.ts';
import { watchedLease } from './lease-law.ts';
import { leaseTtlMs, Member, type Stage } from './member.ts';
import { answerQuestion, objectToPlan, type PeoplesStage, scheduleMeddling, tell } from './people.ts';
import { randomPolicy } from './random-policy.ts';
import { probeAfterMs, randomScenario, safetyMs } from './random-scenario.ts';
import { sharedJournal } from './shared-journal.ts';
import { randomTemper, type Temper } from './temper.ts';
import { Trouble } from './trouble.ts';

/** What one seed came to. Broken laws are sentences that begin with their number. */
export interface PlayedSeed {
  readonly seed: number;
  readonly safetyBroken: readonly string[];
  readonly livenessBroken: readonly string[];
  readonly simulatedMs: number;
  /** Faults of the cluster and of the processes. */
  readonly faults: number;
  readonly calls: number;
  readonly lives: number;
  readonly headHash: string;
}

const memberNames = ['first', 'second', 'third', 'fourth'] as const;
/** How long work in flight may go on after the run before it counts as stuck, ms. */
const patienceMs = 40 * 60_000;
/** From a worker's crash to an incident about it, with everything else sound, ms. */
const noticeMs = 3 * 60_000;

/**
 * Plays one seed: first everything breaks at once, the agent's own processes included, and nothing unsafe may happen;
 * then everything else is sound, and the agent must come back, end what it began and notice a crash.
 * Deterministic: seed, version and what is left out say all.
 */
export function playSeed(seed: number, playbooks: readonly Playbook[], without: readonly Cut[] = []): PlayedSeed {
  const drawn = drawSeed(seed);
  const left = new Set(without);
  const world = createWorld({ scenario: thinned(drawn.scenario, left), seed });
  const play = new Play(world, playbooks, calmed(drawn.temper, left));
  play.safetyPhase();
  play.livenessPhase();
  return play.result();
}

/** What a seed means, before anything is left out of it. */
export function drawSeed(seed: number): { temper: Temper; scenario: Scenario; cuts: readonly Cut[] } {
  const random = new Streams(seed).of('campaign/scenario');
  const temper = randomTemper(random);
  const scenario = randomScenario(seed, random, temper);
  return { temper, scenario, cuts: cutsOf(temper, scenario) };
}

class Play {
  readonly #world: World;
  readonly #stage: Stage;
  readonly #members: Member[];
  readonly #trouble: Trouble;
  readonly #laws: Laws;
  readonly #stuck: string[] = [];

  constructor(world: World, playbooks: readonly Playbook[], temper: Temper) {
    const killSwitch = memoryKillSwitch();
    const people: PeoplesStage = { world, killSwitch, acting: () => this.#acting() };
    const lease = watchedLease(memoryLease(), (what) => this.#laws.note('I2', what));
    this.#world = world;
    this.#trouble = new Trouble({ ...people, lease, members: () => this.#members }, temper);
    this.#stage = {
      world,
      lease,
      killSwitch,
      journal: sharedJournal(),
      drawn: randomPolicy(world.streams.of('campaign/policy'), temper.strict),
      playbooks,
      onCall: (member, call) => this.#laws.judgeCall(member, call),
      onRow: (_member, row) => {
        answerQuestion(people, row);
        if (!this.#trouble.isOver) objectToPlan(people, row, temper.objections);
      },
      onNote: (note) => this.#laws.judgeNote(note),
      onFailure: (member, error) => this.#laws.note('I13', `${member.name} failed: ${error.message}`),
      hooksFor: (member) => this.#trouble.hooksFor(member),
      unreliable: (actuator) => this.#trouble.unreliable(actuator),
      downMs: () => this.#trouble.downMs(),
    };
    this.#members = memberNames.slice(0, temper.members).map((name) => new Member(name, this.#stage));
    this.#laws = new Laws(this.#stage, temper.clocks !== 'wild');
    scheduleMeddling(people, temper.meddlingsAtMost);
    for (const [index, member] of this.#members.entries())
      world.timer.setAt(world.startMs + index * 2_000, () => member.boot());
    this.#trouble.schedule();
  }

  safetyPhase(): void {
    this.#world.runUntilMs(this.#world.startMs + safetyMs);
  }

  /** Faults end, clocks are set, people take back what they said; what is broken stays so until somebody mends it. */
  livenessPhase(): void {
    const { state, truth, startMs, endMs, clock } = this.#world;
    this.#trouble.calm();
    for (const { fault, state: stands } of truth.faults)
      if (stands !== 'scheduled') faultKindOf(fault.kind).end(state, fault);
    this.#releaseStaleLease();
    this.#world.runUntilMs(startMs + safetyMs + 3 * leaseTtlMs + 60_000);
    if (this.#acting() === null) this.#stuck.push('L1: nobody holds the lease and acts');
    tell(this.#acting(), { type: 'resume', why: 'all is sound again' });
    this.#probe(startMs + safetyMs + probeAfterMs);
    this.#world.runUntilMs(endMs);
    const deadlineMs = endMs + patienceMs;
    while (this.#unended().length > 0 && clock.nowMs() < deadlineMs) this.#world.runUntilMs(clock.nowMs() + 10_000);
    this.#stuck.push(...this.#unended());
    this.#laws.judgeJournal();
  }

  result(): PlayedSeed {
    const { world, journal } = this.#stage;
    const happened = world.truth.faults.filter((entry) => entry.liveAtMs !== null).length;
    return {
      seed: world.seed,
      safetyBroken: [...this.#laws.broken],
      livenessBroken: [...this.#stuck],
      simulatedMs: world.clock.nowMs() - world.startMs,
      faults: happened + this.#trouble.count,
      calls: this.#laws.calls,
      lives: this.#members.reduce((sum, member) => sum + member.lives, 0),
      headHash: journal.rows().at(-1)?.hash ?? '',
    };
  }

  #acting(): Member | null {
    return this.#members.find((member) => member.shell !== null && this.#holds(member)) ?? null;
  }

  #holds(member: Member): boolean {
    return this.#stage.lease.current(member.holder, member.clock.nowMs()) !== null;
  }

  /** A lease of a clock that was far ahead would block everybody; who sets such a clock right gives it back. */
  #releaseStaleLease(): void {
    const { lease, world } = this.#stage;
    const nowMs = world.clock.nowMs();
    for (const holder of this.#members.flatMap((member) => member.holders())) {
      const grant = lease.current(holder, nowMs);
      if (grant !== null && grant.expiresAtMs > nowMs + leaseTtlMs) lease.release(holder);
    }
  }

  /** The worker that the last fault crashes was healthy, so an incident must be about it soon. */
  #probe(atMs: number): void {
    const { state, truth, timer } = this.#world;
    const { target } = truth.faults.at(-1)!.fault;
    this.#world.runUntilMs(atMs - 1);
    const worker = state.instances.get(target.id);
    if (worker === undefined || !isHealthy(state, worker)) return;
    timer.setAt(atMs + noticeMs, () => {
      const isAbout = this.#stage.journal.rows().some(({ atMs: toldAtMs, record }) => {
        if (toldAtMs < atMs) return false;
        if (record.type === 'incident') return entityKey(record.entity) === entityKey(target);
        // An incident about something wider may take it in: then a diagnosis names it as a cause, or a plan mends it.
        if (record.type === 'plan') return record.steps.some(({ action }) => action.target.id === target.id);
        return (
          record.type === 'diagnosis' && record.causes.some(({ entity }) => entityKey(entity) === entityKey(target))
        );
      });
      if (!isAbout) this.#stuck.push(`L3: the crash of ${target.id} was not noticed`);
    });
  }

  /** What began and has no end, and what may have happened and was not read back. */
  #unended(): string[] {
    return [...restoreKnowledge(this.#stage.journal.rows()).decisions.values()].flatMap((decision) => {
      if (decision.actions.size === 0) return [];
      if (decision.outcome === null) return [`L2: ${decision.id} acted and has no outcome`];
      // What no engine can say stays open, and a person was told so.
      if (decision.outcome.undone === 'undo-failed') return [];
      return [...decision.actions.values()]
        .filter(isUnsettled)
        .map((action) => `L2: ${action.id} was never settled (${action.state})`);
    });
  }
}
