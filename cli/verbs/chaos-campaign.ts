import { durationText } from '../../agent/views/text.ts';
import { type Campaign, runCampaign, type SeedFinding } from '../../sim/campaign/campaign.ts';
import { exitCodes, type Io, type Options, print } from '../io.ts';
import { progressOf, seedsOption } from './chaos-options.ts';

/** `homeostat chaos campaign`. Exit code 11 where a safety law was broken, 12 where only liveness was. */
export async function runSeeds(io: Io, _args: readonly string[], options: Options): Promise<number> {
  const seeds = seedsOption(options);
  const progress = progressOf(io, seeds.length, 'seeds');
  const campaign = await runCampaign(seeds, ({ seed, safetyBroken, livenessBroken }) => {
    const broken = [...safetyBroken, ...livenessBroken];
    progress(broken.length === 0 ? null : `seed ${seed}: ${broken.join('; ')}`);
  });
  print(io, campaign, campaignText);
  if (campaign.safetyBroken.length > 0) return exitCodes.unsafe;
  return campaign.livenessBroken.length > 0 ? exitCodes.stuck : exitCodes.done;
}

function campaignText(campaign: Campaign): string {
  const { seeds, simulatedMs, faults, calls, tookMs, bound, safetyBroken, livenessBroken } = campaign;
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
    `${seeds} seeds, ${durationText(simulatedMs)} simulated, ${faults} faults, ${calls} calls, took ${durationText(tookMs)}: ${verdict}`,
  ].join('\n');
}
