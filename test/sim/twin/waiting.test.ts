import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RandomStream } from '../../../sim/kernel/random.ts';
import { arrivalModel, drawArrivals } from '../../../sim/twin/arrivals.ts';
import { nothingWaiting, oldestMs, pastSteps, put, take } from '../../../sim/twin/waiting.ts';

const stepMs = 10_000;

test('messages are neither made nor lost, and leave in the order in which they came', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(1_000), fc.nat(1_000)), { minLength: 1, maxLength: 60 }), (turns) => {
      const waiting = nothingWaiting(turns.length);
      let came = 0;
      let left = 0;
      for (const [step, [arrived, could]] of turns.entries()) {
        put(waiting, pastSteps + step, arrived);
        came += arrived;
        const before = waiting.total;
        take(waiting, could);
        left += before - waiting.total;
        expect(waiting.total).toBeCloseTo(
          waiting.left.reduce((sum, one) => sum + one, 0),
          3,
        );
        expect(oldestMs(waiting, step, stepMs)).toBeLessThanOrEqual((step + 1) * stepMs);
      }
      expect(came - left).toBeCloseTo(waiting.total, 3);
    }),
  );
});

test('a step in which nothing came is never the oldest', () => {
  const waiting = nothingWaiting(3);
  put(waiting, pastSteps, 5);
  put(waiting, pastSteps + 2, 7);
  take(waiting, 5);
  expect(oldestMs(waiting, 2, stepMs)).toBe(stepMs);
});

test('the oldest of an overloaded queue ages by what it lacks', () => {
  // 100 come and 80 leave per step: after n steps the oldest came at 0.8 n.
  const waiting = nothingWaiting(50);
  for (let step = 0; step < 50; step++) {
    put(waiting, pastSteps + step, 100);
    take(waiting, 80);
    expect(oldestMs(waiting, step, stepMs)).toBeCloseTo(0.2 * (step + 1) * stepMs, 3);
  }
});

function noisy(levelAt: (step: number) => number, random = new RandomStream('arrivals')): Float64Array {
  return Float64Array.from({ length: 120 }, (_, step) => random.poisson(levelAt(step)));
}

test('a steady load is no new regime, whatever its noise', () => {
  const model = arrivalModel(noisy(() => 6_000))!;
  expect(model.before).toBe(model.level);
  expect(Math.abs(model.level - 6_000)).toBeLessThan(150);
  expect(Math.abs(model.slopePerStep)).toBeLessThan(2);
});

test('a load that jumped 20 s ago is at its new level, and known to have been lower', () => {
  const model = arrivalModel(noisy((step) => (step < 118 ? 6_000 : 10_000)))!;
  expect(Math.abs(model.level - 10_000)).toBeLessThan(300);
  expect(Math.abs(model.before - 6_000)).toBeLessThan(150);
  expect(model.regimeSteps).toBe(2);
});

test('a load that climbs is a drift and no regime', () => {
  const model = arrivalModel(noisy((step) => 6_000 + 30 * step))!;
  expect(model.before).toBe(model.level);
  expect(model.slopePerStep).toBeGreaterThan(24);
  expect(model.slopePerStep).toBeLessThan(36);
});

test('the end of a changed load comes later the longer it has lasted', () => {
  const over = (regimeSteps: number) => {
    const random = new RandomStream('ends');
    const model = { level: 10_000, before: 6_000, regimeSteps, slopePerStep: 0, noise: 0, walk: 0 };
    const ended = Array.from({ length: 400 }, () => drawArrivals(model, 180, random).at(-1)! < 8_000);
    return ended.filter(Boolean).length / ended.length;
  };
  // P(over within 180 steps) = 180 / (180 + T + 30).
  expect(over(2)).toBeCloseTo(180 / 212, 1);
  expect(over(90)).toBeCloseTo(180 / 300, 1);
});
