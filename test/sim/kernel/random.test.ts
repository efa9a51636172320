import { expect, test } from 'vitest';
import { RandomStream, Streams } from '../../../sim/kernel/random.ts';

const draw = (stream: RandomStream, count: number): number[] => Array.from({ length: count }, () => stream.next());

test('the same seed and name give the same numbers, another name or seed gives others', () => {
  const first = draw(new Streams(7).of('load/orders'), 50);
  expect(draw(new Streams(7).of('load/orders'), 50)).toEqual(first);
  expect(draw(new Streams(8).of('load/orders'), 50)).not.toEqual(first);
  expect(draw(new Streams(7).of('load/other'), 50)).not.toEqual(first);
});

test('what one stream draws does not shift another', () => {
  const quiet = new Streams(3);
  const busy = new Streams(3);
  draw(busy.of('faults'), 1000);
  expect(draw(busy.of('load'), 20)).toEqual(draw(quiet.of('load'), 20));
});

test('uniform numbers fill ten bins evenly (chi-square with nine degrees of freedom)', () => {
  const stream = new RandomStream('chi');
  const bins = new Array<number>(10).fill(0);
  for (let i = 0; i < 100_000; i++) bins[Math.floor(stream.next() * 10)]!++;
  const chiSquare = bins.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
  // 27.9 is exceeded once in a thousand seeds; the seed is fixed.
  expect(chiSquare).toBeLessThan(27.9);
});

test.each([
  ['exponential', (stream: RandomStream) => stream.exponential(4), 4, 16],
  ['normal', (stream: RandomStream) => stream.normal(), 0, 1],
  ['poisson of a small mean', (stream: RandomStream) => stream.poisson(3), 3, 3],
  ['poisson of a large mean', (stream: RandomStream) => stream.poisson(400), 400, 400],
] as const)('%s has its mean and its variance', (_name, next, mean, variance) => {
  const stream = new RandomStream('moments');
  const values = Array.from({ length: 50_000 }, () => next(stream));
  const average = values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / values.length;
  expect(Math.abs(average - mean)).toBeLessThan(4 * Math.sqrt(variance / values.length));
  expect(Math.abs(spread / variance - 1)).toBeLessThan(0.05);
});
