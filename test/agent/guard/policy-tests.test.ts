import { expect, test } from 'vitest';
import { compilePolicy } from '../../../agent/guard/policy.ts';
import { runPolicyTests } from '../../../agent/guard/policy-tests.ts';

/** What comes of the tests of a policy that asks two people before a node is drained. */
function resultsOf(...tests: string[]) {
  const compiled = compilePolicy(
    `
version: 1
name: tested
mode: autonomous
timezone: UTC
people: { oncall: { users: ["unix:maria", "unix:ivo"] } }
approval: { from: [oncall], need: 2, expires: 10m }
rules:
  - { id: drains, effect: ask, actions: [node.drain], why: "hours to finish" }
tests:
${tests.map((one) => `  - { action: node.drain, target: node-1, ${one} }`).join('\n')}
`,
    'policy.yaml',
  );
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return runPolicyTests(compiled.policy);
}

test('a test of a policy holds where effect, rule and approvals are as expected', () => {
  expect(resultsOf('expect: ask, by: drains, need: 2')).toMatchObject([{ ok: true, why: 'ask by drains', hint: null }]);
});

test('a test that does not hold says all that came otherwise, and what decided', () => {
  const [effect, rest] = resultsOf('expect: auto', 'expect: ask, by: default, need: 1');
  expect(effect).toMatchObject({ ok: false, why: 'expected auto, got ask' });
  expect(rest).toMatchObject({
    ok: false,
    why: 'expected it by default, got drains; expected 1 approvals, got 2',
    hint: 'drains decided: hours to finish',
  });
});
