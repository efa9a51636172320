import { expect, test } from 'vitest';
import { logOdds } from '../../../../agent/analyze/failure/boosted-trees.ts';
import { trainBoostedTrees } from '../../../../bench/accuracy/train/boosting.ts';
import { fitIsotonic } from '../../../../bench/accuracy/train/isotonic.ts';
import { alarmScoreAt, shareDetected } from '../../../../bench/accuracy/train/threshold.ts';

const settings = { trees: 30, depth: 2, learningRate: 0.3, minLeafWeight: 5, l2: 1, featureShare: 1, seed: 3 };

/** Fails where both features are high: neither alone tells. */
function rows() {
  const a = Float64Array.from({ length: 400 }, (_, i) => i % 20);
  const b = Float64Array.from({ length: 400 }, (_, i) => Math.floor(i / 20));
  const failed = Uint8Array.from(a, (value, i) => (value >= 10 && b[i]! >= 10 ? 1 : 0));
  return { columns: [a, b], failed, weight: new Float64Array(400).fill(1) };
}

test('boosted trees learn that two conditions have to come together', () => {
  const model = trainBoostedTrees(rows(), settings);
  expect(logOdds(model, [15, 15])).toBeGreaterThan(2);
  for (const row of [
    [15, 5],
    [5, 15],
    [5, 5],
  ]) {
    expect(logOdds(model, row)).toBeLessThan(-2);
  }
});

test('the same rows give the same model', () => {
  expect(trainBoostedTrees(rows(), settings)).toEqual(trainBoostedTrees(rows(), settings));
});

test('what each feature adds sums up to the log-odds', () => {
  const model = trainBoostedTrees(rows(), settings);
  const credit = new Float64Array(2);
  const roots = model.trees.reduce((sum, tree) => sum + tree.value[0]!, 0);
  const odds = logOdds(model, [15, 15], credit);
  expect(model.base + roots + credit[0]! + credit[1]!).toBeCloseTo(odds, 6);
});

test('calibration rises and keeps the share that failed', () => {
  const odds = Array.from({ length: 4000 }, (_, i) => i / 1000);
  const failed = odds.map((value, i) => i % 10 < value);
  const steps = fitIsotonic(odds, failed);
  const probabilities = steps.map((step) => step.probability);
  expect(steps.length).toBeGreaterThan(2);
  expect(probabilities).toEqual([...probabilities].sort((x, y) => x - y));
  expect(probabilities.at(-1)).toBeLessThan(0.5);
});

test('the alarm score alarms no more than the allowed share of healthy drives', () => {
  const drive = (score: number, failed: boolean) => ({
    hours: [0],
    scores: [score],
    firstHour: 0,
    endHour: 2000,
    failed,
  });
  const healthy = Array.from({ length: 200 }, (_, i) => drive(i / 200, false));
  const alarmScore = alarmScoreAt(healthy, 0.01);
  expect(healthy.filter((one) => one.scores[0]! >= alarmScore)).toHaveLength(2);
  expect(shareDetected([drive(1, true), drive(0.1, true)], alarmScore)).toBe(0.5);
});
