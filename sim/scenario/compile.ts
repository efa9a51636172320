import { type ActionKind, type ActionName, actionCatalogue } from '../../model/actions.ts';
import type { LoadSpec } from '../cluster/load.ts';
import type { ClusterSpec } from '../cluster/spec.ts';
import { faultKindOf } from '../faults/catalogue.ts';
import type { Fault } from '../faults/fault.ts';
import { type PresetName, presets } from '../presets/presets.ts';
import type { Scenario, ScenarioSurroundings } from '../scenario.ts';
import { checkCluster, findEntity } from './check.ts';
import { compileCluster } from './cluster-file.ts';
import { faultFile, type ScenarioFile, scenarioFile } from './file.ts';
import type { Report } from './mistakes.ts';
import { readParams } from './read-params.ts';
import { parseDurationMs } from './units.ts';

/** A file whose broken parts are left out, so that what refers to the sound ones can still be checked. */
export type SoundParts = Omit<ScenarioFile, 'faults'> & {
  readonly faults: readonly (ScenarioFile['faults'][number] | null)[];
};

/** What is left of a file that the schema refuses; null without a readable cluster, to which all else refers. */
export function soundPartsOf(raw: unknown): SoundParts | null {
  if (typeof raw !== 'object' || raw === null) return null;
  const given = raw as Readonly<Record<string, unknown>>;
  const { shape } = scenarioFile;
  const cluster = shape.cluster.safeParse(given.cluster);
  if (!cluster.success) return null;
  const duration = shape.duration.safeParse(given.duration);
  const load = shape.load.safeParse(given.load);
  const expect = shape.expect.safeParse(given.expect);
  const faults = Array.isArray(given.faults) ? given.faults : [];
  return {
    version: 1,
    name: '',
    // Without a readable end no fault begins after it.
    duration: duration.success ? duration.data : '10000d',
    cluster: cluster.data,
    load: load.success ? load.data : { pattern: 'steady', peak: 1 },
    faults: faults.map((entry) => faultFile.safeParse(entry).data ?? null),
    expect: expect.success ? expect.data : { causes: [], never: [] },
    people: [],
  };
}

/** Base units, defaults and references; mistakes are reported, and what they spoil is left out. */
export function compileScenario(file: SoundParts, report: Report, surroundings: ScenarioSurroundings): Scenario {
  const cluster =
    'preset' in file.cluster ? presets[file.cluster.preset as PresetName]() : compileCluster(file.cluster);
  checkCluster(cluster, (path, message, hint) => report('SCENARIO_REFERENCE', ['cluster', ...path], message, hint));
  const durationMs = parseDurationMs(file.duration)!;
  const faults = file.faults.map((entry, index) =>
    entry === null ? null : compileFault(entry, index, cluster, durationMs, report),
  );
  const causes = file.expect.causes.map((cause, index) => {
    const targets = faultKindOf(cause.kind).targets;
    const entity = findEntity(cluster, cause.entity, targets);
    if (entity === null)
      report(
        'SCENARIO_REFERENCE',
        ['expect', 'causes', index, 'entity'],
        `there is no ${cause.entity}`,
        'name an entity of the cluster',
      );
    return { kind: cause.kind, entity: entity ?? { kind: 'cluster' as const, id: cluster.id } };
  });
  return {
    name: file.name,
    about: file.about ?? '',
    durationMs,
    cluster,
    load: compileLoad(file, report, surroundings),
    faults: faults.filter((fault) => fault !== null),
    expect: {
      causes,
      never: file.expect.never.map((rule) => ({
        action: rule.action,
        target: rule.target ?? null,
        to: rule.to ?? null,
      })),
    },
    people: file.people.map((person) => ({ afterMs: parseDurationMs(person.after)!, answer: person.answer })),
  };
}

function compileFault(
  entry: ScenarioFile['faults'][number],
  index: number,
  cluster: ClusterSpec,
  durationMs: number,
  report: Report,
): Fault | null {
  const { at, kind: name, target, lasts, ...given } = entry;
  const kind = faultKindOf(name);
  const atMs = parseDurationMs(at)!;
  if (atMs >= durationMs)
    report(
      'SCENARIO_INVALID',
      ['faults', index, 'at'],
      'begins after the end',
      'lengthen `duration` or move the fault',
    );
  const entity = findEntity(cluster, target, kind.targets);
  if (entity === null)
    report(
      'SCENARIO_REFERENCE',
      ['faults', index, 'target'],
      `there is no ${kind.targets.join(' or ')} ${target}`,
      'name an entity of the cluster',
    );
  const { params, mistakes } = readParams(kind, given);
  for (const mistake of mistakes)
    report('SCENARIO_INVALID', ['faults', index, mistake.param], mistake.message, mistake.hint);
  if (entity === null) return null;
  const fitting = kind.targetsOf?.(params);
  if (mistakes.length === 0 && fitting !== undefined && !fitting.includes(entity.kind))
    report(
      'SCENARIO_INVALID',
      ['faults', index, 'target'],
      `with these parameters it does not befall a ${entity.kind}`,
      `name a ${fitting.join(' or ')}`,
    );
  const action = actionCatalogue[params.action as ActionName] as ActionKind | undefined;
  if (name === 'human-action' && action !== undefined && action.targetKind !== entity.kind)
    report(
      'SCENARIO_INVALID',
      ['faults', index, 'action'],
      `${params.action} does not act on a ${entity.kind}`,
      `it acts on a ${action.targetKind}`,
    );
  return {
    id: `F-${index + 1}`,
    kind: name,
    target: entity,
    atMs,
    lastsMs: lasts === undefined ? null : parseDurationMs(lasts),
    params,
  };
}

function compileLoad(file: SoundParts, report: Report, surroundings: ScenarioSurroundings): LoadSpec {
  const { pattern, peak, file: csv, step } = file.load;
  if (pattern !== 'replay') return { pattern, peak, recorded: null };
  const text = csv === undefined ? null : surroundings.readBeside(csv);
  const values = (text ?? '')
    .split('\n')
    .map((row) => Number(row.split(',').at(-1)))
    .filter((value) => Number.isFinite(value) && value > 0);
  if (values.length === 0) {
    report(
      'SCENARIO_REFERENCE',
      ['load', 'file'],
      'the recorded series cannot be read',
      'a CSV file beside the scenario whose last column is the rate',
    );
    return { pattern: 'steady', peak, recorded: null };
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    pattern,
    peak,
    recorded: { factors: values.map((value) => value / mean), stepMs: parseDurationMs(step ?? '1m')! },
  };
}
