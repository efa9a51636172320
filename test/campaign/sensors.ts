import { join } from 'node:path';
import { loadAgentFiles } from '../../agent/files.ts';
import { campaignArguments, reportCampaign } from './report.ts';
import { playSensorRound } from './sensor-round.ts';

/*
 * Sensors lie about a sound cluster: `npm run -s campaign:sensors -- --count N [--seed S]`. The agent must never act on
 * an empty or collapsed inventory, and act on any other lie at most once in a thousand cases.
 */

const actsAtMost = 0.001;

const { count, seed } = campaignArguments(20);
const loaded = loadAgentFiles({ policy: join(import.meta.dirname, '..', '..', 'sim', 'policy.yaml'), playbooks: [] });
if (!loaded.ok) throw new Error('the built-in files are unsound');
const startedMs = performance.now();
const byLie = new Map<string, { cases: number; acted: number }>();
const onCollapse: string[] = [];
const acted: string[] = [];
for (let index = 0; index < count; index++) {
  const round = playSensorRound(seed + index, loaded.files);
  const tally = byLie.get(round.lie) ?? { cases: 0, acted: 0 };
  byLie.set(round.lie, { cases: tally.cases + 1, acted: tally.acted + (round.actions.length > 0 ? 1 : 0) });
  if (round.actions.length === 0) continue;
  const story = `seed ${round.seed}: ${round.lie}: ${round.actions.join(', ')}`;
  (round.collapsed ? onCollapse : acted).push(story);
}
for (const [lie, { cases, acted: times }] of byLie) console.log(`${lie}: acted in ${times} of ${cases}`);
const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
const tooOften = acted.length > actsAtMost * count ? acted : [];
reportCampaign(
  'campaign:sensors',
  count,
  [...onCollapse, ...tooOften],
  `${onCollapse.length} acts on a collapsed inventory, ${acted.length} on other lies, ${seconds} s`,
);
