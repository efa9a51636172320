import { performance } from 'node:perf_hooks';
import { builtInPlaybooks, loadPlaybooks } from '../../agent/files.ts';
import { campaignArguments, reportCampaign } from './report.ts';
import { playUndo } from './undo-round.ts';

/*
 * Fails every step of every playbook, its undo and its verification: `npm run -s campaign:undo -- --count N [--seed S]`,
 * N seeds for every triple of playbook, step and failure.
 */

const { count, seed } = campaignArguments(3);
const loaded = loadPlaybooks([builtInPlaybooks()]);
if (!loaded.ok) throw new Error(loaded.problems.map(({ where, message }) => `${where}: ${message}`).join('\n'));
const startedMs = performance.now();
let [cases, undone, quarantined] = [0, 0, 0];
const failures: string[] = [];
for (const playbook of loaded.playbooks) {
  for (let index = 0; index < count; index++) {
    const round = playUndo(playbook, seed + index);
    cases += round.cases;
    undone += round.undone;
    quarantined += round.quarantined;
    failures.push(...round.wrong.map((wrong) => `seed ${seed + index}: ${wrong}`));
  }
}
const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
const ends = `${undone} undone, ${quarantined} quarantined and paged`;
reportCampaign('campaign:undo', cases, failures, `${loaded.playbooks.length} playbooks, ${ends}, ${seconds} s`);
