import { isMap, LineCounter, type Node, parseDocument } from 'yaml';
import type { ActionName } from '../model/actions.ts';
import type { EntityRef } from '../model/entity.ts';
import type { CauseKind } from '../model/incident.ts';
import type { LoadSpec } from './cluster/load.ts';
import type { ClusterSpec } from './cluster/spec.ts';
import { faultKindOf } from './faults/catalogue.ts';
import type { Fault } from './faults/fault.ts';
import { type PresetName, presets } from './presets/presets.ts';
import { checkCluster, findEntity } from './scenario/check.ts';
import { compileCluster } from './scenario/cluster-file.ts';
import { type ScenarioFile, scenarioFile } from './scenario/file.ts';
import { readParams } from './scenario/read-params.ts';
import { parseDurationMs } from './scenario/units.ts';

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

type Path = readonly (string | number)[];
type Report = (code: string, path: Path, message: string, hint: string) => void;

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
  const errors: ScenarioMistake[] = [];
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const report: Report = (code, path, message, hint) =>
    errors.push({ code, message, where: `${fileName}:${place(document.contents, lines, path)}`, hint });
  for (const problem of document.errors) {
    const at = lines.linePos(problem.pos[0]);
    const message = problem.message.split('\n')[0] ?? 'is not YAML';
    errors.push({
      code: 'SCENARIO_NOT_YAML',
      message,
      where: `${fileName}:${at.line}:${at.col}`,
      hint: 'check quotes, colons and indentation',
    });
  }
  if (errors.length > 0) return { ok: false, errors };
  const read = scenarioFile.safeParse(document.toJS());
  if (!read.success) {
    for (const issue of flatten(read.error.issues)) report('SCENARIO_INVALID', issue.path, issue.message, issue.hint);
    return { ok: false, errors };
  }
  const scenario = compile(read.data, report, surroundings);
  return scenario === null || errors.length > 0 ? { ok: false, errors } : { ok: true, scenario };
}

interface FlatIssue {
  readonly path: (string | number)[];
  readonly message: string;
  readonly hint: string;
}

interface ZodLikeIssue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
  readonly values?: readonly unknown[];
  readonly errors?: readonly (readonly ZodLikeIssue[])[];
}

/** One entry per unknown key, and for a union the mistakes of the form that fits best. */
function flatten(issues: readonly unknown[], above: (string | number)[] = []): FlatIssue[] {
  return (issues as readonly ZodLikeIssue[]).flatMap((issue): FlatIssue[] => {
    const path = [...above, ...(issue.path as (string | number)[])];
    if (issue.code === 'unrecognized_keys')
      return (issue.keys ?? []).map((key) => ({
        path: [...path, key],
        message: `unknown key ${key}`,
        hint: 'remove it or correct its spelling',
      }));
    if (issue.code === 'invalid_union' && issue.errors !== undefined && issue.errors.length > 0) {
      const best = [...issue.errors].sort((a, b) => a.length - b.length)[0]!;
      return flatten(best, path);
    }
    const hint = issue.values === undefined ? 'see the scenario schema' : `one of: ${issue.values.join(', ')}`;
    return [{ path, message: issue.message, hint }];
  });
}

/** `line:col path` of the deepest part of the path that the file has. */
function place(root: unknown, lines: LineCounter, path: Path): string {
  let node = root as Node | null;
  let offset = node?.range?.[0] ?? 0;
  for (const part of path) {
    if (node === null || typeof node !== 'object' || !('get' in node)) break;
    if (isMap(node)) {
      const pair = node.items.find((item) => String(item.key) === String(part));
      const keyRange = (pair?.key as Node | undefined)?.range;
      if (keyRange) offset = keyRange[0];
    }
    const next = (node as { get(key: unknown, keep: boolean): unknown }).get(part, true) as Node | undefined;
    if (next === undefined) break;
    if (!isMap(node)) offset = next.range?.[0] ?? offset;
    node = next;
  }
  const at = lines.linePos(offset);
  return path.length === 0 ? `${at.line}:${at.col}` : `${at.line}:${at.col} ${path.join('.')}`;
}

function compile(file: ScenarioFile, report: Report, surroundings: ScenarioSurroundings): Scenario | null {
  const cluster =
    'preset' in file.cluster ? presets[file.cluster.preset as PresetName]() : compileCluster(file.cluster);
  checkCluster(cluster, (path, message, hint) => report('SCENARIO_REFERENCE', ['cluster', ...path], message, hint));
  const durationMs = parseDurationMs(file.duration)!;
  const faults = file.faults.map((entry, index) => compileFault(entry, index, cluster, durationMs, report));
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
  return {
    id: `F-${index + 1}`,
    kind: name,
    target: entity,
    atMs,
    lastsMs: lasts === undefined ? null : parseDurationMs(lasts),
    params,
  };
}

function compileLoad(file: ScenarioFile, report: Report, surroundings: ScenarioSurroundings): LoadSpec {
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
