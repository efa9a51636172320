import { expect, test } from 'vitest';
import { type Pair, pairedDifference } from '../../sim/chaos/paired.ts';
import { RandomStream } from '../../sim/kernel/random.ts';

/** Scenarios that differ by hours, each with five seeds; the agent saves about a minute wherever it plays. */
function suite(scenarios: number, savedMs: (scenario: number) => number): Pair[] {
  return Array.from({ length: scenarios * 5 }, (_, index) => {
    const scenario = Math.floor(index / 5);
    const lostMsOther = 100_000 + scenario * 3_600_000;
    return { scenario: `s${scenario}`, lostMs: lostMsOther - savedMs(scenario), lostMsOther };
  });
}

test('what scenarios differ by does not widen the interval: only differences within pairs count', () => {
  expect(pairedDifference(suite(20, () => 60_000))).toEqual({
    pairs: 100,
    better: 100,
    worse: 0,
    savedMs: 60_000,
    savedMs95: [60_000, 60_000],
  });
});

test('what is lost more is told as plainly as what is saved', () => {
  const { better, worse, savedMs, savedMs95 } = pairedDifference(
    suite(4, (scenario) => (scenario === 0 ? 1 : -3) * 60_000),
  );
  expect([better, worse, savedMs]).toEqual([5, 15, -120_000]);
  expect(savedMs95![0]).toBeLessThan(-120_000);
  expect(savedMs95![1]).toBeGreaterThan(-120_000);
});

test('seeds of one scenario do not count as so many scenarios', () => {
  const whole = pairedDifference(suite(8, (scenario) => scenario * 60_000)).savedMs95!;
  const asIfEachSeedWereOne = suite(8, (scenario) => scenario * 60_000).map((pair, i) => ({
    ...pair,
    scenario: `${i}`,
  }));
  const narrow = pairedDifference(asIfEachSeedWereOne).savedMs95!;
  expect(whole[1] - whole[0]).toBeGreaterThan(1.8 * (narrow[1] - narrow[0]));
});

test('the interval holds the true mean about as often as it says', () => {
  const random = new RandomStream('coverage');
  let held = 0;
  for (let trial = 0; trial < 200; trial++) {
    const pairs = Array.from({ length: 30 }, (_, index): Pair => {
      const lostMsOther = 1e6 + random.below(1e6);
      return { scenario: `s${index}`, lostMs: lostMsOther - Math.round(1000 + 5000 * random.normal()), lostMsOther };
    });
    const [low, high] = pairedDifference(pairs).savedMs95!;
    if (low <= 1000 && 1000 <= high) held++;
  }
  expect(held / 200).toBeGreaterThan(0.88);
  expect(held / 200).toBeLessThan(0.99);
});

test('one pair has no interval', () => {
  expect(pairedDifference([{ scenario: 's', lostMs: 1, lostMsOther: 3 }]).savedMs95).toBeNull();
});
