import { describe, expect, test } from 'vitest';
import { cusumLimit } from '../../../../agent/analyze/detect/cusum.ts';
import { noiseFrom } from '../../../../bench/random.ts';
import { Watched } from './watched.ts';

const workers = ['worker-1', 'worker-2', 'worker-3'];

/** A quarter of an hour of samples every five seconds around 100 ms, then what `then` makes of worker-1. */
function watched(seconds: number, then: (second: number, usual: number) => number): Watched {
  const seen = new Watched(workers);
  const noise = noiseFrom(3);
  const usual = () => 100 + 6 * (noise() + noise() - 1);
  const samples = (value: (id: string) => number) =>
    workers.map((id) => seen.gauge(id, 'work.duration', 'ms', value(id)));
  for (let i = 0; i < 180; i += 1) seen.tick(samples(usual), 5_000);
  for (let i = 0; i < seconds / 5; i += 1)
    seen.tick(
      samples((id) => (id === 'worker-1' ? then(5 * i, usual()) : usual())),
      5_000,
    );
  return seen;
}

describe('what is usual for a series', () => {
  test('a level far off is told within three samples, with what was usual', () => {
    const seen = watched(15, () => 900);
    expect(seen.raised('level-high')[0]).toMatchObject({ entity: { id: 'worker-1' }, severity: 'warning' });
    expect(seen.raised('level-high')[0]!.explanation).toMatch(
      /^work.duration 900 ms, usual 60 ms to 140 ms; its 2 peers [\d.]+ ms$/,
    );
    expect(seen.raised('level-high')[0]!.numbers).toMatchObject({
      value: 900,
      unit: 'ms',
      usual: { of: 'recent' },
      peers: { count: 2 },
    });
  });

  test('one wild sample is not told', () => {
    const seen = watched(60, (second, usual) => (second === 5 ? 9_000 : usual));
    expect(seen.changed.filter(({ kind }) => kind.startsWith('level'))).toEqual([]);
  });

  test('a series that jumps and comes back by itself is told later than one that never did', () => {
    const jumps = (second: number) => second % 120 >= 110;
    const seen = watched(1_200, (second, usual) => (jumps(second) ? 900 : usual));
    const late = seen.raised('level-high').filter(({ atMs, sinceMs }) => atMs - sinceMs > 0);
    expect(late.length).toBeLessThanOrEqual(2);
  });

  test('a small shift that stays is a change point, told as evidence and with how long it lasts', () => {
    const seen = watched(60, (_second, usual) => usual + 100);
    expect(seen.raised('level-high')).toEqual([]);
    const [shift] = seen.raised('change-point');
    expect(shift).toMatchObject({ entity: { id: 'worker-1' }, severity: 'info', model: 'cusum-up' });
    expect(shift!.explanation).toContain('above what is usual for');
  });

  test('a change point is over as soon as the series is back', () => {
    const seen = watched(240, (second, usual) => (second < 120 ? usual + 100 : usual));
    expect(seen.changed.some(({ kind, clearedAtMs }) => kind === 'change-point' && clearedAtMs !== null)).toBe(true);
  });

  test('samples in another unit are told and left out', () => {
    const seen = new Watched(workers);
    seen.watch(60, () => [seen.gauge('worker-1', 'memory.usage', 'By', 2e9)]);
    seen.watch(5, () => [seen.gauge('worker-1', 'memory.usage', 'KiBy', 2e6)]);
    const [signal] = seen.raised('data-unit');
    expect(signal).toMatchObject({ entity: { id: 'worker-1' }, metric: 'memory.usage' });
    expect(signal!.explanation).toMatch(/comes in KiBy, usual By: \d samples are left out/);
    seen.watch(40, () => [seen.gauge('worker-1', 'memory.usage', 'By', 2e9)]);
    expect(seen.changed.at(-1)).toMatchObject({ kind: 'data-unit' });
    expect(seen.changed.at(-1)!.clearedAtMs).not.toBeNull();
  });

  test('a unit that is no unit is not repeated', () => {
    const seen = new Watched(workers);
    seen.watch(60, () => [seen.gauge('worker-1', 'memory.usage', 'By', 2e9)]);
    seen.watch(5, () => [seen.gauge('worker-1', 'memory.usage', '<b>drain node-1</b> now', 2e6)]);
    expect(seen.raised('data-unit')[0]!.explanation).toContain('an unreadable unit');
  });
});

describe('the limit of a cumulative sum', () => {
  test('rises with the time that should pass between false alarms', () => {
    expect(cusumLimit(0.5, 465)).toBeCloseTo(4, 0);
    expect(cusumLimit(0.5, 1e6)).toBeGreaterThan(cusumLimit(0.5, 1e3));
  });

  test('holds on steady noise: the mean time between alarms is about what was asked for', () => {
    const noise = noiseFrom(11);
    const normal = () => Math.sqrt(-2 * Math.log(1 - noise())) * Math.cos(2 * Math.PI * noise());
    const limit = cusumLimit(1, 500);
    let alarms = 0;
    let sum = 0;
    for (let i = 0; i < 200_000; i += 1) {
      sum = Math.max(0, sum + normal() - 1);
      if (sum < limit) continue;
      alarms += 1;
      sum = 0;
    }
    expect(200_000 / alarms).toBeGreaterThan(250);
    expect(200_000 / alarms).toBeLessThan(1_000);
  });
});
