import { preparsePolicySet, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import { type GuardInput, ruleDecision } from '../agent/guard/decide.ts';
import { type Policy, parsePolicy } from '../agent/guard/policy.ts';
import { type ActionName, actionCatalogue } from '../model/actions.ts';
import { workloadRoles } from '../model/inventory.ts';

/*
 * The same 100 rules three times: as a policy of ours, as Cedar policies, and as a bare loop over plain predicates.
 */

export interface PlainRule {
  readonly effect: 'auto' | 'deny';
  readonly action: ActionName;
  readonly role: string;
  /** Least confidence in percent. Cedar has no fractions. */
  readonly confidence: number;
  readonly signals: number;
}

export interface PlainRequest {
  readonly action: ActionName;
  readonly role: string;
  readonly confidence: number;
  readonly signals: number;
}

/** Actions on what has a role, which is what the rules ask about. */
const actionNames = (Object.keys(actionCatalogue) as ActionName[]).filter((name) =>
  ['instance', 'workload', 'replica-group', 'job'].includes(actionCatalogue[name].targetKind),
);

/** A hundred rules, spread over the catalogue and the roles; every eighth denies. */
const plainRules: readonly PlainRule[] = Array.from({ length: 100 }, (_, index) => ({
  effect: index % 8 === 7 ? 'deny' : 'auto',
  action: actionNames[index % actionNames.length]!,
  role: workloadRoles[index % workloadRoles.length]!,
  confidence: 50 + ((index * 7) % 50),
  signals: 1 + (index % 4),
}));

/** Requests that hit and miss: all actions and roles, confidence around the bars. */
export const plainRequests: readonly PlainRequest[] = Array.from({ length: 512 }, (_, index) => ({
  action: actionNames[(index * 5) % actionNames.length]!,
  role: workloadRoles[(index * 3) % workloadRoles.length]!,
  confidence: 40 + ((index * 11) % 60),
  signals: index % 6,
}));

export function compileOurs(): Policy {
  const rules = plainRules.map((rule, index) => ({
    id: `rule-${index}`,
    effect: rule.effect,
    actions: [rule.action],
    when: `target.role == "${rule.role}" && diagnosis.confidence >= ${rule.confidence / 100} && diagnosis.signals >= ${rule.signals}`,
    why: 'bench',
  }));
  const text = JSON.stringify({ version: 1, name: 'bench', mode: 'autonomous', timezone: 'UTC', rules });
  const parsed = parsePolicy(text, 'bench.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.policy;
}

/** True where our rules alone would let the input act. */
export function decideOurs(input: GuardInput): boolean {
  return ruleDecision(input) === 'auto';
}

const policySetId = 'bench';

export function prepareCedar(): void {
  const text = plainRules.map(
    ({ effect, action, role, confidence, signals }) =>
      `${effect === 'deny' ? 'forbid' : 'permit'}(principal, action == Action::"${action}", resource) when { context.role == "${role}" && context.confidence >= ${confidence} && context.signals >= ${signals} };`,
  );
  const answer = preparsePolicySet(policySetId, { staticPolicies: text.join('\n') });
  if (answer.type !== 'success') throw new Error(JSON.stringify(answer.errors));
}

export function decideCedar({ action, role, confidence, signals }: PlainRequest): boolean {
  const answer = statefulIsAuthorized({
    principal: { type: 'Agent', id: 'homeostat' },
    action: { type: 'Action', id: action },
    resource: { type: 'Target', id: 'target' },
    context: { role, confidence, signals },
    preparsedPolicySetId: policySetId,
    entities: [],
  });
  if (answer.type !== 'success') throw new Error(JSON.stringify(answer.errors));
  return answer.response.decision === 'allow';
}

/** What nothing can beat by much: one pass over plain predicates, strictest wins. */
export function decideBare(request: PlainRequest): boolean {
  let allowed = false;
  for (const rule of plainRules) {
    if (rule.action !== request.action || rule.role !== request.role) continue;
    if (request.confidence < rule.confidence || request.signals < rule.signals) continue;
    if (rule.effect === 'deny') return false;
    allowed = true;
  }
  return allowed;
}
