import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import type { EntityRef } from '../../model/entity.ts';
import type { PredictedEffect } from '../../model/plan.ts';
import { signalKinds } from '../../model/signal.ts';
import { nearestWord } from '../config/nearest-word.ts';
import type { Monitor } from '../monitor/monitor.ts';
import { findSeries, lastAtMs, lastValue } from '../monitor/series-store.ts';
import { type ConditionFacts, EntityValue, NoData } from './condition-facts.ts';
import { conditionFunctions } from './condition-functions.ts';
import { metricOf, metricWords } from './metric-words.ts';

export { type ConditionFacts, conditionFacts } from './condition-facts.ts';

/*
 * Conditions of playbooks are CEL (https://cel.dev) over the functions of `condition-functions.ts`, with `target` bound
 * to one entity. CEL's own rule for errors gives the third answer for free: `false && unknown` is false, `true && unknown`
 * is unknown (https://github.com/google/cel-spec, "Logical operators").
 */

/** A namespace such as `series`; carries the facts of the evaluation under way, and notes what was asked. */
class Namespace {
  facts: ConditionFacts | null = null;
  asked: string[] = [];
}

const namespaceNames = [...new Set(conditionFunctions.map(({ signature }) => signature.split('.')[0]!))];
const typeName = (name: string) => `${name[0]!.toUpperCase()}${name.slice(1)}Functions`;
const namespaceTypes = new Map(namespaceNames.map((name) => [name, class extends Namespace {}]));
const environment = buildEnvironment();

function buildEnvironment(): Environment {
  const env = new Environment({ unlistedVariablesAreDyn: false });
  env.registerType('Entity', {
    ctor: EntityValue,
    fields: { id: 'string', kind: 'string', workload: 'string', node: 'string' },
  });
  env.registerVariable('target', 'Entity');
  for (const [name, ctor] of namespaceTypes) {
    env.registerType(typeName(name), { ctor, fields: {} });
    env.registerVariable(name, typeName(name));
  }
  for (const { signature, call } of conditionFunctions) {
    const name = signature.slice(0, signature.indexOf('('));
    env.registerFunction(
      signature.replace(/^[a-z]+/, (word) => typeName(word)),
      (self: Namespace, ...args: never[]) => {
        const value = call(self.facts!, ...args);
        self.asked.push(`${name} = ${typeof value === 'number' ? Number(value.toPrecision(4)) : value}`);
        return value;
      },
    );
  }
  // Times are plain ms; durations are written as CEL writes them.
  env.registerOperator('double < google.protobuf.Duration', (a: number, b: object) => a < Number(b));
  env.registerOperator('double <= google.protobuf.Duration', (a: number, b: object) => a <= Number(b));
  env.registerOperator('double > google.protobuf.Duration', (a: number, b: object) => a > Number(b));
  env.registerOperator('double >= google.protobuf.Duration', (a: number, b: object) => a >= Number(b));
  return env;
}

/** Says what is wrong with an expression of a type, or null. Everything that can be known at load is told at load. */
export function invalidExpression(
  text: string,
  type: 'bool' | 'double',
): { readonly message: string; readonly hint: string } | null {
  try {
    const parsed = environment.parse(text);
    const checked = parsed.check();
    if (!checked.valid) return { message: firstLine(checked.error?.message), hint: functionHint(text) };
    if (checked.type !== type) return { message: `is a ${checked.type}, should be a ${type}`, hint: typeHints[type] };
    return unknownWord(parsed.ast);
  } catch (error) {
    // The library reports syntax errors by throwing.
    if (error instanceof Error) return { message: firstLine(error.message), hint: functionHint(text) };
    throw error;
  }
}

function firstLine(text: string | undefined): string {
  return (text ?? 'does not type-check').split('\n')[0]!;
}

const typeHints = { bool: 'compare it with a value, such as > 0.5', double: 'write a number as 2.0' } as const;

function functionHint(text: string): string {
  const names = conditionFunctions.map(({ signature }) => signature.slice(0, signature.indexOf('(')));
  for (const [called] of text.matchAll(/[a-z]+\.[A-Za-z]+(?=\()/g)) {
    if (names.includes(called)) continue;
    const near = nearestWord(called, names);
    return near === null ? `functions: ${names.join(', ')}` : `did you mean ${near}?`;
  }
  return (
    conditionFunctions.find(({ signature }) => text.includes(signature.slice(0, signature.indexOf('('))))?.signature ??
    `functions: ${names.join(', ')}`
  );
}

const metricCalls = /^(last|limit|rate|usual|timeToLimitMs|monotonic|falling|outlier)$/;

/** A metric or signal kind that does not exist is a mistake, not missing data. */
function unknownWord(node: ASTNode): { readonly message: string; readonly hint: string } | null {
  for (const call of callsIn(node)) {
    const word = call.args[2][1];
    if (word?.op !== 'value' || typeof word.args !== 'string') continue;
    const isKind = call.args[0] === 'raised';
    if (!isKind && !metricCalls.test(call.args[0])) continue;
    const known: readonly string[] = isKind ? signalKinds : metricWords;
    if (isKind ? known.includes(word.args) : metricOf(word.args) !== null) continue;
    const near = nearestWord(word.args, known);
    const what = isKind ? 'signal kind' : 'metric';
    return {
      message: `"${word.args}" is not a ${what}`,
      hint: near === null ? `known: ${known.join(', ')}` : `did you mean "${near}"?`,
    };
  }
  return null;
}

type Call = ASTNode & { readonly op: 'rcall'; readonly args: readonly [string, ASTNode, readonly ASTNode[]] };

function* callsIn(node: unknown): Generator<Call> {
  if (Array.isArray(node)) for (const item of node) yield* callsIn(item);
  if (typeof node !== 'object' || node === null || !('op' in node)) return;
  if (node.op === 'rcall') yield node as Call;
  if ('args' in node && typeof node.args === 'object') yield* callsIn(node.args);
}

const parsedByText = new Map<string, ReturnType<Environment['parse']>>();
// Expressions come from loaded playbooks; more than this many means that something feeds us text.
const parsedMax = 2_000;

function evaluate(
  text: string,
  target: EntityRef,
  facts: ConditionFacts,
): { readonly value: unknown; readonly asked: string[] } {
  let parsed = parsedByText.get(text);
  if (parsed === undefined) {
    if (parsedByText.size >= parsedMax) parsedByText.clear();
    parsed = environment.parse(text);
    parsedByText.set(text, parsed);
  }
  const context: Record<string, unknown> = { target: new EntityValue(target, facts.topology) };
  const asked: string[] = [];
  for (const [name, Type] of namespaceTypes) {
    const namespace = new Type();
    namespace.facts = facts;
    namespace.asked = asked;
    context[name] = namespace;
  }
  return { value: parsed(context), asked };
}

/** Evaluates one condition; null where data is missing, never a guess. `why` holds the numbers that were used. */
export function evaluateCondition(
  condition: string,
  target: EntityRef,
  facts: ConditionFacts,
): { readonly value: boolean | null; readonly why: string } {
  try {
    const { value, asked } = evaluate(condition, target, facts);
    return { value: value === true, why: `${condition}: ${asked.join(', ')}` };
  } catch (error) {
    if (error instanceof NoData) return { value: null, why: `${condition}: ${error.message}` };
    throw error;
  }
}

/** Evaluates a number expression; null where data is missing. */
export function evaluateNumber(expression: string, target: EntityRef, facts: ConditionFacts): number | null {
  try {
    const { value } = evaluate(expression, target, facts);
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
  } catch (error) {
    if (error instanceof NoData) return null;
    throw error;
  }
}

/** The newest value of the metric that an effect speaks of, in the metric's unit. */
export function measureEffect(
  effect: PredictedEffect,
  monitor: Monitor,
  nowMs: number,
): { readonly value: number; readonly atMs: number } | null {
  const id = findSeries(monitor.series, effect.entity, effect.metric);
  if (id === null) return null;
  const value = lastValue(monitor.series, id);
  const atMs = lastAtMs(monitor.series, id);
  return value === null || atMs === null || atMs > nowMs ? null : { value, atMs };
}
