import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AgentFiles } from '../../agent/files.ts';
import { loadAgentFiles } from '../../agent/files.ts';
import { attachReactive } from '../reactive/reactive.ts';
import { type FinishedRun, simulate } from '../run.ts';
import { parseScenario, type Scenario } from '../scenario.ts';
import { createWorld } from '../world.ts';
import { runWithoutAgent } from './baseline.ts';
import type { AgentKind } from './document.ts';
import { workerBeside } from './pool.ts';
import { storyOf } from './report.ts';
import { type SaidWas, saidAgainstWas } from './said-was.ts';
import { type Baseline, type ScoredRun, scoreRun } from './score.ts';

/** The thread that runs tasks. */
export const workerOfChaos = workerBeside(import.meta.url, 'worker');

/** One scenario from one seed. Files are named, not handed over: compiled rules do not cross between threads. */
export interface ChaosTask {
  readonly file: string;
  readonly seed: number;
}

export interface ChaosSetting {
  readonly agent: AgentKind;
  readonly policy: string;
}

/** A score, and what the report tells of the run: one line per record. */
export interface PlayedTask {
  readonly scored: ScoredRun;
  readonly story: readonly string[];
  readonly saidWas: readonly SaidWas[];
}

function playedTask(run: FinishedRun, baseline: Baseline): PlayedTask {
  return { scored: scoreRun(run, baseline), story: storyOf(run), saidWas: saidAgainstWas(run.rows) };
}

/** Reads the agent's files once; the returned function runs one task after another. @throws where a file is unsound */
export function taskRunner({ agent, policy }: ChaosSetting): (task: ChaosTask) => PlayedTask {
  const files = agent === 'homeostat' ? filesOf(policy) : null;
  return ({ file, seed }) => {
    const scenario = scenarioOf(file);
    const { baseline, scored } = runWithoutAgent(scenario, seed);
    if (agent === 'none') return { scored, story: [], saidWas: [] };
    const reactive = runReactive(scenario, seed);
    if (files === null) return playedTask(reactive, baseline);
    return playedTask(simulate(scenario, seed, files), {
      ...baseline,
      sloMsLostReactive: reactive.world.truth.sloMsLost,
    });
  };
}

/** Reads a scenario with the load files that stand beside it. */
export function readScenario(file: string): ReturnType<typeof parseScenario> {
  const readBeside = (name: string) => {
    try {
      return readFileSync(join(dirname(file), name), 'utf8');
    } catch {
      return null;
    }
  };
  return parseScenario(readFileSync(file, 'utf8'), file, { readBeside });
}

function runReactive(scenario: Scenario, seed: number): FinishedRun {
  const world = createWorld({ scenario, seed });
  attachReactive(world);
  world.runUntilMs(world.endMs);
  return { world, shell: null, rows: [] };
}

function filesOf(policy: string): AgentFiles {
  const loaded = loadAgentFiles({ policy, playbooks: [] });
  if (!loaded.ok) throw new Error(loaded.problems.map(({ where, message }) => `${where}: ${message}`).join('\n'));
  return loaded.files;
}

function scenarioOf(file: string): Scenario {
  const parsed = readScenario(file);
  if (!parsed.ok) throw new Error(parsed.errors.map(({ where, message }) => `${where}: ${message}`).join('\n'));
  return parsed.scenario;
}
