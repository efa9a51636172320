import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import type { RuleFacts } from './rule-facts.ts';
import { ruleVariables } from './rule-facts.ts';

/*
 * Conditions are CEL (https://cel.dev). The library parses and type-checks them against the declared variables; the
 * checked tree is then compiled once to closures, because the guard runs in the tick and the library's evaluator takes
 * microseconds per rule. A compiled condition cannot throw: every operator here is total, and a label that is not set
 * reads as the empty string. `test/agent/guard/conditions.test.ts` holds the closures against the library's evaluator.
 */

type Evaluate = (facts: RuleFacts) => unknown;

/** One conjunct of a condition: `a && b` has two, so that an explanation can name the one that does not hold. */
export interface Clause {
  readonly text: string;
  readonly holds: (facts: RuleFacts) => boolean;
}

export type CompiledCondition =
  | { readonly ok: true; readonly clauses: readonly Clause[] }
  | { readonly ok: false; readonly message: string; readonly hint: string };

const environment = new Environment({ unlistedVariablesAreDyn: false });
for (const [name, schema] of Object.entries(ruleVariables)) environment.registerVariable({ name, schema });
// Every number of a condition is a double, and people write `plan.to == 3`: CEL itself has only the orderings for that.
// The library derives `!=` and the swapped order of an equality by itself.
environment.registerOperator('double == int', (a, b) => Number(a) === Number(b));
for (const [left, right] of [
  ['double', 'int'],
  ['int', 'double'],
] as const) {
  environment.registerOperator(`${left} + ${right}: double`, (a, b) => Number(a) + Number(b));
  environment.registerOperator(`${left} - ${right}: double`, (a, b) => Number(a) - Number(b));
  environment.registerOperator(`${left} * ${right}: double`, (a, b) => Number(a) * Number(b));
}

/** Parses, type-checks and compiles one condition. All that can go wrong with it goes wrong here. */
export function compileCondition(text: string): CompiledCondition {
  try {
    const parsed = environment.parse(text);
    const checked = parsed.check();
    if (!checked.valid) return refused(checked.error?.message ?? 'does not type-check');
    if (checked.type !== 'bool') return refused(`is a ${checked.type}, not true or false`);
    return { ok: true, clauses: conjuncts(parsed.ast).map((node) => clauseOf(node, text)) };
  } catch (error) {
    // The library reports syntax errors, and this file unsupported operators, by throwing.
    if (error instanceof Error) return refused(error.message);
    throw error;
  }
}

function refused(message: string): CompiledCondition {
  const first = message.split('\n')[0]!;
  return {
    ok: false,
    message: first,
    hint: `variables: ${Object.keys(ruleVariables).join(', ')}; numbers compare with numbers`,
  };
}

function conjuncts(node: ASTNode): ASTNode[] {
  return node.op === '&&' ? node.args.flatMap(conjuncts) : [node];
}

function clauseOf(node: ASTNode, text: string): Clause {
  const evaluate = compile(node);
  return { text: text.slice(node.start, node.end), holds: (facts) => evaluate(facts) === true };
}

function compile(node: ASTNode): Evaluate {
  switch (node.op) {
    case 'value': {
      const value = typeof node.args === 'bigint' ? Number(node.args) : node.args;
      return () => value;
    }
    case 'id':
      return compileVariable(node.args);
    case '.':
      return compileDeclared(node.args[0], node.args[1]) ?? compileField(compile(node.args[0]), node.args[1]);
    case '[]':
      return compileIndex(compile(node.args[0]), compile(node.args[1]));
    case '&&': {
      const [left, right] = node.args.map(compile) as [Evaluate, Evaluate];
      return (facts) => left(facts) === true && right(facts) === true;
    }
    case '||': {
      const [left, right] = node.args.map(compile) as [Evaluate, Evaluate];
      return (facts) => left(facts) === true || right(facts) === true;
    }
    case '!_': {
      const inner = compile(node.args);
      return (facts) => inner(facts) !== true;
    }
    case '-_': {
      const inner = compile(node.args);
      return (facts) => -(inner(facts) as number);
    }
    case '?:': {
      const [test, yes, no] = node.args.map(compile) as [Evaluate, Evaluate, Evaluate];
      return (facts) => (test(facts) === true ? yes(facts) : no(facts));
    }
    case 'list': {
      const items = node.args.map(compile);
      return (facts) => items.map((item) => item(facts));
    }
    case 'rcall':
      return compileMethod(node.args[0], compile(node.args[1]), node.args[2].map(compile));
    default:
      return compileBinary(node);
  }
}

function compileVariable(name: string): Evaluate {
  return (facts) => facts[name as keyof RuleFacts];
}

/** `target.role`: the type check has made sure that it is there, so it is read without a look. */
function compileDeclared(object: ASTNode, field: string): Evaluate | null {
  if (object.op !== 'id') return null;
  const name = object.args as keyof RuleFacts;
  return (facts) => (facts[name] as Readonly<Record<string, unknown>>)[field];
}

function compileField(object: Evaluate, field: string): Evaluate {
  return (facts) => fieldOf(object(facts), field);
}

function compileIndex(object: Evaluate, index: Evaluate): Evaluate {
  return (facts) => fieldOf(object(facts), String(index(facts)));
}

/** Own fields only: a label named `constructor` is a label like any other. */
function fieldOf(object: unknown, field: string): unknown {
  return Object.hasOwn(object as object, field) ? (object as Record<string, unknown>)[field] : '';
}

function compileMethod(name: string, receiver: Evaluate, parameters: Evaluate[]): Evaluate {
  const parameter = parameters[0] ?? (() => '');
  switch (name) {
    case 'startsWith':
      return (facts) => String(receiver(facts)).startsWith(String(parameter(facts)));
    case 'endsWith':
      return (facts) => String(receiver(facts)).endsWith(String(parameter(facts)));
    case 'contains':
      return (facts) => String(receiver(facts)).includes(String(parameter(facts)));
    default:
      throw new Error(`${name}() is not available in a policy; startsWith, endsWith and contains are`);
  }
}

function compileBinary(node: ASTNode): Evaluate {
  if (!Array.isArray(node.args) || node.args.length !== 2) throw new Error(`"${node.op}" is not available in a policy`);
  const left = compile(node.args[0] as ASTNode);
  const right = compile(node.args[1] as ASTNode);
  switch (node.op) {
    case '==':
      return (facts) => left(facts) === right(facts);
    case '!=':
      return (facts) => left(facts) !== right(facts);
    case '<':
      return (facts) => (left(facts) as number) < (right(facts) as number);
    case '<=':
      return (facts) => (left(facts) as number) <= (right(facts) as number);
    case '>':
      return (facts) => (left(facts) as number) > (right(facts) as number);
    case '>=':
      return (facts) => (left(facts) as number) >= (right(facts) as number);
    case '+':
      return (facts) => (left(facts) as number) + (right(facts) as number);
    case '-':
      return (facts) => (left(facts) as number) - (right(facts) as number);
    case '*':
      return (facts) => (left(facts) as number) * (right(facts) as number);
    case 'in':
      return (facts) => isMember(left(facts), right(facts));
    default:
      throw new Error(`"${node.op}" is not available in a policy`);
  }
}

function isMember(value: unknown, collection: unknown): boolean {
  return Array.isArray(collection) ? collection.includes(value) : Object.hasOwn(collection as object, String(value));
}
