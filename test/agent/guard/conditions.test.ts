import { Environment } from '@marcbachmann/cel-js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileCondition } from '../../../agent/guard/conditions.ts';
import { type RuleFacts, ruleVariables } from '../../../agent/guard/rule-facts.ts';

const facts: RuleFacts = {
  action: { name: 'instance.restart', risk: 'low', reversible: true },
  target: {
    kind: 'instance',
    id: 'worker-1',
    role: 'worker',
    workload: 'worker',
    node: 'node-1',
    zone: 'zone-a',
    site: 'site-1',
    state: 'running',
    healthy: false,
    labels: { tier: '0', constructor: 'x' },
  },
  plan: { playbook: 'p', origin: 'rules', targets: 1, to: Number.NaN, change: Number.NaN },
  diagnosis: { cause: 'instance-crash', confidence: 0.9, signals: 2 },
  data: { ageMs: 1_000 },
  cluster: { id: 'test', unhealthyRatio: 0.1 },
  rehearsal: { status: 'none', recoversAlone: Number.NaN },
  record: { succeeded: 3, failed: 0, lowerBound: 0.4 },
  errorBudget: { ratio: 1 },
  drill: { ageMs: Number.POSITIVE_INFINITY },
};

function holds(text: string): boolean {
  const compiled = compileCondition(text);
  if (!compiled.ok) throw new Error(compiled.message);
  return compiled.clauses.every((clause) => clause.holds(facts));
}

test.each([
  ['target.role == "worker" && diagnosis.confidence >= 0.8 && diagnosis.signals >= 2', true],
  ['target.role != "worker" || !target.healthy', true],
  ['target.role in ["broker", "worker"]', true],
  ['"tier" in target.labels && target.labels["tier"] == "0"', true],
  ['target.labels.tier == "0"', true],
  ['target.labels["absent"] == "true"', false],
  ['target.labels["toString"] == ""', true],
  ['target.id.startsWith("worker-") && target.id.endsWith("1") && target.id.contains("ker")', true],
  ['action.reversible ? target.zone == "zone-a" : false', true],
  ['diagnosis.confidence * 2.0 - 0.5 > 1.0 && -diagnosis.confidence < 0.0', true],
  ['diagnosis.signals == 2 && 3 != diagnosis.signals', true],
  ['diagnosis.signals + 1 >= 3 && 2 * diagnosis.signals - 1 == 3', true],
])('%s', (text, expected) => {
  expect(holds(text)).toBe(expected);
});

test('no comparison with a count holds where an action has none', () => {
  for (const operator of ['<', '<=', '>', '>=', '==']) expect(holds(`plan.to ${operator} 3`)).toBe(false);
});

test.each([
  ['target.rol == "worker"', 'No such key: rol'],
  ['targt.role == "worker"', 'Unknown variable: targt'],
  ['target.role == 3', 'no such overload'],
  ['target.role', 'is a string, not true or false'],
  ['target.role ==', 'Unexpected token'],
  ['size(target.role) > 3', 'not available'],
  ['target.id.matches("a+")', 'not available'],
  ['["a"].exists(x, x == "a")', 'not available'],
])('%s is refused: %s', (text, message) => {
  expect(compileCondition(text)).toMatchObject({ ok: false, message: expect.stringContaining(message) });
});

test('the compiled closures answer as the library’s evaluator does', () => {
  const environment = new Environment({ unlistedVariablesAreDyn: false });
  for (const [name, schema] of Object.entries(ruleVariables)) environment.registerVariable({ name, schema });
  const text = fc.constantFrom(
    'target.role',
    'target.zone',
    'target.id',
    'diagnosis.cause',
    '"worker"',
    '"zone-a"',
    '"x"',
  );
  const number = fc.constantFrom(
    'diagnosis.confidence',
    'diagnosis.signals',
    'data.ageMs',
    'plan.to',
    '0.9',
    '2.0',
    '1000.0',
  );
  const truth = fc.constantFrom('target.healthy', 'action.reversible', 'true', 'false');
  const atom = fc.oneof(
    fc.tuple(text, fc.constantFrom('==', '!=', '<', '>='), text).map((parts) => parts.join(' ')),
    fc.tuple(number, fc.constantFrom('==', '!=', '<', '<=', '>', '>='), number).map((parts) => parts.join(' ')),
    fc.tuple(text, fc.array(text, { minLength: 1, maxLength: 3 })).map(([a, list]) => `${a} in [${list.join(', ')}]`),
    truth,
  );
  const { condition } = fc.letrec<{ condition: string }>((tie) => ({
    condition: fc.oneof(
      { depthSize: 'small' },
      atom,
      fc
        .tuple(tie('condition'), fc.constantFrom('&&', '||'), tie('condition'))
        .map(([a, op, b]) => `(${a}) ${op} (${b})`),
      tie('condition').map((inner) => `!(${inner})`),
      fc.tuple(tie('condition'), tie('condition'), tie('condition')).map(([a, b, c]) => `(${a}) ? (${b}) : (${c})`),
    ),
  }));
  fc.assert(
    fc.property(condition, (source) => {
      expect(holds(source)).toBe(environment.evaluate(source, facts));
    }),
    { numRuns: 500, seed: 11 },
  );
});
