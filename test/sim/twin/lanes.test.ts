import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLanes, flowThrough, type Lanes, oldestOf, regroup, totalOf } from '../../../sim/twin/lanes.ts';
import { nothingWaiting, oldestMs, putPast } from '../../../sim/twin/waiting.ts';

const stepMs = 10_000;

function lanesOf(partitions: number, readers: number, steps: number): Lanes {
  const lanes = createLanes(partitions, readers, steps);
  regroup(lanes, () => true);
  return lanes;
}

const countsOf = ({ owner, members }: Lanes) =>
  [...members.keys()].map((rank) => owner.filter((one) => one === rank).length);

test('partitions are spread evenly over whoever is there, and as few move as can be', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.array(fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }), { minLength: 1, maxLength: 6 }),
      (partitions, turns) => {
        const lanes = lanesOf(partitions, 7, 1);
        for (const members of turns) {
          const before = Int32Array.from(lanes.owner);
          regroup(lanes, (rank) => members[rank]!);
          const present = countsOf(lanes).filter((_, rank) => members[rank]);
          if (present.length === 0) {
            expect([...lanes.owner].every((rank) => rank === -1)).toBe(true);
            continue;
          }
          expect(Math.max(...present) - Math.min(...present)).toBeLessThanOrEqual(1);
          expect(present.reduce((a, b) => a + b, 0)).toBe(partitions);
          const kept = before.filter((rank, lane) => rank !== -1 && members[rank] && lanes.owner[lane] === rank).length;
          const share = Math.floor(partitions / present.length);
          const couldStay = [...members.keys()].reduce(
            (sum, rank) => sum + (members[rank] ? Math.min(share, before.filter((one) => one === rank).length) : 0),
            0,
          );
          expect(kept).toBeGreaterThanOrEqual(couldStay);
        }
      },
    ),
  );
});

test('messages are neither made nor lost on their way through the lanes', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(500), fc.nat(900)), { minLength: 1, maxLength: 30 }), (turns) => {
      const lanes = lanesOf(5, 3, turns.length);
      for (const [step, [arrived, could]] of turns.entries()) {
        const before = totalOf(lanes);
        flowThrough(lanes, step, arrived, () => could);
        const left = before + 5 * arrived - totalOf(lanes);
        expect(left).toBeGreaterThanOrEqual(-1e-6);
        expect(left).toBeLessThanOrEqual(3 * could + 1e-6);
      }
    }),
  );
});

test('a slow reader makes its own partitions old, however idle the others are', () => {
  const lanes = lanesOf(6, 3, 60);
  for (let step = 0; step < 60; step++) flowThrough(lanes, step, 100, (rank) => (rank === 0 ? 100 : 5_000));
  // It does half of what comes to it.
  expect(oldestOf(lanes, 59, stepMs)).toBeCloseTo(0.5 * 60 * stepMs, -3);
  expect(totalOf(lanes)).toBeCloseTo(60 * 100, 3);
});

test('what has waited since an instant is as old as that', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 590_000 }), (ageMs) => {
      const waiting = nothingWaiting(2);
      putPast(waiting, 1_000, ageMs, stepMs);
      expect(oldestMs(waiting, -1, stepMs)).toBeCloseTo(Math.max(ageMs, stepMs / 1_000), 3);
      expect(waiting.total).toBeCloseTo(1_000, 6);
    }),
  );
});
