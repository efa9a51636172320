import type { Cut } from './cuts.ts';
import { drawSeed } from './round.ts';

/** The least of a failing seed that was found to break the same law. */
export interface ShrunkSeed {
  readonly seed: number;
  readonly without: readonly Cut[];
  /** What is left and could not be left out. */
  readonly left: readonly Cut[];
  readonly what: string;
}

/**
 * Leaves out of a failing seed whatever its broken law does not need: one part after another, and again until no
 * single part can go, so that the result is 1-minimal (Zeller and Hildebrandt, "Simplifying and isolating
 * failure-inducing input", IEEE TSE 2002; without their halving, for a seed has at most about 15 parts).
 * @param what the law that the whole seed breaks, a sentence that begins with its number
 * @param breaks plays the seed without some of its parts, and returns what it then broke
 */
export function shrinkSeed(
  seed: number,
  what: string,
  breaks: (without: readonly Cut[]) => readonly string[],
): ShrunkSeed {
  let shrunk: ShrunkSeed = { seed, without: [], left: drawSeed(seed).cuts, what };
  for (let shrank = true; shrank; ) {
    shrank = false;
    for (const part of shrunk.left) {
      const without = [...shrunk.without, part];
      const still = breaks(without).find((broken) => lawOf(broken) === lawOf(what));
      if (still === undefined) continue;
      shrunk = { seed, without, left: shrunk.left.filter((one) => one !== part), what: still };
      shrank = true;
    }
  }
  return shrunk;
}

function lawOf(broken: string): string {
  return broken.slice(0, broken.indexOf(':'));
}
