import type { ActionAnswer, Actuator, Lease } from '../../agent/ports.ts';
import type { AgentRecord } from '../../model/record.ts';
import type { RandomStream } from '../kernel/random.ts';
import { leaseTtlMs, type Member, PowerCut } from './member.ts';
import { type PeoplesStage, tell } from './people.ts';
import { safetyMs } from './random-scenario.ts';
import type { WriteHooks } from './shared-journal.ts';
import type { Temper } from './temper.ts';

/** Intents and answers are few and matter most: other writes are struck this much less often. */
const otherWrites = 0.1;
const hourMs = 3_600_000;

/** What is in reach of those who make trouble. */
export interface TroubledStage extends PeoplesStage {
  readonly lease: Lease;
  readonly members: () => readonly Member[];
}

/** What befalls the processes of a campaign. Everything is drawn from one stream and ends with `calm`. */
export class Trouble {
  count = 0;
  readonly #random: RandomStream;
  readonly #stage: TroubledStage;
  readonly #temper: Temper;
  #calm = false;

  constructor(stage: TroubledStage, temper: Temper) {
    this.#stage = stage;
    this.#temper = temper;
    this.#random = stage.world.streams.of('campaign/trouble');
  }

  get isOver(): boolean {
    return this.#calm;
  }

  /** From now on every process, clock and connection is sound. */
  calm(): void {
    this.#calm = true;
    for (const member of this.#stage.members()) member.clock.correct();
  }

  downMs(): number {
    return 500 + this.#random.below(this.#calm ? 5_000 : 50_000);
  }

  /** Processes also stop, and clocks are set, at moments that have nothing to do with writing. */
  schedule(): void {
    const { world, members } = this.#stage;
    const { pausesAtMost, clocks } = this.#temper;
    for (let count = this.#random.below(pausesAtMost + 1); count > 0; count--) {
      const dies = this.#random.next() < 0.4;
      const pausedMs = this.#random.below(2 * leaseTtlMs);
      this.#atSomeTime((member) => (dies ? member.die() : member.pause(world.clock.nowMs() + pausedMs)));
    }
    if (clocks === 'right') return;
    const mostMs = clocks === 'wild' ? hourMs : 60_000;
    for (const member of members()) {
      member.clock.jump(Math.round(this.#random.between(-mostMs, mostMs)));
      if (clocks === 'wild') member.clock.runAt(2 ** this.#random.between(-1, 1));
    }
    for (let count = this.#random.below(4); count > 0; count--) {
      const byMs = Math.round(this.#random.between(-mostMs, mostMs));
      this.#atSomeTime((member) => member.clock.jump(byMs));
    }
  }

  /** Writing is when a crash hurts: before the rows are durable, or after it and before anything followed from them. */
  hooksFor(member: Member): WriteHooks {
    const { crash, stall, usurp, stop } = this.#temper;
    return {
      before: (records) => {
        if (this.#strikes(crash, records)) throw new PowerCut('before the commit');
        if (this.#strikes(stall, records)) this.#stall(member, this.#random.below(2 * leaseTtlMs));
        if (this.#strikes(usurp, records)) this.#usurp(member);
        if (this.#strikes(stop, records)) this.#stop();
      },
      after: (records) => {
        if (this.#strikes(crash, records)) throw new PowerCut('after the commit');
        if (this.#strikes(stall, records))
          member.pause(this.#stage.world.clock.nowMs() + this.#random.below(2 * leaseTtlMs));
      },
    };
  }

  /** The engine's answer, or the call itself, is lost now and then; the caller then cannot tell. */
  unreliable(actuator: Actuator): Actuator {
    const lost: ActionAnswer = { status: 'unknown', detail: 'the connection broke' };
    const { timer, clock } = this.#stage.world;
    return {
      ...actuator,
      apply: (call, done) => {
        if (this.#calm || this.#random.next() >= this.#temper.lostCalls) return actuator.apply(call, done);
        this.count += 1;
        const fate = this.#random.below(3);
        if (fate === 0) timer.setAt(clock.nowMs() + 1_000, () => done(lost));
        else if (fate === 1) actuator.apply(call, () => done(lost));
        else
          actuator.apply(call, (answer) => timer.setAt(clock.nowMs() + this.#random.below(60_000), () => done(answer)));
      },
    };
  }

  #atSomeTime(befall: (member: Member) => void): void {
    const { world, members } = this.#stage;
    const all = members();
    const member = all[this.#random.below(all.length)]!;
    world.timer.setAt(world.startMs + this.#random.below(safetyMs), () => {
      this.count += 1;
      befall(member);
    });
  }

  #strikes(chance: number, records: readonly AgentRecord[]): boolean {
    const share = records.some((record) => record.type === 'action') ? 1 : otherWrites;
    if (this.#calm || this.#random.next() >= chance * share) return false;
    this.count += 1;
    return true;
  }

  /** The disk takes long: for this process the time is over at once, and the world then catches up without it. */
  #stall(member: Member, forMs: number): void {
    const { clock, timer } = this.#stage.world;
    member.clock.jump(forMs);
    member.pause(clock.nowMs() + forMs);
    timer.setAt(clock.nowMs() + forMs, () => {
      if (!this.#calm) member.clock.jump(-forMs);
    });
  }

  /** The disk takes so long that the lease runs out and another process takes it before the commit returns. */
  #usurp(member: Member): void {
    const other = this.#stage.members().find((one) => one !== member && one.lives > 0 && one.shell === null);
    if (other === undefined) return;
    this.#stall(member, leaseTtlMs + 1 + this.#random.below(leaseTtlMs));
    this.#stage.lease.acquire(other.holder, leaseTtlMs, member.clock.nowMs());
  }

  /** Somebody engages the kill switch during the commit, and thinks better of it a little later. */
  #stop(): void {
    const { killSwitch, world, acting } = this.#stage;
    killSwitch.engage('a person touched the file');
    world.timer.setAt(world.clock.nowMs() + 20_000 + this.#random.below(40_000), () => {
      killSwitch.release();
      tell(acting(), { type: 'resume', why: 'all is well' });
    });
  }
}
