import { performance } from 'node:perf_hooks';
import { enactMany, playRound } from './guard-round.ts';
import { campaignArguments, reportCampaign } from './report.ts';

/*
 * Throws adversarial plans at the guard: `npm run -s campaign:guard -- --count N [--seed S]`. Whatever it lets pass is
 * checked by an oracle that shares no code with it. A failure is replayed with `--count 1 --seed` and its seed.
 */

const policies = 400;

const { count, seed } = campaignArguments(10_000);
const enacted = enactMany(policies, 1);
const tally = { auto: 0, ask: 0, deny: 0 };
const failures: string[] = [];
const startedMs = performance.now();
for (let index = 0; index < count; index++) {
  const round = playRound(seed + index, enacted);
  tally[round.effect] += 1;
  if (round.broken.length > 0) failures.push(`seed ${round.seed}: ${round.broken.join('; ')}`);
}
const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
const counts = `${tally.auto} passed, ${tally.ask} asked, ${tally.deny} denied`;
reportCampaign('campaign:guard', count, failures, `${counts}, ${policies} policies, ${seconds} s`);
