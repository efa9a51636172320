import { expect, test } from 'vitest';
import { backtestDetect, backtestForecast, backtestLogs } from '../../../agent/analyze/backtest.ts';

const season = 96;
const rows = 6 * season;
const atMs = Array.from({ length: rows }, (_, row) => row * 900_000);
/** A daily wave with noise from a small congruential generator, the same in every run. */
let state = 7;
const noise = () => {
  state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
  return state / 2_147_483_648 - 0.5;
};
const wave = atMs.map((_, row) => 100 + 30 * Math.sin((2 * Math.PI * row) / season) + 8 * noise());

test('finds the rows in which a series stood out, and nothing in a calm one', () => {
  const odd = wave.map((value, row) => (row >= 500 && row < 510 ? value + 90 : value));
  const [episode, ...others] = backtestDetect(odd, atMs).episodes;
  expect(others).toEqual([]);
  expect(episode!.firstRow).toBe(500);
  expect(episode!.explanation).toMatch(/^2\d\d, usual \d+(\.\d)? to \d+(\.\d)? at this hour; /);
  expect(backtestDetect(wave, atMs).episodes).toEqual([]);
});

test('says of a row nothing that a later row could change', () => {
  const odd = wave.map((value, row) => (row >= 400 && row < 404 ? value + 90 : value));
  const whole = backtestDetect(odd, atMs).episodes;
  expect(backtestDetect(odd.slice(0, 450), atMs.slice(0, 450)).episodes).toEqual(
    whole.filter((one) => one.lastRow < 450),
  );
});

test('compares its forecasts with what came', () => {
  const result = backtestForecast(wave, season);
  expect(result?.origins).toBeGreaterThan(1);
  expect(result?.errorRatio).toBeLessThan(1);
  expect(result?.next.mean).toHaveLength(season);
});

test('abstains on a series that is too short or repeats exactly', () => {
  expect(backtestForecast(wave.slice(0, 2 * season), season)).toBeNull();
  expect(backtestForecast(new Array(rows).fill(7), season)).toBeNull();
});

test('mines templates, the most frequent first', () => {
  const lines = [1, 2, 3].flatMap((n) => [`job ${n} finished`, `job ${n} finished`]).concat('shutting down');
  expect(backtestLogs(lines)).toEqual([
    { template: 'job <*> finished', lines: 6 },
    { template: 'shutting down', lines: 1 },
  ]);
});

test('a gap leaves the hours in step, in cells as in rows', () => {
  const odd = wave.map((value, row) => (row >= 500 && row < 510 ? value + 90 : value));
  const gaps = odd.map((value, row) => (row % 7 === 3 && row < 490 ? Number.NaN : value));
  expect(backtestDetect(gaps, atMs).episodes.map(({ firstRow }) => firstRow)).toEqual([500]);
  const rowsLeft = gaps.flatMap((value, row) => (Number.isNaN(value) ? [] : [row]));
  const { episodes } = backtestDetect(
    rowsLeft.map((row) => gaps[row]!),
    rowsLeft.map((row) => atMs[row]!),
  );
  expect(episodes.map(({ firstRow }) => rowsLeft[firstRow])).toEqual([500]);
});

test('values below zero keep a band on both sides', () => {
  const cold = wave.map((value) => value - 150);
  const { next } = backtestForecast(cold, season)!;
  expect(next.mean.every((mean, i) => next.q10[i]! < mean && mean < next.q90[i]!)).toBe(true);
  expect(Math.min(...next.mean)).toBeLessThan(-60);
});
