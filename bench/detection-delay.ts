/**
 * Goal P13: how long after a fault the first signal about it is raised, against an oracle that knows the same world
 * without the fault and so sees the first observation that carries it. Signals are scored, not acts: no agent plans here.
 */
import { type Analysis, analyze, createAnalysis } from '../agent/analyze/analyze.ts';
import { quantileOfSorted } from '../agent/analyze/detect/statistics.ts';
import { createMonitor, type Monitor, observe } from '../agent/monitor/monitor.ts';
import { type EntityRef, entityKey } from '../model/entity.ts';
import type { Observation } from '../model/observation.ts';
import type { Signal } from '../model/signal.ts';
import { parseScenario } from '../sim/scenario.ts';
import { createWorld, type World } from '../sim/world.ts';
import { type CalmWatch, isAlarm, poissonUpper, watchCalm } from './false-alarms.ts';
import { type BenchRow, goalRow } from './pair.ts';
import { noiseFrom } from './random.ts';
import { ticksOf } from './world-ticks.ts';

/** Sudden faults, each strong enough to stand four deviations out of the noise: what creeps has no first sample. */
const classes: Readonly<Record<string, { readonly target: string; readonly params: string }>> = {
  'instance-crash': { target: 'worker', params: '' },
  'instance-hang': { target: 'worker', params: '' },
  'node-crash': { target: 'node', params: '' },
  'slow-node': { target: 'node', params: ', factor: 4' },
  partition: { target: 'node', params: '' },
  'packet-loss': { target: 'node', params: ', ratio: 0.3' },
  'clock-skew': { target: 'node', params: ', offset: 3s' },
  'hot-key': { target: 'orders', params: ', share: 0.6' },
  'poison-message': { target: 'orders', params: '' },
  'load-surge': { target: 'orders', params: ', factor: 2' },
  'config-error': { target: 'worker-workload', params: '' },
  'disk-errors': { target: 'node', params: ', perSecond: 20, factor: 4' },
};

const minuteMs = 60_000;
const calmMs = 8 * minuteMs;
const lastsMs = 4 * minuteMs;
const tickMs = 1_000;
/** The slowest collector of the simulated cluster. */
const periodMs = 5_000;
const goal = { delayRatio: 1.2, periods: 2, falsePerThousand: 1, detected: 0.95 };
const defaultFaults = 48;

interface Injected {
  readonly kind: string;
  readonly target: string;
  readonly seed: number;
}

/** A fault per class and seed, on targets drawn from the seed. */
function injections(count: number): Injected[] {
  const kinds = Object.keys(classes);
  return Array.from({ length: count }, (_, i) => {
    const kind = kinds[i % kinds.length]!;
    const seed = 1 + Math.floor(i / kinds.length);
    const one = 1 + Math.floor(6 * noiseFrom(97 * seed + i)());
    const { target } = classes[kind]!;
    if (target === 'worker') return { kind, seed, target: `worker-${one}` };
    if (target === 'node') return { kind, seed, target: `node-${one}` };
    return { kind, seed, target: target === 'orders' ? target : 'worker' };
  });
}

function worldOf(seed: number, fault: Injected | null): World {
  const at = (calmMs + (seed % 60) * tickMs) / tickMs;
  const told =
    fault === null
      ? ''
      : `{ at: ${at}s, kind: ${fault.kind}, target: ${fault.target}, lasts: ${lastsMs / minuteMs}m${classes[fault.kind]!.params} }`;
  const text = `{ version: 1, name: p13, duration: ${(calmMs + lastsMs) / minuteMs + 2}m, cluster: { preset: stream-small }, load: { pattern: steady, peak: 1.1 }, faults: [${told}] }`;
  const scenario = parseScenario(text, 'p13.yaml');
  if (!scenario.ok) throw new Error(JSON.stringify(scenario.errors));
  return createWorld({ scenario: scenario.scenario, seed });
}

interface Watched {
  readonly world: World;
  readonly monitor: Monitor;
  readonly signals: readonly Signal[];
  /** What arrived in each tick. */
  readonly ticks: readonly (readonly Observation[])[];
}

function watch(seed: number, fault: Injected | null): Watched {
  const world = worldOf(seed, fault);
  const monitor = createMonitor({ clusterId: world.clusterId });
  const analysis: Analysis = createAnalysis();
  const signals: Signal[] = [];
  const ticks: Observation[][] = [];
  for (const { nowMs, arrived } of ticksOf(world, tickMs)) {
    observe(monitor, nowMs, arrived);
    signals.push(...analyze(analysis, monitor, world.slos, nowMs).changed);
    ticks.push(arrived);
  }
  return { world, monitor, signals, ticks };
}

/** A value this far outside of all that the world without the fault ever shows, in widths of its range, carries the fault. */
const outside = 0.5;

/** What a world shows where nothing happens: the range of each number, every text. */
interface Ordinary {
  readonly ranges: Map<string, { min: number; max: number }>;
  readonly texts: Set<string>;
}

function ordinaryOf(clean: Watched): Ordinary {
  const ordinary: Ordinary = { ranges: new Map(), texts: new Set() };
  const before = new Map<string, Sample>();
  for (const seen of clean.ticks) {
    for (const [key, value] of contentOf(seen, before)) {
      if (typeof value === 'string') ordinary.texts.add(`${key} ${value}`);
      else {
        const { min, max } = ordinary.ranges.get(key) ?? { min: value, max: value };
        ordinary.ranges.set(key, { min: Math.min(min, value), max: Math.max(max, value) });
      }
    }
  }
  return ordinary;
}

/** First moment at which something arrived that the world without the fault never shows; null: nothing did. */
function carriedAtMs(faulty: Watched, ordinary: Ordinary, fromMs: number): number | null {
  const before = new Map<string, Sample>();
  // That somebody changed something, and the restarts of rolling it out, are the change: the fault is what it does then.
  const isChange = faulty.world.truth.faults.some(({ fault }) => fault.kind === 'config-error');
  for (const [tick, seen] of faulty.ticks.entries()) {
    const atMs = faulty.world.startMs + (tick + 1) * tickMs;
    const content = contentOf(isChange ? seen.filter(({ kind }) => kind === 'metric') : seen, before);
    if (atMs >= fromMs && content.some(([key, value]) => carries(ordinary, key, value))) return atMs;
  }
  return null;
}

function carries({ ranges, texts }: Ordinary, key: string, value: number | string): boolean {
  if (typeof value === 'string') return !texts.has(`${key} ${value}`);
  const range = ranges.get(key);
  if (range === undefined) return true;
  const margin = outside * (range.max - range.min) + 1e-6 * Math.abs(range.max);
  return value > range.max + margin || value < range.min - margin;
}

interface Sample {
  readonly value: number;
  readonly observedAtMs: number;
}

/** What a tick's observations say: numbers of metrics (growth per second of counters), text of all else but chatter. */
function contentOf(seen: readonly Observation[], before: Map<string, Sample>): [string, number | string][] {
  return seen.flatMap((one): [string, number | string][] => {
    if (one.kind === 'event') return [[entityKey(one.entity), one.name]];
    if (one.kind === 'inventory') {
      const { instances = [], nodes = [] } = one.part;
      return [
        ...instances.map(({ id, state, ready }): [string, string] => [`instance/${id}`, `${state} ${ready}`]),
        ...nodes.map(({ id, state }): [string, string] => [`node/${id}`, state]),
      ];
    }
    if (one.kind !== 'metric') return [];
    const key = `${entityKey(one.entity)} ${one.name}`;
    if (one.type === 'gauge') return [[key, one.value]];
    const known = before.get(key);
    // What comes late or twice says nothing of growth.
    if (known !== undefined && one.observedAtMs <= known.observedAtMs) return [];
    before.set(key, one);
    if (known === undefined) return [];
    return [[key, ((one.value - known.value) * 1_000) / (one.observedAtMs - known.observedAtMs)]];
  });
}

/** Entities in which a fault of this target can show: itself, what it runs or owns, and the queue all work for. */
function shows(target: EntityRef, { state }: World): (entity: EntityRef) => boolean {
  return (entity) => {
    if (entityKey(entity) === entityKey(target)) return true;
    const instance = entity.kind === 'instance' ? state.instances.get(entity.id) : undefined;
    if (target.kind === 'node') return instance?.nodeId === target.id || entity.kind === 'replica-group';
    if (target.kind === 'workload') return instance?.workloadId === target.id;
    return target.kind === 'queue' && (instance !== undefined || entity.kind === 'workload');
  };
}

interface Scored {
  readonly kind: string;
  readonly delayMs: number | null;
  readonly oracleMs: number;
}

function score(fault: Injected, ordinary: Ordinary): Scored | null {
  const faulty = watch(fault.seed, fault);
  const [truth] = faulty.world.truth.faults;
  const liveAtMs = truth!.liveAtMs;
  const carriedMs = liveAtMs === null ? null : carriedAtMs(faulty, ordinary, liveAtMs);
  if (liveAtMs === null || carriedMs === null) return null;
  const isOfFault = shows(truth!.fault.target, faulty.world);
  const first = faulty.signals.find(
    (signal) => isAlarm(signal) && signal.atMs >= carriedMs && isOfFault(signal.entity),
  );
  return {
    kind: fault.kind,
    delayMs: first === undefined ? null : first.atMs - liveAtMs,
    oracleMs: Math.max(tickMs, carriedMs - liveAtMs),
  };
}

/** Rows of goal P13. @param count faults injected; calm telemetry in proportion is the control */
export function detectionDelayRows(count = defaultFaults): BenchRow[] {
  const faults = injections(count);
  const scores: Scored[] = [];
  for (const [seed, ofSeed] of Map.groupBy(faults, (fault) => fault.seed)) {
    const ordinary = ordinaryOf(watch(seed, null));
    for (const fault of ofSeed) scores.push(...[score(fault, ordinary)].filter((one) => one !== null));
  }
  tellClasses(scores);
  const late = scores.map(({ delayMs, oracleMs }) => ((delayMs ?? lastsMs) - oracleMs) / periodMs);
  return [
    delayRow(scores),
    goalRow('P13 95th percentile beyond the oracle', 'periods', at(late, 0.95), goal.periods, scores.length),
    ...falseAlarmRows(watchCalm(Math.max(1, Math.round(count / defaultFaults)))),
    goalRow(
      'P13 faults detected',
      'share',
      scores.filter(({ delayMs }) => delayMs !== null).length / scores.length,
      goal.detected,
      scores.length,
    ),
  ];
}

/** `pairs` of these rows is the number of series-days. */
function falseAlarmRows({ episodes, grave, seriesDays }: CalmWatch): BenchRow[] {
  const days = Math.round(seriesDays);
  const perThousand = (events: number) => (1_000 * events) / seriesDays;
  const told = (events: number) =>
    `${events} (at most ${perThousand(poissonUpper(events)).toFixed(1)} per 1,000, 95 %)`;
  console.error(
    `P13: in ${days} series-days without faults ${told(episodes)} episodes, ${told(grave)} of them warnings or worse`,
  );
  return [
    goalRow('P13 false episodes per 1,000 series-days', 'episodes', perThousand(episodes), goal.falsePerThousand, days),
    goalRow(
      'P13 the same, upper 95 % bound',
      'episodes',
      perThousand(poissonUpper(episodes)),
      goal.falsePerThousand,
      days,
    ),
    goalRow(
      'P13 the same, warnings or worse, upper 95 % bound',
      'episodes',
      perThousand(poissonUpper(grave)),
      goal.falsePerThousand,
      days,
    ),
  ];
}

function delayRow(scores: readonly Scored[]): BenchRow {
  const delays = scores.map(({ delayMs }) => delayMs ?? lastsMs);
  const oracles = scores.map(({ oracleMs }) => oracleMs);
  const ratios = delays.map((delay, i) => delay / oracles[i]!);
  return {
    name: `P13 delay against the oracle (goal at most ${goal.delayRatio})`,
    candidate: at(delays, 0.5),
    reference: at(oracles, 0.5),
    unit: 'ms',
    ratioMedian: at(ratios, 0.5),
    ratioMin: Math.min(...ratios),
    ratioMax: Math.max(...ratios),
    referenceSpread: 0,
    pairs: scores.length,
  };
}

function tellClasses(scores: readonly Scored[]): void {
  for (const [kind, ofKind] of Map.groupBy(scores, (one) => one.kind)) {
    const delays = ofKind.map(({ delayMs }) => delayMs ?? lastsMs);
    const found = ofKind.filter(({ delayMs }) => delayMs !== null).length;
    const oracles = ofKind.map(({ oracleMs }) => oracleMs);
    console.error(
      `P13: ${kind}: ${found} of ${ofKind.length}, median ${at(delays, 0.5)} ms, oracle ${at(oracles, 0.5)} ms`,
    );
  }
}

function at(values: readonly number[], probability: number): number {
  return quantileOfSorted(Float64Array.from(values).sort(), probability);
}

if (import.meta.main)
  for (const row of detectionDelayRows(Number(process.argv[2] ?? defaultFaults))) console.log(JSON.stringify(row));
