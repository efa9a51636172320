import { actionCatalogue } from '../../model/actions.ts';
import type { Mistake } from '../config/document.ts';
import { nearestWord } from '../config/nearest-word.ts';
import type { Readable } from '../config/readable.ts';
import { invalidExpression } from './conditions.ts';
import { metricOf, metricWords } from './metric-words.ts';
import type { PlaybookText } from './playbook-schema.ts';

type Text = Readable<PlaybookText>;
type StepText = NonNullable<NonNullable<Text['steps']>[number]>;
type Path = readonly PropertyKey[];

/** What fields must agree on with each other, and every expression's syntax and types, as far as it could be read. */
export function playbookMistakes(text: Text): Mistake[] {
  return [
    ...expressionMistakes(text),
    ...(text.steps ?? []).flatMap((step = {}, i) => [
      ...eachMistakes(text, step, ['steps', i, 'each']),
      ...paramMistakes(text, step, ['steps', i, 'params']),
      ...metricMistakes(step, ['steps', i, 'predict', 'metric']),
      ...undoMistakes(text, step, ['steps', i, 'action']),
    ]),
    ...requireMistakes(text),
  ];
}

type Expression = readonly [text: string | undefined, path: Path];

function expressionMistakes(text: Text): Mistake[] {
  const conditions: Expression[] = [
    ...(text.diagnose?.of ?? []).map((one, i): Expression => [one, ['diagnose', 'of', i]]),
    ...(text.checks ?? []).map((one, i): Expression => [one, ['checks', i]]),
    ...(text.verify?.expect ?? []).map((one, i): Expression => [one, ['verify', 'expect', i]]),
  ];
  const numbers: Expression[] = [
    ...Object.entries(text.params ?? {}).flatMap(([name, param]): Expression[] =>
      param?.type === 'number' ? [[param.value, ['params', name, 'value']]] : [],
    ),
    ...(text.steps ?? []).flatMap((step, i): Expression[] =>
      typeof step?.predict?.value === 'string' ? [[step.predict.value, ['steps', i, 'predict', 'value']]] : [],
    ),
  ];
  const check =
    (type: 'bool' | 'double') =>
    ([expression, path]: Expression): Mistake[] => {
      const wrong = expression === undefined ? null : invalidExpression(expression, type);
      if (wrong === null) return [];
      return [{ code: 'PLAYBOOK_EXPRESSION', message: `"${expression}": ${wrong.message}`, hint: wrong.hint, path }];
    };
  return [...conditions.flatMap(check('bool')), ...numbers.flatMap(check('double'))];
}

/** A parameter that is written but cannot be read has its own mistake, and none here. */
function eachMistakes({ params }: Text, { each, action }: StepText, path: Path): Mistake[] {
  if (each === undefined || params === undefined || (each in params && params[each]?.type === undefined)) return [];
  const type = params[each]?.type;
  if (type === undefined || type === 'number') {
    const hint = meant(each, Object.keys(params), 'parameters');
    return [{ code: 'PLAYBOOK_PARAMETER', message: `${each} is not an entity parameter`, hint, path }];
  }
  const wanted = action === undefined ? type : actionCatalogue[action].targetKind;
  if (type === wanted) return [];
  const message = `${action} is for a ${wanted}, ${each} is a ${type}`;
  return [{ code: 'PLAYBOOK_TARGET', message, hint: `declare ${each} as type: ${wanted}`, path }];
}

function paramMistakes(text: Text, { params = {} }: StepText, path: Path): Mistake[] {
  const declared = text.params;
  if (declared === undefined) return [];
  const numbers = Object.keys(declared).filter((name) => declared[name]?.type === 'number');
  return Object.entries(params).flatMap(([key, value]): Mistake[] => {
    if (typeof value !== 'string' || !value.startsWith('$')) return [];
    const name = value.slice(1);
    if (numbers.includes(name) || (name in declared && declared[name] === undefined)) return [];
    const message = `${value} is not a number parameter`;
    const hint = `number parameters: ${numbers.join(', ') || 'none'}`;
    return [{ code: 'PLAYBOOK_PARAMETER', message, hint, path: [...path, key] }];
  });
}

function metricMistakes({ predict }: StepText, path: Path): Mistake[] {
  if (predict?.metric === undefined || metricOf(predict.metric) !== null) return [];
  const hint = meant(predict.metric, metricWords, 'metrics');
  return [{ code: 'PLAYBOOK_METRIC', message: `${predict.metric} is not a metric`, hint, path }];
}

function meant(word: string, known: readonly string[], of: string): string {
  const near = nearestWord(word, known);
  return near === null ? `${of}: ${known.join(', ')}` : `did you mean ${near}?`;
}

function requireMistakes({ diagnose }: Text): Mistake[] {
  const { require, of } = diagnose ?? {};
  if (require === undefined || of === undefined || require <= of.length) return [];
  const message = `${require} conditions are required, ${of.length} are given: it could never run`;
  return [{ code: 'PLAYBOOK_REQUIRE', message, hint: `at most ${of.length}`, path: ['diagnose', 'require'] }];
}

function undoMistakes({ undo }: Text, { action }: StepText, path: Path): Mistake[] {
  if (action === undefined || undo === undefined || 'reason' in undo) return [];
  const kind = actionCatalogue[action];
  if (kind.inverse !== null) return [];
  const message = `${action} has no inverse: ${kind.inverseReason}`;
  return [{ code: 'PLAYBOOK_UNDO', message, hint: 'write undo: { reason: ... }', path }];
}
