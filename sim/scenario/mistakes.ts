import type { Mistake } from '../../agent/config/document.ts';
import { nearestWord } from '../../agent/config/nearest-word.ts';
import type { Readable } from '../../agent/config/readable.ts';
import { parseDurationMs } from '../../agent/config/units.ts';
import { type ActionKind, type ActionName, actionCatalogue } from '../../model/actions.ts';
import type { EntityKind } from '../../model/entity.ts';
import type { ClusterSpec } from '../cluster/spec.ts';
import { faultKindOf } from '../faults/catalogue.ts';
import type { ScenarioSurroundings } from '../scenario.ts';
import { checkCluster, findEntity, idsOf } from './check.ts';
import { clusterOf, readRecording } from './compile.ts';
import type { ScenarioFile } from './file.ts';
import { readParams } from './read-params.ts';

type File = Readable<ScenarioFile>;
type FaultText = NonNullable<NonNullable<File['faults']>[number]>;
type Path = readonly PropertyKey[];

/**
 * What is wrong in the meaning of a scenario, as far as it could be read. What names parts of a cluster waits until the
 * cluster itself can be read.
 */
export function scenarioMistakes(file: File, surroundings: ScenarioSurroundings): Mistake[] {
  const cluster = file.cluster === undefined ? null : clusterOf(file.cluster as ScenarioFile['cluster']);
  return [
    ...(cluster === null ? [] : clusterMistakes(cluster)),
    ...recordingMistakes(file, surroundings),
    ...(file.faults ?? []).flatMap((fault, i) => faultMistakes(fault ?? {}, ['faults', i], file, cluster)),
    ...causeMistakes(file, cluster),
  ];
}

function invalid(path: Path, message: string, hint: string): Mistake {
  return { code: 'SCENARIO_INVALID', path, message, hint };
}

function dangling(path: Path, message: string, hint: string): Mistake {
  return { code: 'SCENARIO_REFERENCE', path, message, hint };
}

function clusterMistakes(cluster: ClusterSpec): Mistake[] {
  const mistakes: Mistake[] = [];
  checkCluster(cluster, (path, message, hint) => mistakes.push(dangling(['cluster', ...path], message, hint)));
  return mistakes;
}

function recordingMistakes({ load }: File, surroundings: ScenarioSurroundings): Mistake[] {
  if (load?.pattern !== 'replay' || readRecording(load.file, surroundings).length > 0) return [];
  const hint = 'a CSV file beside the scenario whose last column is the rate';
  return [dangling(['load', 'file'], 'the recorded series cannot be read', hint)];
}

function faultMistakes(fault: FaultText, path: Path, file: File, cluster: ClusterSpec | null): Mistake[] {
  const { at, kind: name, target, lasts: _lasts, ...given } = fault;
  const mistakes = lateMistakes(at, [...path, 'at'], file);
  if (name === undefined) return mistakes;
  const kind = faultKindOf(name);
  const { params, mistakes: wrong } = readParams(kind, given);
  mistakes.push(...wrong.map(({ param, message, hint }) => invalid([...path, param], message, hint)));
  if (target === undefined || cluster === null) return mistakes;
  const entity = findEntity(cluster, target, kind.targets);
  if (entity === null) return [...mistakes, unknownEntity(target, kind.targets, [...path, 'target'], cluster)];
  const fitting = kind.targetsOf?.(params);
  if (wrong.length === 0 && fitting !== undefined && !fitting.includes(entity.kind)) {
    const message = `with these parameters it does not befall a ${entity.kind}`;
    mistakes.push(invalid([...path, 'target'], message, `name a ${fitting.join(' or ')}`));
  }
  const action = actionCatalogue[params.action as ActionName] as ActionKind | undefined;
  if (name === 'human-action' && action !== undefined && action.targetKind !== entity.kind) {
    const message = `${params.action} does not act on a ${entity.kind}`;
    mistakes.push(invalid([...path, 'action'], message, `it acts on a ${action.targetKind}`));
  }
  return mistakes;
}

function lateMistakes(at: string | undefined, path: Path, { duration }: File): Mistake[] {
  if (at === undefined || duration === undefined || parseDurationMs(at)! < parseDurationMs(duration)!) return [];
  return [invalid(path, 'begins after the end', 'lengthen `duration` or move the fault')];
}

function unknownEntity(name: string, kinds: readonly EntityKind[], path: Path, cluster: ClusterSpec): Mistake {
  const byKind = idsOf(cluster);
  const known = kinds.flatMap((kind) => byKind[kind]);
  const near = nearestWord(name, known);
  const hint = `${near === null ? '' : `did you mean ${near}? `}known: ${known.slice(0, 12).join(', ') || 'none'}`;
  return dangling(path, `there is no ${kinds.join(' or ')} ${name}`, hint);
}

function causeMistakes({ expect }: File, cluster: ClusterSpec | null): Mistake[] {
  return (expect?.causes ?? []).flatMap((cause, i): Mistake[] => {
    if (cluster === null || cause?.kind === undefined || cause.entity === undefined) return [];
    const { targets } = faultKindOf(cause.kind);
    if (findEntity(cluster, cause.entity, targets) !== null) return [];
    return [unknownEntity(cause.entity, targets, ['expect', 'causes', i, 'entity'], cluster)];
  });
}
