import { decideVerdict, type GuardInput } from '../../agent/guard/decide.ts';
import { drawSituation } from './adversary.ts';
import { choicesOf } from './choices.ts';
import { type Enacted, enact } from './laws.ts';
import { brokenBy } from './oracle.ts';

export interface Round {
  readonly seed: number;
  readonly effect: 'auto' | 'ask' | 'deny';
  readonly broken: readonly string[];
}

/** What a saboteur hides from the guard; the oracle always sees the truth. */
export type Blindfold = (input: GuardInput) => GuardInput;

/** Policies are compiled once; situations choose among them. */
export function enactMany(count: number, seed: number): Enacted[] {
  const choices = choicesOf(seed);
  return Array.from({ length: count }, () => enact(choices));
}

/** One situation: the guard decides, and what it lets pass is held against the laws. */
export function playRound(seed: number, enacted: readonly Enacted[], blindfold: Blindfold = (input) => input): Round {
  const { input, enacted: chosen } = drawSituation(choicesOf(seed), enacted);
  const { effect } = decideVerdict(blindfold(input));
  const broken = effect === 'auto' ? brokenBy({ ...input, law: chosen.law }) : [];
  return { seed, effect, broken };
}
