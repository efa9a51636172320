import { expect, test } from 'vitest';
import { noiseFrom } from '../../../../bench/random.ts';
import type { Signal } from '../../../../model/signal.ts';
import { Watched } from './watched.ts';

const workers = ['worker-1', 'worker-2', 'worker-3', 'worker-4'];
const calmTicks = 180;

/** Processors at 20 % and 50 MB of memory, every five seconds; `odd` says whose processor and memory jump in a tick. */
function watched(ticks: number, odd: (tick: number, id: string) => { cpu?: boolean; memory?: boolean }): Signal[] {
  const seen = new Watched(workers);
  const noise = noiseFrom(9);
  for (let tick = 0; tick < ticks; tick += 1) {
    const samples = workers.flatMap((id) => {
      const { cpu = false, memory = false } = odd(tick, id);
      return [
        seen.gauge(id, 'cpu.utilization', '1', 0.2 + 0.01 * noise() + (cpu ? 0.6 : 0)),
        seen.gauge(id, 'memory.usage', 'By', 5e7 + 1e6 * noise() + (memory ? 4e8 : 0)),
      ];
    });
    seen.tick(samples, 5_000);
  }
  return seen.changed.filter(({ kind, clearedAtMs }) => kind === 'multivariate' && clearedAtMs === null);
}

test('metrics of one place that jump in the same sample are told at once, each by name', () => {
  const told = watched(calmTicks + 1, (tick, id) =>
    tick === calmTicks && id !== 'worker-4' ? { cpu: true, memory: id === 'worker-1' } : {},
  );
  expect(told.map(({ entity }) => entity)).toContainEqual({ kind: 'workload', id: 'worker' });
  expect(told[0]).toMatchObject({ severity: 'info', model: 'joint' });
  expect(told[0]!.explanation).toMatch(/^4 metrics left what is usual together: worker-\d .*, usual .*; and 1 more$/);
});

test('one wild sample is not told, nor are wild samples one after another', () => {
  expect(watched(calmTicks + 1, (tick, id) => ({ cpu: tick === calmTicks && id === 'worker-1' }))).toEqual([]);
  const inTurn = (tick: number, id: string) => ({ cpu: tick > calmTicks && id === workers[(tick - calmTicks) / 2] });
  expect(watched(calmTicks + 10, inTurn)).toEqual([]);
});

test('it takes more witnesses of a metric that is often far off by itself', () => {
  const both = (tick: number, id: string) => tick === calmTicks && (id === 'worker-1' || id === 'worker-2');
  const restless = (tick: number, id: string) => id === 'worker-4' && tick > 40 && tick % 4 === 0 && tick < calmTicks;
  expect(watched(calmTicks + 1, (tick, id) => ({ cpu: both(tick, id) }))).not.toEqual([]);
  expect(watched(calmTicks + 1, (tick, id) => ({ cpu: both(tick, id) || restless(tick, id) }))).toEqual([]);
});

test('what each tells by itself is not told together any more', () => {
  const told = watched(calmTicks + 40, (tick, id) => ({ cpu: tick >= calmTicks && id !== 'worker-4' }));
  expect(told.filter(({ entity }) => entity.kind === 'workload')).toHaveLength(1);
});
