import { type Analysis, analyze, createAnalysis } from '../agent/analyze/analyze.ts';
import { createMonitor, observe } from '../agent/monitor/monitor.ts';
import type { Observation } from '../model/observation.ts';
import type { Signal } from '../model/signal.ts';
import { parseScenario } from '../sim/scenario.ts';
import { createWorld } from '../sim/world.ts';
import { calmFleet, sampleEveryMs } from './calm-fleet.ts';
import { ticksOf } from './world-ticks.ts';

/** Episodes that were told while nothing was wrong. */
export interface CalmWatch {
  episodes: number;
  /** Those of them that were warnings or worse; the rest is evidence, of which alone no incident is made. */
  grave: number;
  seriesDays: number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const tickMs = 1_000;
/** What is usual has to be known before anything can be judged. */
const settleMs = 30 * minuteMs;
/** A Thursday at midnight, so that two days later comes a weekend. */
const fleetStartMs = 1_700_092_800_000;

/** Any finding but the news that somebody changed something. */
export const isAlarm = ({ kind, clearedAtMs }: Signal): boolean => kind !== 'changed' && clearedAtMs === null;

/** Counts findings of the real detectors, all of them, over telemetry in which nothing is wrong. */
class CalmCounter {
  readonly monitor = createMonitor({ clusterId: 'calm' });
  readonly #analysis: Analysis = createAnalysis();
  readonly #told = new Map<string, Signal>();

  tick(nowMs: number, seen: readonly Observation[], slos: Parameters<typeof analyze>[2], isSettled: boolean): void {
    observe(this.monitor, nowMs, seen);
    const { changed } = analyze(this.#analysis, this.monitor, slos, nowMs);
    if (!isSettled) return;
    for (const signal of changed) if (isAlarm(signal)) this.#told.set(`${signal.id} ${signal.sinceMs}`, signal);
  }

  result(lastedMs: number): CalmWatch {
    const told = [...this.#told.values()];
    for (const { id, explanation } of told) console.error(`P13: false: ${id}: ${explanation}`);
    const grave = told.filter(({ severity }) => severity !== 'info').length;
    return { episodes: told.length, grave, seriesDays: (this.monitor.series.count * lastedMs) / dayMs };
  }
}

/** The drawn fleet: many series for little. @param hours of which the first half is not judged */
export function watchFleet(seed: number, hours: number): CalmWatch {
  const fleet = calmFleet(seed, fleetStartMs);
  const counter = new CalmCounter();
  const endMs = fleetStartMs + hours * hourMs;
  for (let nowMs = fleetStartMs; nowMs < endMs; nowMs += sampleEveryMs) {
    const picture: Observation = { kind: 'inventory', source: 'fleet', observedAtMs: nowMs, part: fleet.part };
    counter.tick(nowMs, [picture, ...fleet.samples(nowMs)], fleet.slos, nowMs - fleetStartMs >= settleMs);
  }
  return counter.result(hours * hourMs - settleMs);
}

/** The simulated cluster on an ordinary day without faults. */
function watchCluster(seed: number, hours: number): CalmWatch {
  const text = `{ version: 1, name: p13-calm, duration: ${hours * 60}m, cluster: { preset: stream-small }, load: { pattern: daily, peak: 1.2 }, faults: [] }`;
  const scenario = parseScenario(text, 'p13-calm.yaml');
  if (!scenario.ok) throw new Error(JSON.stringify(scenario.errors));
  const world = createWorld({ scenario: scenario.scenario, seed });
  const counter = new CalmCounter();
  for (const { nowMs, arrived } of ticksOf(world, tickMs)) {
    counter.tick(nowMs, arrived, world.slos, nowMs - world.startMs >= settleMs);
  }
  return counter.result(world.endMs - world.startMs - settleMs);
}

/** Fleets of a day and one cluster per share. @param share 1: some minutes; 40: enough for a bound near the goal */
export function watchCalm(share: number): CalmWatch {
  const total: CalmWatch = { episodes: 0, grave: 0, seriesDays: 0 };
  const fleets = Math.ceil(share / 4);
  const watches = [
    ...Array.from({ length: fleets }, (_, i) => () => watchFleet(1 + i, Math.min(24, 6 * share))),
    ...Array.from({ length: share }, (_, i) => () => watchCluster(1 + i, 3)),
  ];
  for (const watch of watches) {
    const { episodes, grave, seriesDays } = watch();
    total.episodes += episodes;
    total.grave += grave;
    total.seriesDays += seriesDays;
  }
  return total;
}

/**
 * Upper 95 % bound of a Poisson count of which `events` were seen: 3 for none (E. B. Wilson and M. M. Hilferty, "The
 * distribution of chi-square", 1931, gives the rest within a hundredth).
 */
export function poissonUpper(events: number): number {
  if (events === 0) return -Math.log(0.05);
  const next = events + 1;
  return next * (1 - 1 / (9 * next) + 1.6449 / (3 * Math.sqrt(next))) ** 3;
}
