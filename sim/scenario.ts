import { LineCounter, parseDocument } from 'yaml';
import type { ActionName } from '../model/actions.ts';
import type { EntityRef } from '../model/entity.ts';
import type { CauseKind } from '../model/incident.ts';
import type { LoadSpec } from './cluster/load.ts';
import type { ClusterSpec } from './cluster/spec.ts';
import type { Fault } from './faults/fault.ts';
import { compileScenario, soundPartsOf } from './scenario/compile.ts';
import { scenarioFile } from './scenario/file.ts';
import { flattenIssues, type Path, type Place, placeOf, type Report } from './scenario/mistakes.ts';

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

/** One mistake in a file, in the shape of every error that the product prints. */
export interface ScenarioMistake {
  readonly code: string;
  readonly message: string;
  /** `file:line:col path`. */
  readonly where: string;
  readonly hint: string;
}

export type ParsedScenario =
  | { readonly ok: true; readonly scenario: Scenario }
  | { readonly ok: false; readonly errors: readonly ScenarioMistake[] };

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
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const found: { readonly at: Place; readonly mistake: ScenarioMistake }[] = [];
  const note = (code: string, at: Place, path: Path, message: string, hint: string) => {
    const where = [`${fileName}:${at.line}:${at.col}`, path.join('.')].filter((part) => part !== '').join(' ');
    found.push({ at, mistake: { code, message, where, hint } });
  };
  const report: Report = (code, path, message, hint) =>
    note(code, placeOf(document.contents, lines, path), path, message, hint);
  for (const problem of document.errors) {
    const message = problem.message.split('\n')[0]!.replace(/ at line .*$/, '');
    note('SCENARIO_NOT_YAML', lines.linePos(problem.pos[0]), [], message, 'check quotes, colons and indentation');
  }
  const scenario = found.length > 0 ? null : readDocument(document.toJS(), report, surroundings);
  if (scenario !== null && found.length === 0) return { ok: true, scenario };
  found.sort((a, b) => a.at.line - b.at.line || a.at.col - b.at.col);
  return { ok: false, errors: found.map((entry) => entry.mistake) };
}

/** Schema first, then references; where the schema fails, what is sound is still checked for its references. */
function readDocument(raw: unknown, report: Report, surroundings: ScenarioSurroundings): Scenario | null {
  const read = scenarioFile.safeParse(raw);
  if (read.success) return compileScenario(read.data, report, surroundings);
  for (const issue of flattenIssues(read.error.issues))
    report('SCENARIO_INVALID', issue.path, issue.message, issue.hint);
  const sound = soundPartsOf(raw);
  if (sound !== null) compileScenario(sound, report, surroundings);
  return null;
}
