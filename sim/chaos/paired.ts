import { RandomStream } from '../kernel/random.ts';

/** One scenario and seed, played twice: with the agent and with something else in its place. */
export interface Pair {
  readonly scenario: string;
  readonly lostMs: number;
  readonly lostMsOther: number;
}

/** What the agent saved against another one on the same scenarios and seeds. */
export interface PairedDifference {
  readonly pairs: number;
  /** Pairs in which the agent lost less, and in which it lost more. */
  readonly better: number;
  readonly worse: number;
  /** Mean per run, ms of SLO; negative where the agent lost more. */
  readonly savedMs: number;
  /** 95 % interval of that mean, ms; null where there is too little to draw from. */
  readonly savedMs95: readonly [number, number] | null;
}

const resamples = 2_000;

/**
 * Mean difference over pairs. Its interval is the percentile bootstrap over whole scenarios, because seeds of one
 * scenario resemble each other (A. C. Davison and D. V. Hinkley, "Bootstrap Methods and their Application", 1997,
 * section 3.8); over seeds where there is one scenario only. Deterministic.
 */
export function pairedDifference(pairs: readonly Pair[]): PairedDifference {
  const saved = pairs.map(({ lostMs, lostMsOther }) => lostMsOther - lostMs);
  return {
    pairs: pairs.length,
    better: saved.filter((ms) => ms > 0).length,
    worse: saved.filter((ms) => ms < 0).length,
    savedMs: pairs.length === 0 ? 0 : Math.round(sumOf(saved) / pairs.length),
    savedMs95: bootstrap(clustersOf(pairs)),
  };
}

function clustersOf(pairs: readonly Pair[]): number[][] {
  const byScenario = Map.groupBy(pairs, ({ scenario }) => scenario);
  const groups = byScenario.size > 1 ? [...byScenario.values()] : pairs.map((pair) => [pair]);
  return groups.map((group) => group.map(({ lostMs, lostMsOther }) => lostMsOther - lostMs));
}

function bootstrap(clusters: readonly (readonly number[])[]): [number, number] | null {
  if (clusters.length < 2) return null;
  const random = new RandomStream('paired');
  const sums = clusters.map((cluster) => ({ sum: sumOf(cluster), count: cluster.length }));
  const means = Array.from({ length: resamples }, () => {
    let [sum, count] = [0, 0];
    for (let draw = 0; draw < sums.length; draw++) {
      const drawn = sums[random.below(sums.length)]!;
      sum += drawn.sum;
      count += drawn.count;
    }
    return sum / count;
  }).sort((a, b) => a - b);
  return [Math.round(means[Math.floor(resamples * 0.025)]!), Math.round(means[Math.ceil(resamples * 0.975) - 1]!)];
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
