import { problemsOf, readDocument } from '../agent/config/document.ts';
import type { ActionName } from '../model/actions.ts';
import type { EntityRef } from '../model/entity.ts';
import type { CauseKind } from '../model/incident.ts';
import type { Problem } from '../model/problem.ts';
import type { LoadSpec } from './cluster/load.ts';
import type { ClusterSpec } from './cluster/spec.ts';
import type { Fault } from './faults/fault.ts';
import { compileScenario } from './scenario/compile.ts';
import { formOf, scenarioFile } from './scenario/file.ts';
import { scenarioMistakes } from './scenario/mistakes.ts';

/** A scenario in base units; times are ms since the start of the run. */
export interface Scenario {
  readonly name: string;
  readonly about: string;
  readonly durationMs: number;
  readonly cluster: ClusterSpec;
  readonly load: LoadSpec;
  readonly faults: readonly Fault[];
  readonly expect: {
    /** Empty in a no-fault control. */
    readonly causes: readonly { readonly kind: CauseKind; readonly entity: EntityRef }[];
    /** Actions that count as harm. */
    readonly never: readonly {
      readonly action: ActionName;
      readonly target: string | null;
      readonly to: number | null;
    }[];
  };
  readonly people: readonly { readonly afterMs: number; readonly answer: 'approve' | 'deny' }[];
}

export type ParsedScenario =
  | { readonly ok: true; readonly scenario: Scenario; readonly where: (path: readonly PropertyKey[]) => string }
  | { readonly ok: false; readonly errors: readonly Problem[] };

/** What reading a scenario may ask of its surroundings: the text of a file that stands beside it. */
export interface ScenarioSurroundings {
  readonly readBeside: (name: string) => string | null;
}

/**
 * Reads a scenario file. All mistakes are found at once, each with its place and a hint.
 * @param fileName shown in mistakes; nothing is read from it
 */
export function parseScenario(
  text: string,
  fileName: string,
  surroundings: ScenarioSurroundings = { readBeside: () => null },
): ParsedScenario {
  const read = readDocument(text, fileName, { schema: scenarioFile, formOf, prefix: 'SCENARIO' });
  const errors = problemsOf(read, (file) => scenarioMistakes(file, surroundings));
  if (!read.ok || errors.length > 0) return { ok: false, errors };
  return { ok: true, scenario: compileScenario(read.value, surroundings), where: read.where };
}
