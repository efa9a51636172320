import type { Mistake } from '../../agent/config/document.ts';
import type { Readable } from '../../agent/config/readable.ts';
import { actionCatalogue } from '../../model/actions.ts';
import { faultKindOf } from '../faults/catalogue.ts';
import type { ScenarioSurroundings } from '../scenario.ts';
import type { ClusterFile } from './cluster-file.ts';
import { clusterMistakes } from './cluster-mistakes.ts';
import { readRecording } from './compile.ts';
import { findEntity } from './entities.ts';
import { faultMistakes } from './fault-mistakes.ts';
import type { ScenarioFile } from './file.ts';
import { dangling, invalid, unknownEntity } from './mistake.ts';
import { type Sketch, sketchOf } from './sketch.ts';

type File = Readable<ScenarioFile>;

/**
 * What is wrong in the meaning of a scenario, as far as it could be read. Names of what may stand in a part of the
 * cluster that cannot be read are let be.
 */
export function scenarioMistakes(file: File, surroundings: ScenarioSurroundings): Mistake[] {
  const { cluster } = file;
  const sketch = sketchOf(cluster);
  const isPreset = cluster === undefined || 'preset' in cluster;
  return [
    ...(isPreset ? [] : clusterMistakes(cluster as Readable<ClusterFile>, sketch)),
    ...recordingMistakes(file, surroundings),
    ...faultMistakes(file, sketch),
    ...causeMistakes(file, sketch),
    ...neverMistakes(file, sketch),
  ];
}

function recordingMistakes({ load }: File, surroundings: ScenarioSurroundings): Mistake[] {
  if (load?.pattern !== 'replay' || readRecording(load.file, surroundings).length > 0) return [];
  const hint = 'a CSV file beside the scenario whose last column is the rate';
  return [dangling(['load', 'file'], 'the recorded series cannot be read', hint)];
}

/** What is found may lie elsewhere than the fault, but must be something. */
function causeMistakes({ expect }: File, sketch: Sketch): Mistake[] {
  return (expect?.causes ?? []).flatMap((cause, i): Mistake[] => {
    if (cause?.kind === undefined || cause.entity === undefined) return [];
    const { targets } = faultKindOf(cause.kind);
    const { entity } = cause;
    if (findEntity(sketch.ids, entity, targets) !== null) return [];
    if (targets.some((kind) => sketch.mayBe(kind, entity))) return [];
    const about = { kinds: targets, path: ['expect', 'causes', i, 'entity'], who: `${cause.kind} befalls` };
    return [unknownEntity(entity, about, sketch)];
  });
}

/** A rule that no action can break guards nothing. */
function neverMistakes({ expect }: File, sketch: Sketch): Mistake[] {
  return (expect?.never ?? []).flatMap((rule, i): Mistake[] => {
    if (rule?.action === undefined) return [];
    const path = ['expect', 'never', i];
    const { action, target } = rule;
    const mistakes: Mistake[] = [];
    if (rule.to !== undefined && action !== 'workload.scale')
      mistakes.push(invalid([...path, 'to'], `${action} has no count`, 'only workload.scale has one: leave it out'));
    const { targetKind } = actionCatalogue[action];
    if (target === undefined || findEntity(sketch.ids, target, [targetKind]) !== null) return mistakes;
    if (sketch.mayBe(targetKind, target)) return mistakes;
    const about = { kinds: [targetKind], path: [...path, 'target'], who: `${action} acts on` };
    return [...mistakes, unknownEntity(target, about, sketch)];
  });
}
