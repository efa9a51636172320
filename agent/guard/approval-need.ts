import type { Approval, ApprovalAnswer } from '../../model/approval.ts';
import type { ApprovalNeed } from '../../model/verdict.ts';
import { groupsOf, isBot } from './people.ts';
import type { Policy } from './policy.ts';

/**
 * The strictest of several needs, whatever their order: the most people, the shortest wait, groups that satisfy all. Two
 * needs without a common group become one approval from each group of both.
 */
export function strictestNeed(base: ApprovalNeed, others: readonly ApprovalNeed[]): ApprovalNeed {
  const needs = others.length > 0 ? others : [base];
  const common = needs.reduce<readonly string[]>(
    (from, need) => from.filter((id) => need.from.includes(id)),
    needs[0]!.from,
  );
  const all = [...new Set(needs.flatMap((need) => need.from))].sort();
  const isDisjoint = common.length === 0 && all.length > 0;
  const oneFromEach = isDisjoint || needs.some((need) => need.oneFromEach);
  // Where any rule wants one from each of its groups, narrowing to the common ones would drop some of them.
  const from = oneFromEach ? all : [...common].sort();
  const people = Math.max(base.need, ...needs.map((need) => need.need), oneFromEach ? from.length : 1);
  return { from, need: people, oneFromEach, expiresMs: Math.min(...needs.map((need) => need.expiresMs)) };
}

/** Whether approvals of distinct people who may still answer fill the need. */
export function isSatisfied(answers: readonly ApprovalAnswer[], need: ApprovalNeed, policy: Policy): boolean {
  const groupsByPerson = new Map<string, readonly string[]>();
  for (const answer of answers) {
    if (answer.answer !== 'approve') continue;
    const groups = groupsThatCount(answer, need, policy);
    if (groups.length > 0) groupsByPerson.set(answer.person.id, groups);
  }
  if (groupsByPerson.size < need.need) return false;
  return !need.oneFromEach || everyGroupHasItsOwn(need.from, groupsByPerson);
}

/** Groups that a past answer counts for today: a person taken out of the policy counts no longer. */
function groupsThatCount({ person, groups }: ApprovalAnswer, need: ApprovalNeed, policy: Policy): string[] {
  if (isBot(person.id)) return [];
  const listed = groupsOf(person.id, policy);
  // Live membership of a chat group was established when the answer came and was written down with it.
  const live = (groups ?? []).filter(
    (id) => person.id.startsWith('slack:') && policy.people[id]?.slackGroup !== undefined,
  );
  return [...new Set([...listed, ...live])].filter((id) => need.from.includes(id));
}

/** Bipartite matching by augmenting paths (H. W. Kuhn, 1955): nobody stands for two groups. */
function everyGroupHasItsOwn(
  groups: readonly string[],
  groupsByPerson: ReadonlyMap<string, readonly string[]>,
): boolean {
  const groupOf = new Map<string, string>();
  const assign = (group: string, tried: Set<string>): boolean => {
    for (const [person, theirs] of groupsByPerson) {
      if (tried.has(person) || !theirs.includes(group)) continue;
      tried.add(person);
      const held = groupOf.get(person);
      if (held === undefined || assign(held, tried)) {
        groupOf.set(person, group);
        return true;
      }
    }
    return false;
  };
  return groups.every((group) => assign(group, new Set()));
}

/**
 * Whether a granted approval still lets the plan run under today's policy. Unused, it lapses as a question would.
 * @param startingAtMs when the plan would begin; null where it has begun already
 */
export function coversNeed(
  approval: Approval,
  need: ApprovalNeed,
  policy: Policy,
  startingAtMs: number | null,
): boolean {
  const grantedAtMs = Math.max(...approval.answers.map((answer) => answer.atMs));
  const isTimely =
    startingAtMs === null || startingAtMs - grantedAtMs < Math.min(need.expiresMs, approval.need.expiresMs);
  return isTimely && !isOwnRequest(approval, policy) && isSatisfied(approval.answers, need, policy);
}

function isOwnRequest({ requestedBy, answers }: Approval, policy: Policy): boolean {
  if (policy.ownRequest || requestedBy == null) return false;
  return answers.some(({ person, answer }) => answer === 'approve' && person.id === requestedBy.id);
}
