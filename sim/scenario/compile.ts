import { parseDurationMs } from '../../agent/config/units.ts';
import { actionCatalogue } from '../../model/actions.ts';
import type { LoadSpec } from '../cluster/load.ts';
import type { ClusterSpec } from '../cluster/spec.ts';
import { faultKindOf } from '../faults/catalogue.ts';
import type { Fault } from '../faults/fault.ts';
import { type PresetName, presets } from '../presets/presets.ts';
import type { Scenario, ScenarioSurroundings } from '../scenario.ts';
import { compileCluster } from './cluster-file.ts';
import { findEntity, idsOf } from './entities.ts';
import type { ScenarioFile } from './file.ts';
import { readParams } from './read-params.ts';

function clusterOf(file: ScenarioFile['cluster']): ClusterSpec {
  return 'preset' in file ? presets[file.preset as PresetName]() : compileCluster(file);
}

/** Base units, defaults and references of a file without mistakes. */
export function compileScenario(file: ScenarioFile, surroundings: ScenarioSurroundings): Scenario {
  const cluster = clusterOf(file.cluster);
  const ids = idsOf(cluster);
  const entityOf = (kind: Fault['kind'], text: string) => findEntity(ids, text, faultKindOf(kind).targets)!;
  return {
    name: file.name,
    about: file.about ?? '',
    durationMs: parseDurationMs(file.duration)!,
    cluster,
    load: compileLoad(file, surroundings),
    faults: file.faults.map(({ at, kind, target, lasts, ...given }, index) => ({
      id: `F-${index + 1}`,
      kind,
      target: entityOf(kind, target),
      atMs: parseDurationMs(at)!,
      lastsMs: lasts === undefined ? null : parseDurationMs(lasts),
      params: readParams(faultKindOf(kind), given).params,
    })),
    expect: {
      causes: file.expect.causes.map(({ kind, entity }) => ({ kind, entity: entityOf(kind, entity) })),
      never: file.expect.never.map(({ action, target, to }) => ({
        action,
        target: target === undefined ? null : findEntity(ids, target, [actionCatalogue[action].targetKind])!.id,
        to: to ?? null,
      })),
    },
    people: file.people.map((person) => ({ afterMs: parseDurationMs(person.after)!, answer: person.answer })),
  };
}

/** Rates of a recorded series, one per row; none where it cannot be read. */
export function readRecording(csv: string | undefined, { readBeside }: ScenarioSurroundings): number[] {
  const text = csv === undefined ? null : readBeside(csv);
  return (text ?? '')
    .split('\n')
    .map((row) => Number(row.split(',').at(-1)))
    .filter((value) => Number.isFinite(value) && value > 0);
}

function compileLoad({ load }: ScenarioFile, surroundings: ScenarioSurroundings): LoadSpec {
  const { pattern, peak, file, step } = load;
  if (pattern !== 'replay') return { pattern, peak, recorded: null };
  const values = readRecording(file, surroundings);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const stepMs = parseDurationMs(step ?? '1m')!;
  return { pattern, peak, recorded: { factors: values.map((value) => value / mean), stepMs } };
}
