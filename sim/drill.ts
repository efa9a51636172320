import { join } from 'node:path';
import { loadPolicy, packageRoot } from '../agent/files.ts';
import type { Playbook } from '../agent/views/playbooks.ts';
import { progressLines } from './progress.ts';
import { simulate } from './run.ts';
import { parseScenario } from './scenario.ts';

export interface DrillResult {
  readonly playbook: string;
  readonly plans: number;
  readonly succeeded: number;
  readonly mitigated: boolean;
}

/** Runs a playbook's drill: the real agent with this playbook alone, under the suite's policy, on the simulated cluster. */
export function runDrill(
  playbook: Playbook,
  scenario: { readonly text: string; readonly file: string },
  out: (line: string) => void,
): DrillResult {
  const parsed = parseScenario(scenario.text, scenario.file);
  if (!parsed.ok) throw new Error(parsed.errors.map((error) => `${error.where}: ${error.message}`).join('\n'));
  const policy = loadPolicy(join(packageRoot(), 'sim', 'policy.yaml'));
  if (!policy.ok) throw new Error(policy.problems.map((problem) => `${problem.where}: ${problem.message}`).join('\n'));
  const tell = progressLines(out);
  const { world, rows } = simulate(parsed.scenario, 1, {
    policy: policy.policy,
    playbooks: [playbook],
    onRow: ({ record }) => tell(record),
  });
  return {
    playbook: playbook.name,
    plans: rows.filter(({ record }) => record.type === 'plan').length,
    succeeded: rows.filter(({ record }) => record.type === 'outcome' && record.result === 'succeeded').length,
    mitigated: world.truth.faults.every((fault) => fault.state === 'mitigated'),
  };
}
