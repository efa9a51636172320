import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../model/problem.ts';
import { readScenario } from '../sim/chaos/task.ts';
import type { Scenario } from '../sim/scenario.ts';
import { CliError, exitCodes, usageError } from './io.ts';

/** One scenario and the file that it came from. */
export interface LoadedScenario {
  readonly file: string;
  readonly scenario: Scenario;
}

/** Scenario files, and those in the folders among the paths, each once; the mistakes of all of them at once. */
export function loadScenarios(paths: readonly string[]): LoadedScenario[] {
  const loaded: LoadedScenario[] = [];
  const problems: Problem[] = [];
  for (const file of new Set(paths.flatMap(scenarioFiles))) {
    const parsed = readScenario(file);
    if (!parsed.ok) {
      problems.push(...parsed.errors);
      continue;
    }
    const { name } = parsed.scenario;
    const namesake = loaded.find((earlier) => earlier.scenario.name === name);
    if (namesake !== undefined) problems.push(sameName(name, parsed.where(['name']), namesake.file));
    loaded.push({ file, scenario: parsed.scenario });
  }
  if (problems.length > 0) throw new CliError(exitCodes.usage, problems);
  if (loaded.length === 0) throw usageError('<path>', 'there is no scenario', 'name a file or a folder of .yaml files');
  return loaded;
}

function sameName(name: string, where: string, earlier: string): Problem {
  const message = `name: ${earlier} is called ${name} too`;
  return { code: 'SCENARIO_INVALID', message, where, hint: 'runs are told apart by the names of their scenarios' };
}

function scenarioFiles(path: string): string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined)
    throw usageError('<path>', `${path} does not exist`, 'name a scenario file or a folder of .yaml files');
  if (!stats.isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => /\.ya?ml$/.test(name));
  return names.toSorted().map((name) => join(path, name));
}
