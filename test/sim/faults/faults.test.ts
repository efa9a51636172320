import { describe, expect, test } from 'vitest';
import type { CauseKind } from '../../../model/incident.ts';
import type { MetricSample, Observation } from '../../../model/observation.ts';
import { simCollector } from '../../../sim/adapters/collector.ts';
import { oldestAgeMs } from '../../../sim/cluster/queues.ts';
import { faultCatalogue } from '../../../sim/faults/catalogue.ts';
import type { World } from '../../../sim/world.ts';
import { type WorldOptions, worldOf } from '../world-of.ts';

/** What is watched: the true state, and what a collector has said since the last look. */
interface View {
  readonly world: World;
  readonly heard: readonly Observation[];
}
type Sign = (view: View) => boolean;

const node = (id: string): ((view: View) => NonNullable<ReturnType<World['state']['nodes']['get']>>) => {
  return ({ world }) => world.state.nodes.get(id)!;
};
const worker = ({ world }: View, id = 'worker-2') => world.state.instances.get(id)!;
const queue = ({ world }: View) => world.state.queues.get('orders') ?? world.state.queues.get('readings')!;
const aged: Sign = (view) => oldestAgeMs(queue(view), view.world.clock.nowMs()) > 20_000;
const samples = ({ heard }: View, entity: string, name: string): MetricSample[] =>
  heard.filter(
    (seen): seen is MetricSample => seen.kind === 'metric' && seen.entity.id === entity && seen.name === name,
  );

interface Case {
  readonly fault: string;
  readonly options?: WorldOptions;
  /** Holds four minutes after the beginning, and at no time without the fault. */
  readonly sign: Sign;
  /** What ends it besides `lasts`; without it the fault must end by itself. */
  readonly mend?: (world: World) => void;
}

const act =
  (name: string, kind: string, id: string, params: object = {}) =>
  (world: World) =>
    world.act(
      { name: 'test', isPerson: false, decisionId: null },
      { name, target: { kind, id }, params } as never,
      () => {},
    );
const restart = (id: string) => act('instance.restart', 'instance', id, { graceMs: 1000 });

const cases: Readonly<Record<CauseKind, Case>> = {
  'instance-crash': {
    fault: 'target: worker-2',
    sign: (view) => worker(view).state === 'stopped',
    mend: restart('worker-2'),
  },
  'instance-hang': {
    fault: 'target: worker-2',
    sign: (view) => worker(view).state === 'running' && !worker(view).ready,
    mend: restart('worker-2'),
  },
  'memory-leak': {
    fault: 'target: worker-2, rate: 20MiB/min',
    sign: (view) => worker(view).memoryBytes > 250 * 1024 ** 2,
    mend: restart('worker-2'),
  },
  'node-crash': {
    fault: 'target: node-5, lasts: 4m30s',
    sign: (view) => !node('node-5')(view).powered && worker(view).state === 'stopped',
    mend: restart('worker-2'),
  },
  'slow-node': { fault: 'target: node-5, lasts: 5m', sign: (view) => worker(view).durationMs > 20 },
  'disk-fill': {
    fault: 'target: node-1, rate: 20GiB/min',
    sign: (view) =>
      node('node-1')(view).diskUsedBytes === node('node-1')(view).spec.diskBytes &&
      !view.world.state.groups.get('orders')!.writable,
    mend: act('storage.reclaim', 'node', 'node-1', { pathId: 'logs' }),
  },
  'disk-errors': { fault: 'target: node-5, lasts: 5m', sign: (view) => node('node-5')(view).diskErrors > 100 },
  partition: {
    fault: 'target: node-2, lasts: 5m',
    sign: ({ world }) => !world.state.groups.get('orders')!.inSync.has('broker-2'),
  },
  'partition-one-way': {
    fault: 'target: node-1, lasts: 5m',
    sign: ({ world }) => world.state.groups.get('orders')!.leaderId !== 'broker-1',
  },
  'packet-loss': {
    fault: 'target: node-5, ratio: 60%, lasts: 5m',
    sign: (view) => node('node-5')(view).networkErrors > 1000,
  },
  'clock-skew': {
    fault: 'target: node-5, offset: 90s, lasts: 5m',
    sign: (view) =>
      samples(view, 'worker-2', 'memory.usage').some((seen) => seen.observedAtMs > view.world.clock.nowMs() + 60_000),
  },
  'hot-key': {
    fault: 'target: orders, share: 50%, lasts: 5m',
    sign: (view) => queue(view).partitions.waiting(0) > 10_000,
  },
  'poison-message': {
    fault: 'target: orders',
    sign: aged,
    mend: act('queue.quarantine-message', 'queue', 'orders', { messageId: 'msg-f-1-7f3a' }),
  },
  'load-surge': {
    fault: 'target: orders, factor: 2, lasts: 5m',
    sign: aged,
    mend: act('workload.scale', 'workload', 'worker', { to: 11 }),
  },
  'bad-deploy': {
    fault: 'target: worker, errorRatio: 0.5',
    sign: (view) => worker(view).errors > 1000 && worker(view).version === 'v2',
    mend: act('workload.rollback', 'workload', 'worker', { toVersion: 'v1' }),
  },
  'config-error': {
    fault: 'target: worker',
    sign: (view) =>
      worker(view).errors > 1000 && view.heard.some((seen) => seen.kind === 'event' && seen.name === 'config.changed'),
    mend: act('workload.rollback', 'workload', 'worker', { toVersion: 'v1' }),
  },
  'retry-storm': {
    fault: 'target: orders, burst: 2.5',
    sign: (view) => queue(view).retried > 10_000,
    mend: act('workload.scale', 'workload', 'worker', { to: 12 }),
  },
  'leader-flapping': {
    fault: 'target: replica-group/orders, period: 30s',
    sign: ({ world }) => world.state.groups.get('orders')!.elections > 4,
    mend: restart('broker-1'),
  },
  'zone-loss': {
    fault: 'target: zone-b, lasts: 5m',
    sign: (view) => !node('node-2')(view).powered && !node('node-5')(view).powered,
    mend: (world) => {
      for (const id of ['broker-2', 'worker-2', 'worker-5']) restart(id)(world);
    },
  },
  'edge-link-loss': {
    fault: 'target: edge, lasts: 5m',
    options: { preset: 'edge' },
    sign: (view) => queue(view).clientSide.size > 10_000,
  },
  'cooling-failure': { fault: 'target: zone-b, lasts: 5m', sign: (view) => node('node-5')(view).temperatureC > 33 },
  'telemetry-lost': {
    fault: 'target: worker-2, lasts: 5m',
    sign: (view) => samples(view, 'worker-2', 'cpu.utilization').length === 0,
  },
  'telemetry-frozen': {
    fault: 'target: worker-2, lasts: 5m',
    sign: (view) => new Set(samples(view, 'worker-2', 'cpu.utilization').map((seen) => seen.value)).size === 1,
  },
  'telemetry-lying': {
    fault: 'target: worker-2, factor: 3, lasts: 5m',
    sign: (view) => samples(view, 'worker-2', 'memory.usage').some((seen) => seen.value > 400 * 1024 ** 2),
  },
  'hostile-text': {
    fault: 'target: worker-2, lasts: 5m',
    sign: (view) => view.heard.some((seen) => seen.kind === 'log' && seen.text.includes('node-1 node-2')),
  },
  'human-action': {
    fault: 'target: worker-2, action: instance.stop',
    sign: (view) => worker(view).state === 'stopped' && view.world.truth.actions[0]!.byPerson,
  },
};

function watch(world: World, minutes: number): View {
  let heard: Observation[] = [];
  const collector = simCollector(world);
  collector.start(
    (batch) => heard.push(...batch),
    () => {},
  );
  world.runUntilMs(world.clock.nowMs() + (minutes - 2) * 60_000);
  // Only the last two minutes count as heard, but for events and lines, which may come but once.
  heard = heard.filter((seen) => seen.kind !== 'metric');
  world.runUntilMs(world.clock.nowMs() + 2 * 60_000);
  collector.stop();
  return { world, heard };
}

const quiet = new Map<string, View>();

/** The same watch without any fault, once per preset. */
function watchQuiet(options: WorldOptions = {}): View {
  const preset = options.preset ?? 'stream-small';
  const view = quiet.get(preset) ?? watch(worldOf(options), 5);
  quiet.set(preset, view);
  return view;
}

describe.each(faultCatalogue.map((entry) => ({ ...entry })))('$kind', (entry) => {
  const { fault, options, sign, mend } = cases[entry.kind];
  const inject = { ...options, faults: [`at: 1m, kind: ${entry.kind}, ${fault}`] };

  test('shows its effect, which is not there without it', () => {
    expect(sign(watch(worldOf(inject), 5))).toBe(true);
    expect(sign(watchQuiet(options))).toBe(false);
  });

  test('is live while it works and mitigated when it is over', () => {
    const world = worldOf(inject);
    const truth = world.truth.faults[0]!;
    world.runUntilMs(world.startMs + 100_000);
    expect(truth).toMatchObject({ state: 'live', liveAtMs: world.startMs + 60_000 });
    world.runUntilMs(world.startMs + 6.5 * 60_000);
    mend?.(world);
    world.runUntilMs(world.startMs + 30 * 60_000);
    expect(truth.state).toBe('mitigated');
  });
});
