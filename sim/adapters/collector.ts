import type { Collector, FactsAnswer, FactsRequest } from '../../agent/ports.ts';
import type { EntityRef } from '../../model/entity.ts';
import type { MetricName } from '../../model/metrics.ts';
import type { MetricSample, Observation } from '../../model/observation.ts';
import { isReplay } from '../faults/telemetry-faults.ts';
import type { RandomStream } from '../kernel/random.ts';
import type { Told, World } from '../world.ts';
import { chatter } from './chatter.ts';
import { readInventory } from './inventory.ts';
import { Sensors } from './sensors.ts';
import { sampleSpans } from './spans.ts';

const inventoryEveryMs = 2000;
const queueMetricsEveryMs = 2000;
const metricsEveryMs = 5000;
const chatterEveryMs = 10_000;
const spansEveryMs = 15_000;
/** Shares of samples that never come, come late, or come twice. */
const dirt = { lost: 0.004, late: 0.008, twice: 0.002 } as const;

const metricsOf: Readonly<Partial<Record<EntityRef['kind'], readonly MetricName[]>>> = {
  instance: ['cpu.utilization', 'memory.usage', 'work.completed', 'work.errors', 'work.duration'],
  node: [
    'cpu.utilization',
    'memory.usage',
    'disk.usage',
    'disk.errors',
    'network.errors',
    'clock.offset',
    'temperature',
    'power',
  ],
  queue: ['queue.depth', 'queue.oldest_age', 'queue.enqueued', 'queue.dequeued', 'queue.redelivered'],
};
const brokerMetrics: readonly MetricName[] = ['cpu.utilization', 'memory.usage', 'replica.lag', 'disk.usage'];

/**
 * Watches the simulated cluster as a collector on a real one would: polled pictures, noisy samples, late events.
 * Several collectors may watch one world; each draws its noise from streams of its own name.
 */
export function simCollector(world: World, name = 'sim'): Collector {
  return new SimCollector(world, name);
}

class SimCollector implements Collector {
  readonly name: string;
  readonly #world: World;
  readonly #random: RandomStream;
  readonly #sensors: Sensors;
  #ends: (() => void)[] = [];
  #isRunning = false;

  constructor(world: World, name: string) {
    this.name = name;
    this.#world = world;
    this.#random = world.streams.of(`collector/${name}`);
    this.#sensors = new Sensors(
      world.state,
      world.streams.of(`sensors/${name}`),
      name,
      world.scenario.faults.some((fault) => fault.kind === 'telemetry-lying' && isReplay(fault)),
    );
  }

  start(emit: (batch: readonly Observation[]) => void): void {
    const { timer, clock } = this.#world;
    const every = (periodMs: number, act: () => readonly Observation[]) => {
      let cancel = () => {};
      const turn = () => {
        const batch = act();
        if (batch.length > 0) emit(batch);
        cancel = timer.setAt(clock.nowMs() + periodMs, turn);
      };
      cancel = timer.setAt(clock.nowMs() + this.#random.below(periodMs), turn);
      this.#ends.push(() => cancel());
    };
    every(inventoryEveryMs, () => [this.#inventory()]);
    every(queueMetricsEveryMs, () => this.#soil(this.#sampleAll(['queue']), emit));
    every(metricsEveryMs, () => this.#soil(this.#sampleAll(['instance', 'node']), emit));
    every(chatterEveryMs, () => chatter(this.#world.state, this.#random, this.name));
    every(spansEveryMs, () => sampleSpans(this.#world.state, this.#random, this.name));
    this.#ends.push(this.#world.listen((told) => this.#hear(told, emit)));
    this.#isRunning = true;
    this.#later(0, () => emit([this.#inventory()]));
  }

  stop(): void {
    this.#isRunning = false;
    for (const end of this.#ends) end();
    this.#ends = [];
  }

  /** A fresh read takes the engine 20 to 120 ms and is neither lost nor late. */
  readFacts(request: FactsRequest, done: (answer: FactsAnswer) => void): void {
    const delayMs = Math.min(request.timeoutMs, 20 + this.#random.below(100));
    this.#world.timer.setAt(this.#world.clock.nowMs() + delayMs, () => {
      const samples = request.entities.flatMap((entity) => this.#sample(entity));
      done({ ok: true, observations: [this.#inventory(), ...samples] });
    });
  }

  #inventory(): Observation {
    return {
      kind: 'inventory',
      source: this.name,
      observedAtMs: this.#world.clock.nowMs(),
      part: readInventory(this.#world.state),
    };
  }

  #sampleAll(kinds: readonly ('instance' | 'node' | 'queue')[]): MetricSample[] {
    const { state } = this.#world;
    const maps = { instance: state.instances, node: state.nodes, queue: state.queues };
    const samples: MetricSample[] = [];
    for (const kind of kinds) for (const id of maps[kind].keys()) samples.push(...this.#sample({ kind, id }));
    return samples;
  }

  #sample(entity: EntityRef): MetricSample[] {
    const { state } = this.#world;
    const workload = entity.kind === 'instance' ? state.instances.get(entity.id)?.workloadId : undefined;
    const isBroker = workload !== undefined && state.workloads.get(workload)?.spec.role === 'broker';
    const names = isBroker ? brokerMetrics : (metricsOf[entity.kind] ?? []);
    return names.map((metric) => this.#sensors.read(entity, metric)).filter((sample) => sample !== null);
  }

  /** What a network does to samples: some are lost, some come late, some twice. */
  #soil(samples: readonly MetricSample[], emit: (batch: readonly Observation[]) => void): MetricSample[] {
    const kept: MetricSample[] = [];
    for (const sample of samples) {
      const luck = this.#random.next();
      if (luck < dirt.lost) continue;
      if (luck < dirt.lost + dirt.late) {
        this.#later(3000 + this.#random.below(12_000), () => emit([sample]));
        continue;
      }
      kept.push(sample);
      if (luck < dirt.lost + dirt.late + dirt.twice) kept.push(sample);
    }
    return kept;
  }

  #later(delayMs: number, act: () => void): void {
    this.#world.timer.setAt(this.#world.clock.nowMs() + delayMs, () => {
      if (this.#isRunning) act();
    });
  }

  /** Events and log lines arrive soon, an event with a new picture; none comes from behind a cut or a blind sensor. */
  #hear(told: Told, emit: (batch: readonly Observation[]) => void): void {
    if (this.#sensors.isBlind(told.entity)) return;
    const observation = { ...told, source: this.name } as Observation;
    const batch = () => (told.kind === 'event' ? [observation, this.#inventory()] : [observation]);
    this.#later(20 + this.#random.below(280), () => emit(batch()));
  }
}
