import { expect, test } from 'vitest';
import { type OwnUse, watchOwnUse } from '../../agent/own-use.ts';

const limits = { memoryBytes: 100, cpuRatio: 0.5, callsPerMinute: 60 };

/** A process of which a test says what it uses, looking at itself every ten seconds. */
function processOf() {
  const used = { memoryBytes: 50, cpuRatio: 0.1 };
  const tooBig: OwnUse[] = [];
  let nowMs = 0;
  let cpuMs = 0;
  let due: { atMs: number; fire: () => void } | null = null;
  const watch = watchOwnUse(
    limits,
    {
      clock: { nowMs: () => nowMs },
      meter: { memoryBytes: () => used.memoryBytes, cpuMs: () => cpuMs },
      timer: {
        setAt(atMs, fire) {
          due = { atMs, fire };
          return () => {
            due = null;
          };
        },
      },
    },
    (use) => tooBig.push(use),
  );
  const looks = (count: number) => {
    for (let i = 0; i < count && due !== null; i += 1) {
      const { atMs, fire }: { atMs: number; fire: () => void } = due;
      cpuMs += (atMs - nowMs) * used.cpuRatio;
      nowMs = atMs;
      fire();
    }
  };
  return { used, tooBig, watch, looks };
}

test('a minute above the limit of processor time slows the loop down, and calm restores its pace', () => {
  const { used, watch, looks } = processOf();
  used.cpuRatio = 0.9;
  looks(5);
  expect(watch.stretch()).toBe(1);
  looks(1);
  expect(watch.stretch()).toBe(2);
  looks(100);
  expect(watch.stretch()).toBe(10);
  used.cpuRatio = 0.4;
  looks(10);
  expect(watch.stretch()).toBe(10);
  used.cpuRatio = 0.1;
  looks(9);
  expect(watch.stretch()).toBe(1);
  expect(watch.use()).toMatchObject({ memoryBytes: 50 });
});

test('a minute above the limit of memory is told once; a peak is not', () => {
  const { used, tooBig, watch, looks } = processOf();
  used.memoryBytes = 101;
  looks(5);
  used.memoryBytes = 100;
  looks(1);
  used.memoryBytes = 101;
  looks(5);
  expect(tooBig).toEqual([]);
  looks(20);
  expect(tooBig).toMatchObject([{ memoryBytes: 101 }]);
  watch.stop();
});
