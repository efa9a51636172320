import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parsePolicy, policyJsonSchema } from '../../../agent/guard/policy.ts';
import { openPolicyText, policyOf } from './fixture.ts';

const folder = new URL('../../config/policy/', import.meta.url);
const mistakes = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

/** `# expect: CODE LINE:COL`, the column where it matters; every problem of the file has one such line. */
function expectations(text: string): { code: string; at: string }[] {
  return [...text.matchAll(/^# expect: (\S+) (\S+)$/gm)].map(([, code, at]) => ({ code: code!, at: at! }));
}

test.each(mistakes)('%s: all its mistakes at once, with their lines', (name) => {
  const text = readFileSync(new URL(name, folder), 'utf8');
  const parsed = parsePolicy(text, name);
  expect(parsed.ok).toBe(false);
  if (parsed.ok) return;
  const found = parsed.problems.map((problem) => `${problem.code} ${problem.where.slice(name.length + 1)}`);
  const expected = expectations(text);
  expect(found).toHaveLength(expected.length);
  for (const { code, at } of expected) expect(found.filter((one) => one.startsWith(`${code} ${at}`))).toHaveLength(1);
  for (const problem of parsed.problems) {
    expect(problem.message).not.toBe('');
    expect(problem.hint).toBeTruthy();
  }
});

test('every mistake is told in the words that it was told in', async () => {
  const told = mistakes.flatMap((name) => {
    const parsed = parsePolicy(readFileSync(new URL(name, folder), 'utf8'), name);
    return parsed.ok
      ? []
      : parsed.problems.map(({ code, where, message, hint }) => `${where} ${code}: ${message} (${hint})`);
  });
  await expect(`${told.join('\n')}\n`).toMatchFileSnapshot('golden/policy-mistakes.txt');
});

test('the schema for editors is the one in the reference', () => {
  const file = new URL('../../../docs/reference/homeostat-policy-v1.schema.json', import.meta.url);
  expect(policyJsonSchema()).toEqual(JSON.parse(readFileSync(file, 'utf8')));
});

test('rules and windows are sorted by their ids, and what is not said is the careful choice', () => {
  const policy = policyOf(`
version: 1
name: sorted
mode: guarded
timezone: UTC
people:
  looking: { users: ["unix:vi"], role: viewer }
  asked: { users: ["unix:ann"] }
  ruling: { users: ["unix:ada"], role: admin }
  working: { users: ["unix:op"], role: operator }
windows:
  b: { cron: "0 1 * * *", lasts: 1h, effect: ask, why: b }
  a: { cron: "0 2 * * *", lasts: 1h, effect: deny, why: a }
  c: { cron: "0 3 * * *", lasts: 1h, effect: deny, why: c }
rules:
  - { id: r2, effect: ask, actions: [node.drain], why: two, approval: { need: 2 } }
  - { id: r1, effect: ask, actions: ["*"], why: one, approval: { from: [ruling], expires: 1m } }
  - { id: r3, effect: ask, actions: [node.drain], why: three, approval: { oneFromEach: true, from: [asked] } }
`);
  expect(policy.windows.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  expect(policy.rules.map(({ id }) => id)).toEqual(['r1', 'r2', 'r3']);
  expect(policy.rulesByAction.get('node.drain')?.map(({ id }) => id)).toEqual(['r1', 'r2', 'r3']);
  expect(policy.rulesByAction.get('job.stop')?.map(({ id }) => id)).toEqual(['r1']);
  expect(policy.hash).toMatch(/^[0-9a-f]{16}$/);
  const careful = { from: ['asked', 'ruling'], need: 1, oneFromEach: false, expiresMs: 600_000 };
  expect(policy.approval).toEqual(careful);
  expect(policy.rules.map(({ approval }) => approval)).toEqual([
    { ...careful, from: ['ruling'], expiresMs: 60_000 },
    { ...careful, need: 2 },
    { ...careful, from: ['asked'], oneFromEach: true },
  ]);
  expect(policy.limits).toEqual({
    targetsAtOnce: 1,
    capacityAtOnce: 0.5,
    keepHealthy: {},
    keepQuorum: true,
    oneFailureDomainAtATime: true,
    changeBudget: { perTarget: { count: 1, windowMs: 1_800_000 }, perCluster: { count: 6, windowMs: 3_600_000 } },
    dataAge: { max: 60_000, effect: 'deny' },
    storm: { unhealthyOver: 0.4, atLeast: 3, effect: 'deny' },
    breaker: { failed: 2, ineffective: 2, within: 86_400_000, effect: 'ask' },
    holdDown: {},
    personQuiet: 600_000,
  });
});

test('there is a file for every kind of mistake that a policy can have', () => {
  const codes = new Set(
    mistakes.flatMap((name) => expectations(readFileSync(new URL(name, folder), 'utf8'))).map(({ code }) => code),
  );
  const sources = ['policy.ts', 'policy-mistakes.ts'].map((name) =>
    readFileSync(new URL(`../../../agent/guard/${name}`, import.meta.url), 'utf8'),
  );
  for (const [code] of sources.join('').matchAll(/POLICY_[A-Z_]+/g)) expect(codes).toContain(code);
});

test.each(['orders-prod.yaml', 'starter.yaml'])('the example %s loads and its tests pass', (name) => {
  const file = new URL(`../../../examples/policies/${name}`, import.meta.url);
  expect(parsePolicy(readFileSync(file, 'utf8'), name)).toMatchObject({ ok: true });
});

test('careful defaults where a policy says nothing', () => {
  const { limits, approval, ownRequest } = policyOf(
    '{ version: 1, name: bare, mode: observe, timezone: UTC, rules: [] }',
  );
  expect(limits).toMatchObject({
    targetsAtOnce: 1,
    capacityAtOnce: 0.5,
    keepQuorum: true,
    oneFailureDomainAtATime: true,
    changeBudget: { perTarget: { count: 1, windowMs: 1_800_000 }, perCluster: { count: 6, windowMs: 3_600_000 } },
    dataAge: { max: 60_000, effect: 'deny' },
    storm: { unhealthyOver: 0.4, atLeast: 3, effect: 'deny' },
    breaker: { failed: 2, ineffective: 2, within: 86_400_000, effect: 'ask' },
  });
  expect(approval).toEqual({ from: [], need: 1, oneFromEach: false, expiresMs: 600_000 });
  expect(ownRequest).toBe(false);
});

test('units come out as base units', () => {
  const { limits } = policyOf(openPolicyText);
  expect(limits.changeBudget.perTarget).toEqual({ count: 100, windowMs: 3_600_000 });
  expect(limits.keepHealthy.worker).toEqual({ members: 0 });
});

test('the hash follows the text', () => {
  expect(policyOf(openPolicyText).hash).toBe(policyOf(openPolicyText).hash);
  expect(policyOf(openPolicyText).hash).not.toBe(policyOf(`${openPolicyText}\n`).hash);
});

test('editors get a schema that completes the names of actions', () => {
  const schema = policyJsonSchema();
  expect(JSON.stringify(schema)).toContain('"instance.restart"');
  expect(schema).toMatchObject({ required: expect.arrayContaining(['version', 'mode', 'timezone', 'rules']) });
});
