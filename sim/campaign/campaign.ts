import { onThreads, workerBeside } from '../chaos/pool.ts';
import type { PlayedSeed } from './round.ts';

/** What a campaign came to, over all its seeds. */
export interface Campaign {
  readonly seeds: number;
  readonly simulatedMs: number;
  readonly faults: number;
  readonly calls: number;
  readonly tookMs: number;
  readonly safetyBroken: readonly SeedFinding[];
  readonly livenessBroken: readonly SeedFinding[];
  /** Upper bound of the share of seeds that would break a law, 95 %, where none did: the rule of three. */
  readonly bound: number | null;
}

export interface SeedFinding {
  readonly seed: number;
  readonly what: string;
  readonly replay: string;
}

/** Plays every seed on all cores. */
export async function runCampaign(seeds: readonly number[], onSeed: (played: PlayedSeed) => void): Promise<Campaign> {
  const startedMs = performance.now();
  const file = workerBeside(import.meta.url, 'worker');
  const played = await onThreads<number, PlayedSeed>(file, null, seeds, onSeed);
  const sum = (of: (one: PlayedSeed) => number) => played.reduce((total, one) => total + of(one), 0);
  const safetyBroken = played.flatMap((one) => one.safetyBroken.map((what) => finding(one.seed, what)));
  const livenessBroken = played.flatMap((one) => one.livenessBroken.map((what) => finding(one.seed, what)));
  return {
    seeds: played.length,
    simulatedMs: sum((one) => one.simulatedMs),
    faults: sum((one) => one.faults),
    calls: sum((one) => one.calls),
    tookMs: Math.round(performance.now() - startedMs),
    safetyBroken,
    livenessBroken,
    bound: safetyBroken.length + livenessBroken.length > 0 ? null : 3 / played.length,
  };
}

function finding(seed: number, what: string): SeedFinding {
  return { seed, what, replay: `homeostat chaos campaign --seeds ${seed}..${seed}` };
}
