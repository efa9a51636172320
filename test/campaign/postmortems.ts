import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { onThreads } from '../../sim/chaos/pool.ts';
import { type ChaosSetting, type ChaosTask, type PlayedTask, workerOfChaos } from '../../sim/chaos/task.ts';
import { campaignArguments, reportCampaign } from './report.ts';

/*
 * Incidents that automation once made worse: `npm run -s campaign:postmortems -- --count N [--seed S]` plays every
 * scenario `postmortem-*` from N seeds, with the agent and without, and counts the runs that it made worse.
 */

/** What counts as worse than doing nothing, ms of SLO lost: less is the luck of one queue against another. */
const toleranceMs = 30_000;

const { count, seed } = campaignArguments(2);
const root = join(import.meta.dirname, '..', '..');
const folder = join(root, 'sim', 'scenarios');
const files = readdirSync(folder).filter((name) => name.startsWith('postmortem-'));
const tasks = files.flatMap((name) =>
  Array.from({ length: count }, (_, index): ChaosTask => ({ file: join(folder, name), seed: seed + index })),
);
const setting: ChaosSetting = { agent: 'homeostat', policy: join(root, 'sim', 'policy.yaml') };
const startedMs = performance.now();
const played = await onThreads<ChaosTask, PlayedTask>(workerOfChaos, setting, tasks, () => {});
const failures = played.flatMap(({ scored }) => {
  const { scenario, seed: from, sloMsLost, sloMsLostNoAgent, harmfulActions, invariantsBroken } = scored;
  const worse = sloMsLost > sloMsLostNoAgent + toleranceMs;
  if (!worse && harmfulActions === 0 && invariantsBroken.length === 0) return [];
  const lost = `lost ${sloMsLost / 1000} s, ${sloMsLostNoAgent / 1000} s without it`;
  return [`${scenario} seed ${from}: ${lost}, ${harmfulActions} harmful actions ${invariantsBroken.join('; ')}`];
});
const better = played.filter(({ scored }) => scored.sloMsLost < scored.sloMsLostNoAgent - toleranceMs).length;
const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
reportCampaign(
  'campaign:postmortems',
  played.length,
  failures,
  `${files.length} scenarios, ${better} better, ${seconds} s`,
);
