import { onThreads, workerBeside } from '../chaos/pool.ts';
import type { Cut } from './cuts.ts';
import type { PlayedSeed } from './round.ts';
import type { ShrunkSeed } from './shrink.ts';

/** What a campaign came to, over all its seeds. */
export interface Campaign {
  readonly seeds: number;
  readonly simulatedMs: number;
  readonly faults: number;
  readonly calls: number;
  readonly tookMs: number;
  readonly safetyBroken: readonly SeedFinding[];
  readonly livenessBroken: readonly SeedFinding[];
  /** The first failing seeds, with all left out that their broken law does not need. */
  readonly shrunk: readonly ShrunkFinding[];
  /** Upper bound of the share of seeds that would break a law, 95 %, where none did: the rule of three. */
  readonly bound: number | null;
}

export interface SeedFinding {
  readonly seed: number;
  readonly what: string;
  readonly replay: string;
}

export interface ShrunkFinding extends ShrunkSeed {
  readonly replay: string;
}

export interface SeedTask {
  readonly seed: number;
  readonly without: readonly Cut[];
}

export interface CampaignOptions {
  readonly seeds: readonly number[];
  /** Parts of the seeds that are left out, as a shrunk seed names them. */
  readonly without: readonly Cut[];
  readonly onSeed: (played: PlayedSeed) => void;
  /** Called before the failing seeds are shrunk, with how many. */
  readonly onShrink: (count: number) => void;
}

/** Shrinking plays a seed some 15 to 30 times; a few small ones say as much as many. */
const shrunkAtMost = 3;

/** Plays every seed on all cores, and shrinks the first that fail. */
export async function runCampaign({ seeds, without, onSeed, onShrink }: CampaignOptions): Promise<Campaign> {
  const startedMs = performance.now();
  const file = workerBeside(import.meta.url, 'worker');
  const tasks = seeds.map((seed) => ({ seed, without }));
  const played = await onThreads<SeedTask, PlayedSeed>(file, null, tasks, onSeed);
  const sum = (of: (one: PlayedSeed) => number) => played.reduce((total, one) => total + of(one), 0);
  const tookMs = Math.round(performance.now() - startedMs);
  const safetyBroken = played.flatMap((one) => one.safetyBroken.map((what) => finding(one.seed, what, without)));
  const livenessBroken = played.flatMap((one) => one.livenessBroken.map((what) => finding(one.seed, what, without)));
  const failed = [...safetyBroken, ...livenessBroken].filter(isFirstOfItsSeed).slice(0, shrunkAtMost);
  return {
    seeds: played.length,
    simulatedMs: sum((one) => one.simulatedMs),
    faults: sum((one) => one.faults),
    calls: sum((one) => one.calls),
    tookMs,
    safetyBroken,
    livenessBroken,
    // A seed that already plays without some of its parts is small.
    shrunk: without.length > 0 || failed.length === 0 ? [] : await shrinkAll(failed, onShrink),
    bound: failed.length > 0 ? null : 3 / played.length,
  };
}

async function shrinkAll(failed: readonly SeedFinding[], onShrink: (count: number) => void): Promise<ShrunkFinding[]> {
  onShrink(failed.length);
  const file = workerBeside(import.meta.url, 'shrink-worker');
  const shrunk = await onThreads<SeedFinding, ShrunkSeed>(file, null, failed, () => {});
  return shrunk.map((one) => ({ ...one, replay: replayOf(one.seed, one.without) }));
}

function isFirstOfItsSeed({ seed }: SeedFinding, index: number, all: readonly SeedFinding[]): boolean {
  return all.findIndex((one) => one.seed === seed) === index;
}

function finding(seed: number, what: string, without: readonly Cut[]): SeedFinding {
  return { seed, what, replay: replayOf(seed, without) };
}

function replayOf(seed: number, without: readonly Cut[]): string {
  const parts = without.length === 0 ? '' : ` --without ${without.join(',')}`;
  return `homeostat chaos campaign --seeds ${seed}..${seed}${parts}`;
}
