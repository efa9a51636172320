import { expect, test } from 'vitest';
import type { FactsAnswer } from '../../../agent/ports.ts';
import { type MetricName, wellKnownMetrics } from '../../../model/metrics.ts';
import type { InventoryObservation, MetricSample, Observation } from '../../../model/observation.ts';
import { simCollector } from '../../../sim/adapters/collector.ts';
import { runMinutes, type WorldOptions, worldOf } from '../world-of.ts';

function hear(options: WorldOptions, minutes: number) {
  const world = worldOf(options);
  const heard: { readonly atMs: number; readonly seen: Observation }[] = [];
  const collector = simCollector(world);
  collector.start(
    (batch) => heard.push(...batch.map((seen) => ({ atMs: world.clock.nowMs(), seen }))),
    () => {},
  );
  runMinutes(world, minutes);
  const metrics = heard.filter((entry): entry is { atMs: number; seen: MetricSample } => entry.seen.kind === 'metric');
  const inventories = heard
    .map((entry) => entry.seen)
    .filter((seen): seen is InventoryObservation => seen.kind === 'inventory');
  return { world, collector, heard, metrics, inventories };
}

test('every sample has a well-known name and its unit', () => {
  for (const { seen } of hear({}, 3).metrics)
    expect(seen).toMatchObject({ unit: wellKnownMetrics[seen.name as MetricName].unit, source: 'sim' });
});

test('a picture comes every two seconds and names every instance and edge', () => {
  const { inventories } = hear({}, 2);
  expect(inventories.length).toBeGreaterThanOrEqual(60);
  const { part } = inventories.at(-1)!;
  expect(part.instances).toHaveLength(10);
  expect(part.edges).toContainEqual({
    kind: 'consumes-from',
    from: { kind: 'workload', id: 'worker' },
    to: { kind: 'queue', id: 'orders' },
  });
});

test('some samples are late, some come twice, some never', () => {
  const { metrics } = hear({}, 40);
  const late = metrics.filter((entry) => entry.atMs - entry.seen.observedAtMs >= 3000).length;
  const keys = metrics.map(({ seen }) => `${seen.entity.id} ${seen.name} ${seen.observedAtMs}`);
  expect(late / metrics.length).toBeCloseTo(0.008, 2);
  expect(keys.length - new Set(keys).size).toBeGreaterThan(20);
});

test('a counter starts anew with its process', () => {
  const { metrics } = hear({ faults: ['at: 1m, kind: human-action, target: worker-2, action: instance.restart'] }, 3);
  const values = metrics
    .filter(({ seen }) => seen.entity.id === 'worker-2' && seen.name === 'work.completed')
    .sort((a, b) => a.seen.observedAtMs - b.seen.observedAtMs)
    .map(({ seen }) => seen.value);
  const resets = values.filter((value, index) => index > 0 && value < values[index - 1]!);
  expect(resets).toHaveLength(1);
});

test('a person is heard, and what the person did', () => {
  const { heard } = hear(
    { faults: ['at: 1m, kind: human-action, target: worker-2, action: instance.stop, by: ivo'] },
    2,
  );
  const events = heard.map((entry) => entry.seen).filter((seen) => seen.kind === 'event');
  expect(events.map((seen) => seen.name)).toEqual(['person.acted', 'instance.died']);
  expect(events[0]).toMatchObject({ attributes: { person: 'ivo', action: 'instance.stop' } });
});

test('nothing is heard from behind a cut, and the engine says that it does not know', () => {
  const { metrics, inventories } = hear({ faults: ['at: 1m, kind: partition, target: node-5, lasts: 10m'] }, 5);
  const since = metrics.filter(
    ({ seen }) => seen.entity.id === 'worker-2' && seen.observedAtMs > inventories[0]!.observedAtMs + 61_000,
  );
  expect(since).toEqual([]);
  expect(inventories.at(-1)!.part.instances!.find((one) => one.id === 'worker-2')).toMatchObject({
    state: 'unknown',
    ready: null,
  });
  expect(inventories.at(-1)!.part.nodes!.find((one) => one.id === 'node-5')).toMatchObject({ state: 'not-ready' });
});

test('a collapsed view lists fewer instances than there are', () => {
  const { inventories } = hear(
    { faults: ['at: 1m, kind: telemetry-lost, target: stream-small, inventoryLost: 100%'] },
    2,
  );
  expect(inventories.at(-1)!.part.instances).toEqual([]);
});

test('an exporter that changes its unit says so', () => {
  const { metrics } = hear({ faults: ['at: 1s, kind: telemetry-lying, target: worker-2, how: unit'] }, 2);
  const memory = metrics.filter(({ seen }) => seen.entity.id === 'worker-2' && seen.name === 'memory.usage');
  expect(new Set(memory.map(({ seen }) => seen.unit))).toEqual(new Set(['KiBy']));
});

test('swapped labels show the memory of the sibling', () => {
  const { world, metrics } = hear(
    {
      faults: [
        'at: 1s, kind: telemetry-lying, target: worker-3, how: swap',
        'at: 10s, kind: memory-leak, target: worker-3, rate: 50MiB/min',
      ],
    },
    4,
  );
  const last = (id: string) =>
    metrics.findLast(({ seen }) => seen.entity.id === id && seen.name === 'memory.usage')!.seen.value;
  expect(world.state.instances.get('worker-3')!.memoryBytes).toBeGreaterThan(300 * 1024 ** 2);
  expect(last('worker-4')).toBeGreaterThan(300 * 1024 ** 2);
  expect(last('worker-3')).toBeLessThan(250 * 1024 ** 2);
});

test('fresh facts hold the inventory and the samples that were asked for, once and later', () => {
  const { world, collector } = hear({}, 1);
  const answers: FactsAnswer[] = [];
  collector.readFacts({ entities: [{ kind: 'instance', id: 'worker-1' }], timeoutMs: 5000 }, (answer) =>
    answers.push(answer),
  );
  expect(answers).toEqual([]);
  runMinutes(world, 1);
  expect(answers).toHaveLength(1);
  const [answer] = answers;
  const kinds = answer?.ok ? answer.observations.map((seen) => seen.kind) : [];
  expect(kinds).toEqual(['inventory', 'metric', 'metric', 'metric', 'metric', 'metric']);
});

test('a stopped collector is silent', () => {
  const { world, collector, heard } = hear({}, 1);
  collector.stop();
  const before = heard.length;
  runMinutes(world, 2);
  expect(heard).toHaveLength(before);
});
