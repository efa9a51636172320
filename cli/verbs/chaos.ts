import { accessSync, constants, existsSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { loadPlaybooks, loadPolicy, packageRoot } from '../../agent/views/files.ts';
import { durationText } from '../../agent/views/text.ts';
import { type AgentKind, type ChaosDocument, chaosDocument } from '../../sim/chaos/document.ts';
import { onThreads } from '../../sim/chaos/pool.ts';
import { differenceText, rehearsalsText, runCells, writeReport } from '../../sim/chaos/report.ts';
import { type ChaosTask, type PlayedTask, workerOfChaos } from '../../sim/chaos/task.ts';
import { faultCatalogue } from '../../sim/faults/catalogue.ts';
import { exampleOf } from '../../sim/faults/examples.ts';
import { personParams } from '../../sim/faults/person-params.ts';
import { overloads } from '../../sim/scenario/overload.ts';
import { commonKeys, faultData, paramRows, personRows } from '../fault-params.ts';
import { CliError, exitCodes, type Io, type Options, print, textOption, usageError } from '../io.ts';
import { loadScenarios } from '../scenario-files.ts';
import { tableText } from '../table.ts';
import { progressOf, seedsOption } from './chaos-options.ts';

/** `homeostat chaos run`. Exit code 8 where a run did harm or broke an invariant. */
export async function runScenarios(io: Io, args: readonly string[], options: Options): Promise<number> {
  const report = reportOption(io, options);
  const loaded = loadScenarios(args.map((path) => resolve(io.workDir, path)));
  const setting = { agent: agentOption(options), policy: policyOption(io, options) };
  const tasks = loaded.flatMap(({ file }) => seedsOption(options).map((seed): ChaosTask => ({ file, seed })));
  for (const { file, scenario } of loaded)
    for (const what of overloads(scenario.cluster)) io.log(`warning: ${file}: ${what}`);
  const progress = progressOf(io, tasks.length, 'runs');
  const played = await onThreads<ChaosTask, PlayedTask>(workerOfChaos, setting, tasks, () => progress(null));
  const runs = played.map(({ scored }) => scored);
  const document = chaosDocument(setting.agent, runs);
  print(io, document, runsText);
  if (report !== null) {
    writeFileSync(report, await writeReport(`Chaos suite, agent: ${setting.agent}`, played, document.summary));
    io.log(`report in ${report}`);
  }
  const bad = runs.some((run) => run.harmfulActions > 0 || run.invariantsBroken.length > 0);
  return bad ? exitCodes.findings : exitCodes.done;
}

/** Where the report goes, once it is known that it can be written there: runs take long. */
function reportOption(io: Io, options: Options): string | null {
  const named = textOption(options, 'report');
  if (named === null) return null;
  const path = resolve(io.workDir, named);
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  if (isFolder) throw usageError('--report', `${path} is a folder`, 'name a file in it, such as report.html');
  try {
    accessSync(existsSync(path) ? path : dirname(path), constants.W_OK);
    return path;
  } catch {
    throw usageError(
      '--report',
      `${path} cannot be written`,
      'name a file in a folder that is there and may be written to',
    );
  }
}

function agentOption(options: Options): AgentKind {
  const name = textOption(options, 'agent') ?? 'homeostat';
  if (name === 'homeostat' || name === 'reactive' || name === 'none') return name;
  throw usageError('--agent', `no agent ${name}`, 'homeostat, reactive or none');
}

/** The policy's path, once the policy and the built-in playbooks are known to be sound. */
function policyOption(io: Io, options: Options): string {
  const named = textOption(options, 'policy');
  const path = named === null ? join(packageRoot(), 'sim', 'policy.yaml') : resolve(io.workDir, named);
  const problems = [loadPolicy(path), loadPlaybooks([])].flatMap((loaded) => (loaded.ok ? [] : loaded.problems));
  if (problems.length > 0) throw new CliError(exitCodes.usage, problems);
  return path;
}

function runsText({ runs, summary }: ChaosDocument): string {
  const time = (ms: number | null) => (ms === null ? '-' : durationText(ms));
  const table = tableText(
    [
      'SCENARIO',
      'SEED',
      'DETECTED',
      'CAUSES',
      'MITIGATED',
      'ACTIONS',
      'NEEDLESS',
      'HARMFUL',
      'SLO LOST',
      'REACTIVE',
      'NO AGENT',
    ],
    runs.map((run) => [...runCells(run), time(run.sloMsLostReactive), time(run.sloMsLostNoAgent)]),
  );
  const broken = runs.flatMap((run) =>
    run.invariantsBroken.map((what) => `BROKEN in ${run.scenario} seed ${run.seed}: ${what}`),
  );
  const totals = `${summary.runs} runs, ${summary.controls} controls, ${summary.harmfulActions} harmful, ${summary.needlessActions} needless actions`;
  const { none, reactive } = summary.against;
  const compared = [
    ...(none === undefined ? [] : [differenceText('nobody', none)]),
    ...(reactive === undefined ? [] : [differenceText('ordinary automation', reactive)]),
  ];
  return [table, ...broken, totals, ...compared, rehearsalsText(summary.rehearsals)].join('\n');
}

/** `homeostat chaos ls`. */
export function listScenarios(io: Io): number {
  const folder = join(packageRoot(), 'sim', 'scenarios');
  const scenarios = loadScenarios([folder]).map(({ scenario: { name, durationMs, faults } }) => ({
    name,
    durationMs,
    faults: faults.map((fault) => fault.kind),
  }));
  print(io, { folder, scenarios }, () =>
    tableText(
      ['SCENARIO', 'LASTS', 'FAULTS'],
      scenarios.map((row) => [row.name, durationText(row.durationMs), row.faults.join(', ') || 'none (control)']),
    ),
  );
  return exitCodes.done;
}

/** `homeostat chaos faults`. */
export function listFaults(io: Io): number {
  print(io, { everyFaultTakes: commonKeys, faults: faultCatalogue.map(faultData), personParams }, () =>
    [
      tableText(
        ['FAULT', 'TARGETS', 'MEANS'],
        faultCatalogue.map((fault) => [fault.kind, fault.targets.join(', '), fault.means]),
      ),
      `Every fault takes\n${tableText(['KEY', 'MEANS'], Object.entries(commonKeys))}`,
      tableText(['FAULT', 'PARAMETER', 'UNIT', 'RANGE', 'DEFAULT', 'MEANS'], paramRows()),
      `Of a human-action\n${tableText(['ACTION', 'PARAMETER', 'MEANS', 'OTHERWISE'], personRows())}`,
      `Examples, on the preset stream-small; edge-link-loss on edge\n${faultCatalogue.map(exampleOf).join('\n')}`,
    ].join('\n\n'),
  );
  return exitCodes.done;
}
