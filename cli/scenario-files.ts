import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../model/problem.ts';
import { readScenario } from '../sim/chaos/task.ts';
import type { Scenario } from '../sim/scenario.ts';
import { CliError, exitCodes, usageError } from './io.ts';

/** Scenario files, and those in the folders among the paths; the mistakes of all of them at once. */
export function loadScenarios(paths: readonly string[]): Scenario[] {
  const scenarios: Scenario[] = [];
  const problems: Problem[] = [];
  for (const file of paths.flatMap(scenarioFiles)) {
    const parsed = readScenario(file);
    if (parsed.ok) scenarios.push(parsed.scenario);
    else problems.push(...parsed.errors);
  }
  if (problems.length > 0) throw new CliError(exitCodes.usage, problems);
  if (scenarios.length === 0)
    throw usageError('<path>', 'there is no scenario', 'name a file or a folder of .yaml files');
  return scenarios;
}

export function scenarioFiles(path: string): string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw usageError('<path>', `${path} does not exist`);
  if (!stats.isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => /\.ya?ml$/.test(name));
  return names.toSorted().map((name) => join(path, name));
}
