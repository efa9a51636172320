import { expect, test } from 'vitest';
import { foldTrackRecord, wilsonLowerBound } from '../../../agent/guard/track-record.ts';
import { past } from './fixture.ts';

const one = (n: number, more = {}) => past({ decisionId: `D-${n}`, atMs: n, ...more });

test('the lower bound follows the score interval', () => {
  expect(wilsonLowerBound(0, 0)).toBe(0);
  expect(wilsonLowerBound(5, 5)).toBeCloseTo(0.5655, 3);
  expect(wilsonLowerBound(50, 50)).toBeCloseTo(0.9286, 3);
  expect(wilsonLowerBound(9, 10)).toBeCloseTo(0.5958, 3);
  expect(wilsonLowerBound(0, 10)).toBe(0);
});

test('one decision counts once, however many actions it had', () => {
  expect(foldTrackRecord([one(1), one(1), one(2)], 0)).toMatchObject({ succeeded: 2, failed: 0, demoted: false });
  expect(foldTrackRecord([one(1), one(1, { outcome: 'failed' })], 0)).toMatchObject({
    succeeded: 0,
    failed: 1,
    demoted: true,
  });
});

test('people, undo, what is under way, and what would have healed alone earn nothing', () => {
  const nothing = [
    one(1, { by: 'person' }),
    one(2, { purpose: 'undo' }),
    one(3, { outcome: null }),
    one(4, { counts: false }),
    one(5, { outcome: 'inconclusive' }),
  ];
  expect(foldTrackRecord(nothing, 0)).toEqual({ succeeded: 0, failed: 0, lowerBound: 0, demoted: false });
});

test('a failure, an error and a fix that did not help all demote, even where a success would not have counted', () => {
  for (const bad of [
    { outcome: 'failed' },
    { outcome: 'error' },
    { ineffective: true },
    { outcome: 'failed', counts: false },
  ]) {
    expect(foldTrackRecord([one(1, bad)], 0).demoted).toBe(true);
  }
});

test('a reset forgets what came before it', () => {
  const history = [one(1, { outcome: 'failed' }), one(2), one(3)];
  expect(foldTrackRecord(history, 1).demoted).toBe(true);
  expect(foldTrackRecord(history, 2)).toMatchObject({ succeeded: 2, failed: 0, demoted: false });
});
