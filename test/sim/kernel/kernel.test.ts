import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventLadder } from '../../../sim/kernel/event-ladder.ts';
import { Kernel } from '../../../sim/kernel/kernel.ts';
import { RandomStream } from '../../../sim/kernel/random.ts';

test('pops events by time, and those of one time in order of insertion', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(20), fc.nat(100_000)), { maxLength: 300 }), (times) => {
      const heap = new EventLadder();
      for (const [id, time] of times.entries()) heap.push(time, id);
      const expected = times.map((time, id) => ({ time, id })).sort((a, b) => a.time - b.time || a.id - b.id);
      expect(times.map(() => heap.pop())).toEqual(expected.map((event) => event.id));
    }),
  );
});

test('keeps the order when pushes and pops mix', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.oneof(fc.nat(50), fc.nat(100_000))), { maxLength: 600 }), (moves) => {
      const heap = new EventLadder();
      const model: { time: number; id: number }[] = [];
      for (const [id, time] of moves.entries()) {
        if (time !== null) {
          heap.push(time, id);
          model.push({ time, id });
          model.sort((a, b) => a.time - b.time || a.id - b.id);
        } else if (model.length > 0) expect(heap.pop()).toBe(model.shift()!.id);
      }
      expect(heap.size).toBe(model.length);
    }),
  );
});

test('runs events up to and including a moment and then stands there', () => {
  const kernel = new Kernel(1000);
  const seen: number[] = [];
  for (const atMs of [1500, 1200, 2001, 2000]) kernel.setAt(atMs, () => seen.push(kernel.nowMs()));
  kernel.runUntilMs(2000);
  expect(seen).toEqual([1200, 1500, 2000]);
  expect(kernel.nowMs()).toBe(2000);
});

test('a moment in the past means now, never earlier', () => {
  const kernel = new Kernel(1000);
  const seen: number[] = [];
  kernel.setAt(1500, () => kernel.setAt(10, () => seen.push(kernel.nowMs())));
  kernel.runUntilMs(3000);
  expect(seen).toEqual([1500]);
});

test('a cancelled event does not run, and a late cancel spares whoever reused its place', () => {
  const kernel = new Kernel(0);
  const seen: string[] = [];
  const cancelFirst = kernel.setAt(10, () => seen.push('first'));
  kernel.runUntilMs(10);
  kernel.setAt(20, () => seen.push('second'));
  const cancelThird = kernel.setAt(30, () => seen.push('third'));
  cancelFirst();
  cancelThird();
  kernel.runUntilMs(100);
  expect(seen).toEqual(['first', 'second']);
});

test('a periodic event comes at every period until it is ended', () => {
  const kernel = new Kernel(0);
  const seen: number[] = [];
  const end = kernel.every(10, 5, () => {
    seen.push(kernel.nowMs());
    if (seen.length === 3) end();
  });
  kernel.runUntilMs(100);
  expect(seen).toEqual([5, 15, 25]);
});

test('keeps the order of a crowd, which goes through the buckets', () => {
  const random = new RandomStream('crowd');
  const ladder = new EventLadder();
  const pending: { time: number; id: number }[] = [];
  for (let id = 0; id < 5000; id++) {
    const time = Math.floor(random.exponential(1000));
    ladder.push(time, id);
    pending.push({ time, id });
  }
  const expected = pending.sort((a, b) => a.time - b.time || a.id - b.id).map((event) => event.id);
  expect(Array.from({ length: 5000 }, () => ladder.pop())).toEqual(expected);
  expect(ladder.nextTime()).toBe(Number.POSITIVE_INFINITY);
});
