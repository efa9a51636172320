import type { Actuator, Clock, Collector, Timer } from '../agent/ports.ts';
import type { Slo } from '../model/slo.ts';
import { simActuator } from './adapters/actuator.ts';
import { simCollector } from './adapters/collector.ts';
import { simulatedActions } from './cluster/operations.ts';
import { type PresetName, presets } from './presets/presets.ts';
import type { Scenario } from './scenario.ts';
import { createWorld } from './world.ts';

/** How often the world catches up with the clock, ms. */
const paceMs = 100;
/** Most that it catches up in one turn, ms of its own time: after a suspended machine the turns stay short. */
const stretchMs = 5_000;

/** People are reached by notifiers alone: a simulated page that nobody gets would be told as delivered. */
const actions = new Set([...simulatedActions].filter((name) => name !== 'person.page'));

/** A simulated cluster that runs at the pace of a clock, behind the ports of any other cluster. */
export interface LiveSimulator {
  readonly collectors: readonly Collector[];
  readonly actuators: readonly Actuator[];
  readonly slos: readonly Slo[];
  /** Ends its time; nothing is left waiting. */
  stop(): void;
}

export interface LiveOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly clock: Clock;
  readonly timer: Timer;
}

/** Starts the world now; the scenario's faults come at their time after that. After its end the load goes on. */
export function liveSimulator({ scenario, seed, clock, timer }: LiveOptions): LiveSimulator {
  const world = createWorld({ scenario, seed, startMs: clock.nowMs() });
  let cancel = () => {};
  const turn = () => {
    world.runUntilMs(Math.min(clock.nowMs(), world.clock.nowMs() + stretchMs));
    cancel = timer.setAt(clock.nowMs() + paceMs, turn);
  };
  turn();
  return {
    collectors: [simCollector(world)],
    actuators: [simActuator(world, 'sim', actions)],
    slos: world.slos,
    stop: () => cancel(),
  };
}

/** A cluster of this preset with its daily load, in which nothing breaks by itself. */
export function calmDay(preset: PresetName): Scenario {
  return {
    name: `calm-${preset}`,
    about: 'a day without faults',
    durationMs: 24 * 3_600_000,
    cluster: presets[preset](),
    load: { pattern: 'daily', peak: 1, recorded: null },
    faults: [],
    expect: { causes: [], never: [] },
    people: [],
  };
}
