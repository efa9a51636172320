import { expect, it } from 'vitest';
import { drawSeed, playSeed } from '../../../sim/campaign/round.ts';
import { shrinkSeed } from '../../../sim/campaign/shrink.ts';

const seed = 5;
const { cuts } = drawSeed(seed);

/** A law that breaks as long as two parts of the seed are there together. */
const breaksWhileBothAreThere = (one: string, other: string) => (without: readonly string[]) =>
  without.includes(one) || without.includes(other) ? [] : [`I3: with ${cuts.length - without.length} parts`];

it('a failing seed shrinks to the parts that its broken law needs', () => {
  const [first, last] = [cuts[0]!, cuts.at(-1)!];
  const shrunk = shrinkSeed(seed, 'I3: at first', breaksWhileBothAreThere(first, last));
  expect(shrunk.left).toEqual([first, last]);
  expect(shrunk.without).toEqual(cuts.slice(1, -1));
  expect(shrunk.what).toBe('I3: with 2 parts');
});

it('another broken law is no reason to leave a part out', () => {
  const shrunk = shrinkSeed(seed, 'I3: at first', () => ['I5: something else']);
  expect(shrunk).toEqual({ seed, without: [], left: cuts, what: 'I3: at first' });
});

it('a seed without all its parts still plays: its last crash is noticed', () => {
  const played = playSeed(seed, [], cuts);
  expect(played.faults).toBe(1);
  expect([...played.safetyBroken, ...played.livenessBroken]).toEqual([]);
}, 60_000);
