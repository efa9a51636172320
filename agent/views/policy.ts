/** The guard's own functions for faces: what lints, tests and explains a policy is what decides with it. */
export { type Explanation, explainAction, type SetFacts } from '../guard/explain.ts';
export { compilePolicy, type Policy, parsePolicy, policyJsonSchema } from '../guard/policy.ts';
export { runPolicyTests } from '../guard/policy-tests.ts';
