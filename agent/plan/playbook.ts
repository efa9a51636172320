import type { ActionName, RiskClass } from '../../model/actions.ts';
import { actionCatalogue } from '../../model/actions.ts';
import type { EntityKind } from '../../model/entity.ts';
import type { CauseKind } from '../../model/incident.ts';
import type { WorkloadRole } from '../../model/inventory.ts';
import type { Problem } from '../../model/problem.ts';
import { readDocument } from '../config/document.ts';
import { nearestWord } from '../config/nearest-word.ts';
import { invalidExpression } from './conditions.ts';
import { metricOf, metricWords } from './metric-words.ts';
import type { PlaybookText, Selector } from './playbook-schema.ts';
import { playbookSchema } from './playbook-schema.ts';

export type PlaybookParam =
  | { readonly type: 'entities'; readonly kind: EntityKind; readonly from: Selector; readonly maxItems: number }
  | { readonly type: 'number'; readonly value: string; readonly min: number; readonly max: number };

export interface PlaybookStep {
  readonly id: string;
  /** Name of the parameter whose entities the step is done for, one after the other. */
  readonly each: string;
  readonly action: ActionName;
  /** Literals, or `$name` for a number parameter. */
  readonly params: Readonly<Record<string, string | number | null>>;
  readonly timeoutMs: number;
  readonly predict: {
    readonly metric: string;
    readonly of: 'target' | 'queue';
    readonly becomes: 'below' | 'above';
    readonly value: number | string;
    readonly withinMs: number;
    readonly probability: number;
  } | null;
}

export interface PlaybookTest {
  readonly name: string;
  readonly fixture: string;
  /** null: no plan. */
  readonly expect: readonly { readonly action: ActionName; readonly target: string }[] | null;
}

/** A playbook, checked and compiled once: durations in ms, defaults filled in. */
export interface Playbook {
  readonly name: string;
  readonly file: string;
  readonly summary: string;
  readonly params: ReadonlyMap<string, PlaybookParam>;
  readonly trigger: {
    readonly causes: readonly CauseKind[];
    /** null: any. */
    readonly roles: readonly WorkloadRole[] | null;
    readonly minConfidence: number;
    readonly cooldownMs: number;
  };
  readonly diagnose: { readonly require: number; readonly of: readonly string[] };
  readonly checks: readonly string[];
  readonly steps: readonly PlaybookStep[];
  readonly verify: {
    readonly afterMs: number;
    readonly withinMs: number;
    readonly expect: readonly string[];
    readonly inconclusive: 'page' | 'hold';
  };
  /** null: every step is undone by its inverse. */
  readonly noUndoReason: string | null;
  readonly drill: { readonly scenario: string; readonly everyMs: number } | null;
  readonly tests: readonly PlaybookTest[];
  /** The gravest of its actions. */
  readonly risk: RiskClass;
}

export type ParsedPlaybook =
  | { readonly ok: true; readonly playbook: Playbook }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const risks: readonly RiskClass[] = ['safe', 'low', 'high', 'severe'];

/** Reads one `playbook.yaml`. All mistakes are told at once, each with its line. */
export function parsePlaybook(text: string, fileName: string): ParsedPlaybook {
  const read = readDocument(text, fileName, { schema: playbookSchema, prefix: 'PLAYBOOK' });
  if (!read.ok) return read;
  const problems = relationProblems(read.value).map(({ path, ...problem }) => ({
    ...problem,
    where: read.where(path),
  }));
  return problems.length > 0 ? { ok: false, problems } : { ok: true, playbook: compile(read.value, fileName) };
}

interface Mistake {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly path: readonly PropertyKey[];
}

/** What fields must agree on with each other, and every expression's syntax and types. */
function relationProblems(text: PlaybookText): Mistake[] {
  return [
    ...expressionMistakes(text),
    ...text.steps.flatMap((step, i) => stepMistakes(text, step, i)),
    ...requireMistakes(text),
    ...undoMistakes(text),
  ];
}

function expressionMistakes(text: PlaybookText): Mistake[] {
  const conditions: [string, PropertyKey[]][] = [
    ...text.diagnose.of.map((one, i): [string, PropertyKey[]] => [one, ['diagnose', 'of', i]]),
    ...text.checks.map((one, i): [string, PropertyKey[]] => [one, ['checks', i]]),
    ...text.verify.expect.map((one, i): [string, PropertyKey[]] => [one, ['verify', 'expect', i]]),
  ];
  const numbers: [string, PropertyKey[]][] = [
    ...Object.entries(text.params).flatMap(([name, param]): [string, PropertyKey[]][] =>
      param.type === 'number' ? [[param.value, ['params', name, 'value']]] : [],
    ),
    ...text.steps.flatMap((step, i): [string, PropertyKey[]][] =>
      typeof step.predict?.value === 'string' ? [[step.predict.value, ['steps', i, 'predict', 'value']]] : [],
    ),
  ];
  const check =
    (type: 'bool' | 'double') =>
    ([expression, path]: [string, PropertyKey[]]): Mistake[] => {
      const wrong = invalidExpression(expression, type);
      return wrong === null
        ? []
        : [{ code: 'PLAYBOOK_EXPRESSION', message: `"${expression}": ${wrong.message}`, hint: wrong.hint, path }];
    };
  return [...conditions.flatMap(check('bool')), ...numbers.flatMap(check('double'))];
}

function stepMistakes(text: PlaybookText, step: PlaybookText['steps'][number], i: number): Mistake[] {
  const mistakes: Mistake[] = [];
  const names = Object.keys(text.params);
  const each = text.params[step.each];
  const wanted = actionCatalogue[step.action].targetKind;
  if (each === undefined || each.type === 'number') {
    const near = nearestWord(step.each, names);
    const hint = near === null ? `parameters: ${names.join(', ')}` : `did you mean ${near}?`;
    mistakes.push({
      code: 'PLAYBOOK_PARAMETER',
      message: `${step.each} is not an entity parameter`,
      hint,
      path: ['steps', i, 'each'],
    });
  } else if (each.type !== wanted) {
    const message = `${step.action} is for a ${wanted}, ${step.each} is a ${each.type}`;
    mistakes.push({
      code: 'PLAYBOOK_TARGET',
      message,
      hint: `declare ${step.each} as type: ${wanted}`,
      path: ['steps', i, 'each'],
    });
  }
  for (const [key, value] of Object.entries(step.params)) {
    if (typeof value !== 'string' || !value.startsWith('$') || text.params[value.slice(1)]?.type === 'number') continue;
    const hint = `number parameters: ${names.filter((name) => text.params[name]?.type === 'number').join(', ') || 'none'}`;
    mistakes.push({
      code: 'PLAYBOOK_PARAMETER',
      message: `${value} is not a number parameter`,
      hint,
      path: ['steps', i, 'params', key],
    });
  }
  if (step.predict !== undefined && metricOf(step.predict.metric) === null) {
    const near = nearestWord(step.predict.metric, metricWords);
    const hint = near === null ? `metrics: ${metricWords.join(', ')}` : `did you mean ${near}?`;
    mistakes.push({
      code: 'PLAYBOOK_METRIC',
      message: `${step.predict.metric} is not a metric`,
      hint,
      path: ['steps', i, 'predict', 'metric'],
    });
  }
  return mistakes;
}

function requireMistakes(text: PlaybookText): Mistake[] {
  const { require, of } = text.diagnose;
  if (require <= of.length) return [];
  const message = `${require} conditions are required, ${of.length} are given: it could never run`;
  return [{ code: 'PLAYBOOK_REQUIRE', message, hint: `at most ${of.length}`, path: ['diagnose', 'require'] }];
}

function undoMistakes(text: PlaybookText): Mistake[] {
  if ('reason' in text.undo) return [];
  return text.steps.flatMap((step, i): Mistake[] => {
    const kind = actionCatalogue[step.action];
    if (kind.inverse !== null) return [];
    const message = `${step.action} has no inverse: ${kind.inverseReason}`;
    return [{ code: 'PLAYBOOK_UNDO', message, hint: 'write undo: { reason: ... }', path: ['steps', i, 'action'] }];
  });
}

function compile(text: PlaybookText, file: string): Playbook {
  const params = Object.entries(text.params).map(([name, param]): [string, PlaybookParam] => [
    name,
    param.type === 'number'
      ? param
      : { type: 'entities', kind: param.type, from: param.from, maxItems: param.maxItems },
  ]);
  return {
    name: text.playbook,
    file,
    summary: text.summary,
    params: new Map(params),
    trigger: {
      causes: text.trigger.causes,
      roles: text.trigger.roles ?? null,
      minConfidence: text.trigger.minConfidence,
      cooldownMs: text.trigger.cooldown,
    },
    diagnose: text.diagnose,
    checks: text.checks,
    steps: text.steps.map(compileStep),
    verify: {
      afterMs: text.verify.after,
      withinMs: text.verify.within,
      expect: text.verify.expect,
      inconclusive: text.verify.inconclusive,
    },
    noUndoReason: 'reason' in text.undo ? text.undo.reason : null,
    drill: text.drill === undefined ? null : { scenario: text.drill.scenario, everyMs: text.drill.every },
    tests: text.tests.map((test) => ({ ...test, expect: test.expect === 'abstain' ? null : test.expect.plan })),
    risk: risks[Math.max(...text.steps.map((step) => risks.indexOf(actionCatalogue[step.action].risk)))]!,
  };
}

function compileStep(step: PlaybookText['steps'][number]): PlaybookStep {
  const { predict } = step;
  return {
    id: step.id,
    each: step.each,
    action: step.action,
    params: step.params,
    timeoutMs: step.timeout,
    predict:
      predict === undefined
        ? null
        : { ...predict, metric: metricOf(predict.metric) ?? predict.metric, withinMs: predict.within },
  };
}
