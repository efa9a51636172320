import type { AgentFiles } from '../../agent/files.ts';
import type { EntityRef } from '../../model/entity.ts';
import type { Fault, ParamValue } from '../../sim/faults/fault.ts';
import { type RandomStream, Streams } from '../../sim/kernel/random.ts';
import { presets } from '../../sim/presets/presets.ts';
import { simulate } from '../../sim/run.ts';
import type { Scenario } from '../../sim/scenario.ts';

/** When the sensors begin to lie, ms: after the agent has seen minutes of the truth. */
const liesFromMs = 4 * 60_000;
const lastsMs = 5 * 60_000;

export interface SensorRound {
  readonly seed: number;
  readonly lie: string;
  /** What the agent did to a cluster with which nothing was wrong. */
  readonly actions: readonly string[];
  /** Whether the engine listed half of the instances at most, or none. */
  readonly collapsed: boolean;
}

/** One case: a sound cluster, one kind of lie about it, and the real agent under a policy that lets it act. */
export function playSensorRound(seed: number, files: AgentFiles): SensorRound {
  const random = new Streams(seed).of('campaign/sensors');
  const [lie, draw] = lies[random.below(lies.length)]!;
  const faults = draw(random).map((fault, index): Fault => ({ ...fault, id: `F-${index + 1}` }));
  const { world } = simulate(scenarioWith(seed, faults, random), seed, files);
  const done = world.truth.actions.filter(({ byPerson, spec }) => !byPerson && spec.name !== 'person.page');
  return {
    seed,
    lie,
    actions: done.map(({ spec }) => `${spec.name} ${spec.target.id}`),
    collapsed: faults.some(({ params }) => Number(params.inventoryLost ?? 0) >= 0.5),
  };
}

type Drawn = Omit<Fault, 'id'>;
type Lie = readonly [name: string, draw: (random: RandomStream) => readonly Drawn[]];

const nothing = { ramp: 0, period: 0, inventoryLost: 0 };
const truth = { how: 'factor', factor: 1 };

/** The kinds of lie, each drawn with its own extent. */
const lies: readonly Lie[] = [
  ['frozen', (random) => [lost('telemetry-frozen', anywhere(random), { ramp: 0, period: 0 })]],
  ['silent', (random) => [lost('telemetry-lost', anywhere(random), nothing)]],
  ['one zone blind', (random) => [lost('telemetry-lost', zone(random), nothing)]],
  ['list empty', () => [lost('telemetry-lost', whole, { ...nothing, inventoryLost: 1 })]],
  [
    'list collapsed',
    (random) => [lost('telemetry-lost', whole, { ...nothing, inventoryLost: random.between(0.55, 1) })],
  ],
  ['most nodes called dead', (random) => nodes(4 + random.below(3)).map((node) => lying(node, { how: 'dead' }))],
  ['units changed', (random) => [lying(someInstanceOrNode(random), { how: 'unit' })]],
  ['labels swapped', (random) => [lying(worker(random), { how: 'swap' })]],
  ['old values again', (random) => [lying(someInstanceOrNode(random), { how: 'replay' })]],
];

const whole: EntityRef = { kind: 'cluster', id: 'stream-small' };
const worker = (random: RandomStream): EntityRef => ({ kind: 'instance', id: `worker-${1 + random.below(6)}` });
const zone = (random: RandomStream): EntityRef => ({ kind: 'zone', id: `zone-${'abc'[random.below(3)]}` });

function nodes(count: number): EntityRef[] {
  return Array.from({ length: count }, (_, index) => ({ kind: 'node', id: `node-${index + 1}` }));
}

function someInstanceOrNode(random: RandomStream): EntityRef {
  return random.next() < 0.6 ? worker(random) : { kind: 'node', id: `node-${1 + random.below(6)}` };
}

function anywhere(random: RandomStream): EntityRef {
  const places = [whole, zone(random), someInstanceOrNode(random), { kind: 'queue', id: 'orders' } as const];
  return places[random.below(places.length)]!;
}

function lost(kind: 'telemetry-lost' | 'telemetry-frozen', target: EntityRef, params: Fault['params']): Drawn {
  return { kind, target, atMs: liesFromMs, lastsMs: null, params };
}

function lying(target: EntityRef, how: Readonly<Record<string, ParamValue>>): Drawn {
  return { kind: 'telemetry-lying', target, atMs: liesFromMs, lastsMs: null, params: { ...truth, ...how } };
}

function scenarioWith(seed: number, faults: readonly Fault[], random: RandomStream): Scenario {
  const cluster = presets['stream-small']();
  return {
    name: `sensors-${seed}`,
    about: '',
    durationMs: liesFromMs + lastsMs,
    cluster: { ...cluster, queues: cluster.queues.map((queue) => ({ ...queue, messagesPerS: 60 })) },
    load: { pattern: 'daily', peak: random.between(0.5, 1.2), recorded: null },
    faults,
    expect: { causes: [], never: [] },
    people: [],
  };
}
