import { durationText } from '../../agent/views/text.ts';
import { type Campaign, runCampaign, type SeedFinding, type ShrunkFinding } from '../../sim/campaign/campaign.ts';
import type { Cut } from '../../sim/campaign/cuts.ts';
import { drawSeed } from '../../sim/campaign/round.ts';
import { exitCodes, type Io, type Options, print, textOption, usageError } from '../io.ts';
import { progressOf, seedsOption } from './chaos-options.ts';

/** `homeostat chaos campaign`. Exit code 11 where a safety law was broken, 12 where only liveness was. */
export async function runSeeds(io: Io, _args: readonly string[], options: Options): Promise<number> {
  const seeds = seedsOption(options);
  const without = withoutOption(options, seeds);
  const progress = progressOf(io, seeds.length, 'seeds');
  const campaign = await runCampaign({
    seeds,
    without,
    onSeed: ({ seed, safetyBroken, livenessBroken }) => {
      const broken = [...safetyBroken, ...livenessBroken];
      progress(broken.length === 0 ? null : `seed ${seed}: ${broken.join('; ')}`);
    },
    onShrink: (count) => io.log(`looking for a smaller form of ${count === 1 ? 'that seed' : `${count} such seeds`}`),
  });
  print(io, campaign, campaignText);
  if (campaign.safetyBroken.length > 0) return exitCodes.unsafe;
  return campaign.livenessBroken.length > 0 ? exitCodes.stuck : exitCodes.done;
}

/** Parts that are left out of one seed: `--without F-2,crashes`. Only that seed can say which parts it has. */
function withoutOption(options: Options, seeds: readonly number[]): Cut[] {
  const parts = (textOption(options, 'without') ?? '').split(',').filter((part) => part !== '');
  if (parts.length === 0) return [];
  if (seeds.length > 1) throw usageError('--without', 'it goes with one seed', 'such as --seeds 7..7');
  const known = drawSeed(seeds[0]!).cuts;
  const strange = parts.filter((part) => !known.includes(part));
  if (strange.length > 0)
    throw usageError('--without', `seed ${seeds[0]} has no ${strange.join(', ')}`, `it has ${known.join(', ')}`);
  return parts;
}

function shrunkText({ seed, left, what, replay }: ShrunkFinding): string {
  const parts = left.length === 0 ? 'its last crash alone' : left.join(', ');
  return `seed ${seed} needs no more than ${parts}: ${what}\n  replay: ${replay}`;
}

function campaignText(campaign: Campaign): string {
  const { seeds, simulatedMs, faults, calls, tookMs, bound, safetyBroken, livenessBroken, shrunk } = campaign;
  const lines = (name: string, found: readonly SeedFinding[]) =>
    found.map(({ seed, what, replay }) => `${name} broken by seed ${seed}: ${what}\n  replay: ${replay}`);
  const failed = new Set([...safetyBroken, ...livenessBroken].map(({ seed }) => seed)).size;
  const verdict =
    bound === null
      ? `${failed} seeds broke a law`
      : `no law broken, so with 95 % confidence fewer than 3/${seeds} = ${bound.toPrecision(2)} of all seeds break one`;
  return [
    ...lines('safety', safetyBroken),
    ...lines('liveness', livenessBroken),
    ...shrunk.map(shrunkText),
    `${seeds} seeds, ${durationText(simulatedMs)} simulated, ${faults} faults, ${calls} calls, took ${durationText(tookMs)}: ${verdict}`,
  ].join('\n');
}
