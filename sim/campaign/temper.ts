import type { RandomStream } from '../kernel/random.ts';

/**
 * What may befall the processes of one seed. Every seed leaves out about half of all kinds of trouble: with all of
 * them at once most runs end before anything interesting has begun (Groce et al., "Swarm testing", ISSTA 2012).
 */
export interface Temper {
  /** Processes that want the one lease. */
  readonly members: number;
  /** Probabilities at each write of an action, and a tenth of them at any other write. */
  readonly crash: number;
  readonly stall: number;
  readonly usurp: number;
  readonly stop: number;
  /** Probability that a call, or the answer to it, is lost. */
  readonly lostCalls: number;
  readonly pausesAtMost: number;
  readonly meddlingsAtMost: number;
  /** Probability that a person objects to a plan as soon as it is on their screen. */
  readonly objections: number;
  readonly clocks: 'right' | 'off' | 'wild';
  /** Share of faults for which playbooks exist, so that there is something to act on. */
  readonly mendable: number;
  /** The part of the policy that may stand in the agent's way; the rest of it allows what it can. */
  readonly strict: StrictPart;
  /** Workers crash one after another, so that there is always something to act on. */
  readonly crashesInARow: boolean;
  /** The engine's list of instances collapses early on. */
  readonly collapse: boolean;
}

const strictParts = ['nothing', 'budgets', 'mode', 'approvals', 'effects', 'everything'] as const;
export type StrictPart = (typeof strictParts)[number];

export function randomTemper(random: RandomStream): Temper {
  const collapse = random.next() < 0.2;
  const maybe = (chance: number) => (random.next() < 0.5 ? chance * random.next() : 0);
  return {
    members: random.next() < 0.7 ? 2 : 1 + random.below(4),
    crash: maybe(0.4),
    stall: maybe(0.6),
    usurp: maybe(0.6),
    stop: maybe(0.4),
    lostCalls: maybe(0.6),
    pausesAtMost: random.below(2) * 5,
    meddlingsAtMost: random.below(2) * 5,
    objections: maybe(0.8),
    clocks: (['right', 'right', 'off', 'wild'] as const)[random.below(4)]!,
    mendable: random.next(),
    // A collapse is about what an agent does that may act, so the policy stands in its way less often.
    strict: collapse && random.next() < 0.5 ? 'nothing' : strictParts[random.below(strictParts.length)]!,
    crashesInARow: random.next() < 0.25,
    collapse,
  };
}
