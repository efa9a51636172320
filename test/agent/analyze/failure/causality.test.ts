import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backtestFailure, failureAttributes } from '../../../../agent/analyze/backtest-failure.ts';

const modelText = readFileSync(
  join(import.meta.dirname, '../../../../bench/accuracy/models/disk-failure.json'),
  'utf8',
);
const attributes = failureAttributes(modelText) as readonly string[];

/** Lives of disks: hours that grow unevenly, raw values that mostly grow, gaps. */
const lives = fc.array(
  fc.record({
    afterHours: fc.integer({ min: 1, max: 2_000 }),
    values: fc.array(fc.oneof(fc.constant(Number.NaN), fc.constant(0), fc.integer({ min: 1, max: 5_000 })), {
      minLength: attributes.length,
      maxLength: attributes.length,
    }),
  }),
  { minLength: 2, maxLength: 30 },
);

test('cutting the life of a disk at any reading changes no earlier score, nor an alarm before it', () => {
  fc.assert(
    fc.property(lives, fc.nat(), (steps, cutAt) => {
      let hour = 0;
      const readings = steps.map(({ afterHours, values }) => {
        hour += afterHours;
        return { hour, values };
      });
      const cut = 1 + (cutAt % readings.length);
      const play = (seen: typeof readings) =>
        backtestFailure(modelText, new Map([['d', { kind: 'm', sizeTb: 4, readings: seen }]]), new Map()).drives[0]!;
      const [whole, part] = [play(readings), play(readings.slice(0, cut))];
      expect(part.scores).toEqual(whole.scores.slice(0, cut));
      const isBefore = whole.alarmHour !== null && whole.alarmHour <= readings[cut - 1]!.hour;
      expect(part.alarmHour).toBe(isBefore ? whole.alarmHour : null);
    }),
    { numRuns: 60, seed: 4 },
  );
});
