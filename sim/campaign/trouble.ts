import type { ActionAnswer, Actuator, Lease } from '../../agent/ports.ts';
import type { RandomStream } from '../kernel/random.ts';
import type { World } from '../world.ts';
import { leaseTtlMs, type Member, PowerCut } from './member.ts';
import type { WriteHooks } from './shared-journal.ts';

/** What befalls the processes of a campaign. Everything is drawn from one stream and ends with `calm`. */
export class Trouble {
  count = 0;
  readonly #random: RandomStream;
  readonly #world: World;
  readonly #lease: Lease;
  #calm = false;

  constructor(world: World, lease: Lease) {
    this.#world = world;
    this.#lease = lease;
    this.#random = world.streams.of('campaign/trouble');
  }

  /** From now on every process and every connection is sound. */
  calm(): void {
    this.#calm = true;
  }

  downMs(): number {
    return 500 + this.#random.below(this.#calm ? 5_000 : 50_000);
  }

  /** Writing is when a crash hurts: before the rows are durable, or after it and before anything followed from them. */
  hooksFor(member: Member, others: () => readonly Member[]): WriteHooks {
    return {
      before: (records) => {
        // Intents are few and matter most.
        const chance = records.some((record) => record.type === 'action') ? 0.12 : 0.01;
        if (this.#strikes(chance)) throw new PowerCut('before the commit');
        if (this.#strikes(chance)) this.#stall(member);
        if (this.#strikes(chance)) this.#usurp(member, others());
      },
      after: (records) => {
        const chance = records.some((record) => record.type === 'action') ? 0.12 : 0.01;
        if (this.#strikes(chance)) throw new PowerCut('after the commit');
        if (this.#strikes(chance)) member.pause(this.#world.clock.nowMs() + this.#random.below(2 * leaseTtlMs));
      },
    };
  }

  /** The engine's answer, or the call itself, is lost now and then; the caller then cannot tell. */
  unreliable(actuator: Actuator): Actuator {
    const lost: ActionAnswer = { status: 'unknown', detail: 'the connection broke' };
    const unreliable: Actuator = {
      ...actuator,
      apply: (call, done) => {
        const fate = this.#calm ? 1 : this.#random.next();
        if (fate >= 0.2) return actuator.apply(call, done);
        this.count += 1;
        if (fate < 0.07) this.#world.timer.setAt(this.#world.clock.nowMs() + 1_000, () => done(lost));
        else if (fate < 0.14) actuator.apply(call, () => done(lost));
        else actuator.apply(call, (answer) => this.#late(() => done(answer)));
      },
    };
    return unreliable;
  }

  #late(tell: () => void): void {
    this.#world.timer.setAt(this.#world.clock.nowMs() + this.#random.below(60_000), tell);
  }

  #strikes(chance: number): boolean {
    if (this.#calm || this.#random.next() >= chance) return false;
    this.count += 1;
    return true;
  }

  /** The disk took so long that the lease may be over when the commit returns. */
  #stall(member: Member): void {
    member.skewMs += this.#random.below(2 * leaseTtlMs);
  }

  /** Another process, whose clock is ahead, takes the lease during the commit. */
  #usurp(member: Member, others: readonly Member[]): void {
    const other = others.find((candidate) => candidate !== member && candidate.shell === null);
    if (other !== undefined) this.#lease.acquire(other.holder, leaseTtlMs, member.clock.nowMs() + leaseTtlMs + 1);
  }
}
