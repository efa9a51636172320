import { performance } from 'node:perf_hooks';
import { policyWith } from '../agent/guard/fixture.ts';
import { playInterleaving } from './interleaving-round.ts';
import { campaignArguments, reportCampaign } from './report.ts';

/*
 * The agent and a person act on one cluster at the same time: `npm run -s campaign:interleavings -- --count N [--seed S]`.
 * Whatever the person does, the agent's own acts never break a quorum or a minimum of healthy members.
 */

const { count, seed } = campaignArguments(10_000);
const policy = policyWith({
  targetsAtOnce: '2',
  keepHealthy: '{ worker: "60%", gateway: 0, broker: 2 }',
  changeBudget: '{ perTarget: 3 per 30m, perCluster: 20 per 1h }',
  personQuiet: '30s',
});
const failures: string[] = [];
let acts = 0;
let overtaken = 0;
let rolledBack = 0;
const startedMs = performance.now();
for (let index = 0; index < count; index++) {
  const played = playInterleaving(seed + index, policy);
  acts += played.agentActs;
  overtaken += played.overtaken;
  rolledBack += played.rolledBack;
  failures.push(...played.broken.map((broken) => `seed ${seed + index}: ${broken}`));
}
const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
const details = `${acts} acts of the agent, ${rolledBack} members rolled back, ${overtaken} plans overtaken and dropped, ${seconds} s`;
reportCampaign('campaign:interleavings', count, failures, details);
