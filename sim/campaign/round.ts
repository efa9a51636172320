import { memoryKillSwitch } from '../../agent/knowledge/kill-switch-file.ts';
import { memoryLease } from '../../agent/knowledge/lease-memory.ts';
import { isUnsettled, restoreKnowledge } from '../../agent/knowledge/restore.ts';
import type { Playbook } from '../../agent/plan/playbook.ts';
import { entityKey } from '../../model/entity.ts';
import { isHealthy } from '../cluster/instances.ts';
import { faultKindOf } from '../faults/catalogue.ts';
import { Streams } from '../kernel/random.ts';
import { createWorld, type World } from '../world.ts';
import { Laws } from './laws.ts';
import { watchedLease } from './lease-law.ts';
import { leaseTtlMs, Member, type Stage } from './member.ts';
import { answerQuestion, scheduleMeddling, tell } from './people.ts';
import { randomPolicy } from './random-policy.ts';
import { probeAfterMs, randomScenario, safetyMs } from './random-scenario.ts';
import { sharedJournal } from './shared-journal.ts';
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

/** How long work in flight may go on after the run before it counts as stuck, ms. */
const patienceMs = 40 * 60_000;
/** From a worker's crash to an incident about it, with everything else sound, ms. */
const noticeMs = 3 * 60_000;

/**
 * Plays one seed: first everything breaks at once, the agent's own processes included, and nothing unsafe may happen;
 * then everything else is sound, and the agent must come back, end what it began and notice a crash.
 * Deterministic: seed and version say all.
 */
export function playSeed(seed: number, playbooks: readonly Playbook[]): PlayedSeed {
  const random = new Streams(seed).of('campaign/scenario');
  const world = createWorld({ scenario: randomScenario(seed, random), seed });
  const play = new Play(world, playbooks);
  play.safetyPhase();
  play.livenessPhase();
  return play.result();
}

class Play {
  readonly #world: World;
  readonly #stage: Stage;
  readonly #members: Member[];
  readonly #trouble: Trouble;
  readonly #laws: Laws;
  readonly #stuck: string[] = [];

  constructor(world: World, playbooks: readonly Playbook[]) {
    const random = world.streams.of('campaign/processes');
    const killSwitch = memoryKillSwitch();
    const lease = watchedLease(memoryLease(), (what) => this.#laws.note('I2', what));
    this.#world = world;
    this.#trouble = new Trouble(world, lease);
    this.#stage = {
      world,
      lease,
      killSwitch,
      journal: sharedJournal(),
      drawn: randomPolicy(world.streams.of('campaign/policy')),
      playbooks,
      onCall: (member, call) => this.#laws.judgeCall(member, call),
      onRow: (_member, row) => answerQuestion(world, row, () => this.#acting()),
      onFailure: (member, error) => this.#laws.note('I13', `${member.name} failed: ${error.message}`),
      hooksFor: (member) => this.#trouble.hooksFor(member, () => this.#members),
      unreliable: (actuator) => this.#trouble.unreliable(actuator),
      downMs: () => this.#trouble.downMs(),
    };
    const skewed = random.next() < 0.3;
    this.#members = ['first', 'second'].map((name) => new Member(name, this.#stage));
    this.#laws = new Laws(this.#stage, !skewed);
    for (const member of this.#members) if (skewed) member.skewMs = Math.round(random.between(-60_000, 60_000));
    scheduleMeddling(world, killSwitch, () => this.#acting());
    for (const [index, member] of this.#members.entries())
      world.timer.setAt(world.startMs + index * 2_000, () => member.boot());
    this.#schedulePauses();
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
    for (const member of this.#members) member.skewMs = 0;
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

  /** Processes also stop at moments that have nothing to do with writing. */
  #schedulePauses(): void {
    const random = this.#world.streams.of('campaign/pauses');
    for (let count = random.below(5); count > 0; count--) {
      const member = this.#members[random.below(2)]!;
      const atMs = this.#world.startMs + random.below(safetyMs);
      const pausedMs = random.below(2 * leaseTtlMs);
      const dies = random.next() < 0.4;
      this.#world.timer.setAt(atMs, () => {
        this.#trouble.count += 1;
        if (dies) member.die();
        else member.pause(atMs + pausedMs);
      });
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
      const about = this.#stage.journal.rows().some(({ atMs: toldAtMs, record }) => {
        if (toldAtMs < atMs) return false;
        if (record.type === 'diagnosis') return record.causes.some((cause) => cause.entity.id === target.id);
        return record.type === 'incident' && entityKey(record.entity) === entityKey(target);
      });
      if (!about) this.#stuck.push(`L3: the crash of ${target.id} was not noticed`);
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
