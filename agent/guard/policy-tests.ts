import { type Explanation, explainAction } from './explain.ts';
import type { Policy } from './policy.ts';
import type { PolicyTest } from './policy-schema.ts';

/** One inline test of a policy, run. */
export interface PolicyTestResult {
  readonly index: number;
  readonly name: string;
  readonly ok: boolean;
  /** What was expected and what came, in one line. */
  readonly why: string;
  readonly hint: string | null;
}

/** Runs the tests that stand in the policy itself, with the function that decides. */
export function runPolicyTests(policy: Policy): PolicyTestResult[] {
  return policy.tests.map((test, index) => runTest(policy, test, index));
}

function runTest(policy: Policy, test: PolicyTest, index: number): PolicyTestResult {
  const name = test.name ?? `${index + 1} (${test.action} ${test.target})`;
  const explained = explainAction(test.action, test.target, policy, { ...test.facts, at: test.at });
  if (!explained.ok) {
    const [problem] = explained.problems;
    return { index, name, ok: false, why: problem!.message, hint: problem!.hint };
  }
  const misses = missesOf(test, explained.explanation);
  const { rule, why } = explained.explanation;
  if (misses.length === 0) return { index, name, ok: true, why: `${test.expect} by ${rule}`, hint: null };
  return { index, name, ok: false, why: misses.join('; '), hint: `${rule} decided: ${why}` };
}

function missesOf(test: PolicyTest, { effect, rule, approval }: Explanation): string[] {
  const misses: string[] = [];
  if (effect !== test.expect) misses.push(`expected ${test.expect}, got ${effect}`);
  if (test.by !== undefined && rule !== test.by) misses.push(`expected it by ${test.by}, got ${rule}`);
  const need = approval?.need ?? 0;
  if (test.need !== undefined && need !== test.need) misses.push(`expected ${test.need} approvals, got ${need}`);
  return misses;
}
