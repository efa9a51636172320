import { expect, test } from 'vitest';
import { Announcer } from '../../../../agent/analyze/detect/announcer.ts';
import { Departure } from '../../../../agent/analyze/detect/departure.ts';
import { EpisodeTracker } from '../../../../agent/analyze/detect/episodes.ts';
import { HalfSpaceTrees } from '../../../../agent/analyze/detect/half-space-trees.ts';
import { Motif } from '../../../../agent/analyze/detect/motif.ts';
import { MultivariateDetector } from '../../../../agent/analyze/detect/multivariate.ts';
import { fitMultivariate } from '../../../../agent/analyze/detect/multivariate-model.ts';
import { RareStep } from '../../../../agent/analyze/detect/rare-step.ts';
import { RecordBreak } from '../../../../agent/analyze/detect/record.ts';
import { Seasonal } from '../../../../agent/analyze/detect/seasonal.ts';
import { explainJudgement, SeriesDetector } from '../../../../agent/analyze/detect/series-detector.ts';
import { applicationMetrics, serverMetrics, serviceSeries } from '../../../../agent/analyze/detect/settings.ts';
import { TierZero } from '../../../../agent/analyze/detect/tier-zero.ts';
import { ValueHistory } from '../../../../agent/analyze/detect/value-history.ts';
import { dailyWave, fiveMinutesMs, seededNoise } from './synthetic.ts';

test('a departure is many usual steps for a jump and about one for noise', () => {
  const noise = seededNoise(1);
  const family = new Departure(24);
  let usual = 0;
  for (let i = 0; i < 500; i++) usual = family.update(10 + noise());
  expect(usual).toBeLessThan(5);
  expect(family.update(30)).toBeGreaterThan(30);
});

test('the season knows that noon is not midnight', () => {
  const family = new Seasonal();
  const wave = dailyWave(288 * 5, 2);
  let last = 0;
  wave.forEach((value, i) => {
    last = family.update(value, i * fiveMinutesMs);
  });
  expect(last).toBeLessThan(5);
  const midnightLevelAtNoon = wave[288 * 5 - 216]! + 12;
  expect(family.update(midnightLevelAtNoon, 288 * 5 * fiveMinutesMs)).toBeGreaterThan(5);
});

test('only a value beyond all earlier ones is a record', () => {
  const family = new RecordBreak();
  for (let i = 0; i < 200; i++) family.update(i % 10);
  expect(family.update(9)).toBe(0);
  expect(family.update(18)).toBeCloseTo(1, 1);
  expect(family.update(18)).toBe(0);
});

test('a shape never seen is novel, the same shape again is not', () => {
  const family = new Motif({ rowsPerPoint: 1, pointsPerShape: 6, shapesMax: 1000 });
  const play = (values: number[]): number => Math.max(...values.map((value) => family.update(value)));
  const beat = [0, 1, 0, 3, 0, 1, 0, 2];
  const noise = seededNoise(3);
  for (let i = 0; i < 60; i++) play(beat.map((value) => value + 0.1 * noise()));
  expect(play([0, 1, 2, 3, 2, 1, 0, 2])).toBeGreaterThan(2);
  for (let i = 0; i < 5; i++) play(beat);
  expect(play([0, 1, 2, 3, 2, 1, 0, 2])).toBeLessThan(1.5);
});

test('usual values in an unusual order are a rare step', () => {
  const family = new RareStep(10);
  let usual = 0;
  for (let i = 0; i < 800; i++) usual = family.update(i % 8);
  let strange = 0;
  for (let i = 0; i < 12; i++) strange = Math.max(strange, family.update((i * 3) % 8));
  expect(usual).toBeLessThan(1);
  expect(strange).toBeGreaterThan(2);
});

test('a thinned history keeps its quantiles and a recent one forgets', () => {
  const even = new ValueHistory(64, 'even');
  const recent = new ValueHistory(64, 'recent');
  for (let i = 0; i < 10_000; i++) {
    even.push(i);
    recent.push(i);
  }
  expect(even.quantile(0.5)).toBeGreaterThan(4000);
  expect(even.quantile(0.5)).toBeLessThan(6000);
  expect(recent.quantile(0)).toBeGreaterThan(9900);
});

test('an event is announced once as it grows, and again only when it is forgotten', () => {
  const announcer = new Announcer(5, 0.1);
  expect([0, 1, 1, 0.9, 2, 1, 0, 0, 0, 0, 0, 1].map((score) => announcer.push(score))).toEqual([
    0, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 1,
  ]);
});

test('a short calm does not split an alert, and a long alert ends', () => {
  const tracker = new EpisodeTracker({ raiseAt: 1, quietRows: 2, rowsMax: 6 });
  for (const level of [0, 1, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1]) tracker.push(level);
  expect(tracker.episodes).toEqual([
    { firstRow: 1, lastRow: 4 },
    { firstRow: 8, lastRow: 13 },
  ]);
});

test('a spike in a service series raises an alert whose words carry the numbers', () => {
  const detector = new SeriesDetector(serviceSeries.detector);
  dailyWave(288 * 3, 6).forEach((value, i) => void detector.update(value, i * fiveMinutesMs));
  const judgement = detector.update(90, 288 * 3 * fiveMinutesMs);
  expect(judgement.level).toBeGreaterThan(serviceSeries.alert.raiseAt);
  expect(explainJudgement(90, judgement, 'ms')).toMatch(
    /^90 ms, usual \d+(\.\d)? ms to \d+(\.\d)? ms at this hour; \d+\.\d usual deviations off/,
  );
  expect(explainJudgement(Number.NaN, detector.update(Number.NaN, 0), 'ms')).toBe('no value to judge');
});

test('the metric to blame for a jump is named', () => {
  const model = fitMultivariate(
    [1, 2, 3].map((seed) => dailyWave(600, seed)),
    serverMetrics.channels,
  )!;
  const detector = new MultivariateDetector(model, serverMetrics.smoothing);
  const judgement = detector.update([20, 500, 20]);
  expect(judgement.worstMetric).toBe(1);
  expect(judgement.worstShare).toBeGreaterThan(0.8);
});

test('a metric that leaves its relation to the others is strange at a usual value', () => {
  const wave = dailyWave(900, 8);
  const noise = seededNoise(5);
  const columns = [1, 2, 3, 4].map((factor) => wave.map((value) => factor * value + 0.1 * noise()));
  const channels = applicationMetrics.channels.filter((channel) => channel.kind === 'subspace');
  const detector = new MultivariateDetector(fitMultivariate(columns, channels)!, { scoreRows: 1, alertRows: 1 });
  expect(detector.update([20, 40, 60, 80]).score).toBe(0);
  expect(detector.update([20, 40, 60, 50]).score).toBeGreaterThan(0.3);
});

test('half-space trees find a lone row far from the crowd, and repeat themselves from a seed', () => {
  const scores = [1, 2].map(() => {
    const trees = new HalfSpaceTrees(3, seededNoise(11));
    const noise = seededNoise(12);
    const crowd = Array.from({ length: 600 }, () => trees.update([0.5, 0.5, 0.5].map((x) => x + 0.05 * noise())));
    return { crowd: crowd.at(-1)!, lone: trees.update([0.02, 0.97, 0.03]) };
  });
  expect(scores[0]).toEqual(scores[1]);
  expect(scores[0]!.lone).toBeGreaterThan(scores[0]!.crowd);
});

test('tier 0 alarms for the series that jumps or drifts, and for no other', () => {
  const series = 70;
  const tier = new TierZero(series, 50);
  const noise = seededNoise(13);
  const raised = new Set<number>();
  for (let tick = 0; tick < 450; tick++) {
    const values = Float64Array.from({ length: series }, () => 50 + noise());
    if (tick === 350) values[33] = 80;
    if (tick > 350) values[69] = values[69]! + 1;
    if (tick % 3 === 0) values[5] = Number.NaN;
    tier.tick(values, tick % 50);
    for (let i = 0; i < series; i++) if ((tier.alarms[i >> 5]! >>> (i & 31)) & 1) raised.add(i);
  }
  expect([...raised].sort((a, b) => a - b)).toEqual([33, 69]);
});

test('tier 0 stays silent while it learns a series that begins late', () => {
  const tier = new TierZero(2, 1);
  const noise = seededNoise(14);
  let alarms = 0;
  for (let tick = 0; tick < 400; tick++) {
    tier.tick(Float64Array.of(5 + noise(), tick < 200 ? Number.NaN : 1000 + noise()), 0);
    alarms |= tier.alarms[0]!;
  }
  expect(alarms).toBe(0);
});
