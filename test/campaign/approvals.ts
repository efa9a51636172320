import { performance } from 'node:perf_hooks';
import { approvalSettings, playApproval } from './approval-round.ts';
import { campaignArguments, reportCampaign } from './report.ts';

/*
 * Mutated approvals: replayed, doubled, for an edited plan, by the wrong person, by a forged one, late, racing.
 * `npm run -s campaign:approvals -- --count N [--seed S]`: none may be accepted that should not be, and each question
 * lets at most one execution through.
 */

const { count, seed } = campaignArguments(10_000);
const settings = approvalSettings();
const failures: string[] = [];
let approved = 0;
const startedMs = performance.now();
for (let index = 0; index < count; index++) {
  const round = playApproval(seed + index, settings);
  if (round.approved) approved += 1;
  failures.push(...round.broken.map((broken) => `seed ${seed + index}: ${broken}`));
}
const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
reportCampaign('campaign:approvals', count, failures, `${approved} questions approved, ${seconds} s`);
