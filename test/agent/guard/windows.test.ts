import { expect, test } from 'vitest';
import { compileWindow, isKnownZone, parseInstantMs } from '../../../agent/guard/windows.ts';

const hourMs = 3_600_000;

function spanAt(cron: string, lastsMs: number, zone: string) {
  const compiled = compileWindow(cron, lastsMs, zone);
  if (!compiled.ok) throw new Error(compiled.message);
  return (at: string) => compiled.spanAt(parseInstantMs(at, 'UTC')!);
}

test('a window begins on the minute and ends before its last instant', () => {
  const night = spanAt('0 22 * * *', 8 * hourMs, 'UTC');
  expect(night('2026-03-03T21:59:59')).toBeNull();
  expect(night('2026-03-03T22:00')).not.toBeNull();
  expect(night('2026-03-04T05:59:59')).not.toBeNull();
  expect(night('2026-03-04T06:00')).toBeNull();
});

test('it begins by the clock of its zone, in summer and in winter', () => {
  const freeze = spanAt('0 16 * * FRI', 64 * hourMs, 'Europe/Berlin');
  expect(freeze('2026-03-06T14:59Z')).toBeNull();
  expect(freeze('2026-03-06T15:00Z')).not.toBeNull();
  expect(freeze('2026-06-05T13:59Z')).toBeNull();
  expect(freeze('2026-06-05T14:00Z')).not.toBeNull();
});

test('a clock change does not change its length', () => {
  const night = spanAt('0 22 * * *', 8 * hourMs, 'Europe/Berlin');
  const span = night('2026-03-28T23:00Z')!; // the clocks go forward at 01:00 UTC
  expect(span.toMs - span.fromMs).toBe(8 * hourMs);
});

test('the remembered answer is that of the instant asked, in whatever order', () => {
  const night = spanAt('0 22 * * *', 8 * hourMs, 'UTC');
  const asked = ['2026-03-03T23:00', '2026-03-03T12:00', '2026-03-04T05:00', '2026-03-01T23:30', '2026-03-03T23:00'];
  expect(asked.map((at) => night(at) !== null)).toEqual([true, false, true, true, true]);
});

test('instants are local to a zone unless they say otherwise', () => {
  expect(parseInstantMs('2026-03-03T10:00', 'Europe/Berlin')).toBe(1_772_528_400_000);
  expect(parseInstantMs('2026-03-03T09:00:00Z', 'Europe/Berlin')).toBe(1_772_528_400_000);
  expect(parseInstantMs('2026-03-03T11:30+02:30', 'UTC')).toBe(1_772_528_400_000);
  for (const text of ['noon', '2026-03-03', '2026-03-03 10:00', '']) expect(parseInstantMs(text, 'UTC')).toBeNull();
});

test('zones are those of the time zone database', () => {
  expect(['UTC', 'Europe/Berlin'].every(isKnownZone)).toBe(true);
  expect(['Mars/Olympus', ''].some(isKnownZone)).toBe(false);
});

test('what cannot be a window says why in one sentence', () => {
  expect(compileWindow('0 0 30 2 *', 1, 'UTC')).toEqual({ ok: false, message: 'never begins' });
  const broken = compileWindow('61 0 * * *', 1, 'UTC');
  expect(broken).toMatchObject({ ok: false, message: expect.stringMatching(/^CronPattern: .*61/) });
  expect(broken.ok || broken.message).not.toContain('. ');
});

test('an instant has nothing before it and nothing after it', () => {
  const read = (text: string) => parseInstantMs(text, 'UTC');
  const noon = Date.UTC(2026, 2, 3, 12);
  expect(read('2026-03-03T12:00')).toBe(noon);
  expect(read('2026-03-03T12:00:30')).toBe(noon + 30_000);
  expect(read('2026-03-03T12:00Z')).toBe(noon);
  expect(read('2026-03-03T12:00:30Z')).toBe(noon + 30_000);
  expect(read('2026-03-03T12:00+01:30')).toBe(noon - 5_400_000);
  expect(read('2026-03-03T12:00-01:30')).toBe(noon + 5_400_000);
  expect(['x2026-03-03T12:00', '2026-03-03T12:00x', '2026-13-03T12:00', 'noon', ''].map(read)).toEqual(
    Array(5).fill(null),
  );
});
