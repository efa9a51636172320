import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Table from 'cli-table3';
import { type AgentFiles, loadAgentFiles, packageRoot } from '../agent/files.ts';
import { durationText } from '../agent/views/text.ts';
import type { JournalRow } from '../model/record.ts';
import { runWithoutAgent } from './chaos/baseline.ts';
import { chaosDocument } from './chaos/document.ts';
import { storyOf, writeReport } from './chaos/report.ts';
import { saidAgainstWas } from './chaos/said-was.ts';
import { type ScoredRun, scoreRun } from './chaos/score.ts';
import { progressLines } from './progress.ts';
import { type FinishedRun, type SteppedRun, simulate, stepped } from './run.ts';
import { parseScenario, type Scenario } from './scenario.ts';

export interface DemoOptions {
  readonly seed: number;
  readonly json: boolean;
  /** Takes whole lines without their end. */
  readonly out: (text: string) => void;
}

/**
 * The real agent through a scripted day on the simulated cluster, in virtual time.
 * @returns 0 only when the cluster ended healthy and every invariant held
 */
export async function runDemo({ seed, json, out }: DemoOptions): Promise<number> {
  const scenario = demoScenario();
  const { baseline } = runWithoutAgent(scenario, seed);
  const tell = progressLines(json ? () => {} : out);
  const run = simulate(scenario, seed, {
    ...demoAttachment(),
    onRow: ({ record }) => tell(record),
  });
  const scored = scoreRun(run, baseline);
  if (json) out(JSON.stringify(chaosDocument('homeostat', [scored])));
  else await tellSummary(run, scored, out);
  return exitCodeOf(scored);
}

function exitCodeOf({ mitigated, invariantsBroken, harmfulActions }: ScoredRun): number {
  return mitigated === true && invariantsBroken.length === 0 && harmfulActions === 0 ? 0 : 1;
}

async function tellSummary(run: FinishedRun, scored: ScoredRun, out: DemoOptions['out']): Promise<void> {
  out('');
  out(summaryTable(run.rows));
  for (const line of comparison(scored, run)) out(line);
  out(`report    ${await writeDemoReport(run, scored)}`);
}

/** The same day for a screen that drives it. */
export interface SteppedDemo {
  readonly run: SteppedRun;
  /** Runs what is left, tells the summary and returns the exit code of the run. */
  finish(out: DemoOptions['out']): Promise<number>;
}

/** @param asks the agent proposes and a person answers, instead of acting alone */
export function startDemo(seed: number, asks: boolean): SteppedDemo {
  const scenario = demoScenario();
  const files = demoAttachment();
  const policy = asks ? { ...files.policy, mode: 'propose' as const } : files.policy;
  const run = stepped(scenario, seed, { ...files, policy, someoneCanAnswer: asks });
  return {
    run,
    async finish(out) {
      const finished = run.finish();
      const scored = scoreRun(finished, runWithoutAgent(scenario, seed).baseline);
      await tellSummary(finished, scored, out);
      return exitCodeOf(scored);
    },
  };
}

export function demoScenario(): Scenario {
  const file = join(packageRoot(), 'sim', 'demo-day.yaml');
  const parsed = parseScenario(readFileSync(file, 'utf8'), file);
  if (!parsed.ok) throw new Error(parsed.errors.map((error) => `${error.where}: ${error.message}`).join('\n'));
  return parsed.scenario;
}

/** Policy and playbooks of the demo; both ship with the product, so a mistake in them is a defect. */
export function demoAttachment(): AgentFiles {
  const loaded = loadAgentFiles({ policy: join(packageRoot(), 'sim', 'policy.yaml'), playbooks: [] });
  if (!loaded.ok) throw new Error(loaded.problems.map((p) => `${p.where}: ${p.message}`).join('\n'));
  return loaded.files;
}

/** One row per decision that ran: what was said beside what was. */
function summaryTable(rows: readonly JournalRow[]): string {
  const table = new Table({
    head: ['decision', 'did', 'said', 'was', 'outcome'],
    style: { head: [], border: [], compact: true },
    wordWrap: true,
    colWidths: [10, 30, 34, 28, 14],
  });
  for (const { decisionId, did, said, was, outcome } of saidAgainstWas(rows))
    table.push([decisionId, did, said.join('\n'), was.join('\n'), outcome]);
  return table.toString();
}

function comparison(scored: ScoredRun, { world }: FinishedRun): string[] {
  const faults = world.truth.faults.map(({ fault, state }) => `${fault.kind} ${fault.target.id} ${state}`).join(', ');
  return [
    '',
    `faults    ${faults}`,
    `SLO lost  ${durationText(scored.sloMsLost)} with the agent, ${durationText(scored.sloMsLostNoAgent)} with no agent, same seed`,
    `actions   ${scored.actions}, needless ${scored.needlessActions}, harmful ${scored.harmfulActions}, undone ${scored.undone}`,
    `checked   ${scored.invariantsBroken.length === 0 ? 'every invariant held' : scored.invariantsBroken.join('; ')}; state ${scored.stateHash.slice(0, 16)}`,
  ];
}

async function writeDemoReport(run: FinishedRun, scored: ScoredRun): Promise<string> {
  const folder = resolve('reports');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `demo-${scored.seed}.html`);
  writeFileSync(
    file,
    await writeReport(
      'A day with Homeostat',
      [{ story: storyOf(run), saidWas: saidAgainstWas(run.rows), scored }],
      chaosDocument('homeostat', [scored]).summary,
    ),
  );
  return file;
}
