import type { Approval, ApprovalAnswer, ApprovalState, Person } from '../../model/approval.ts';
import type { Plan } from '../../model/plan.ts';
import type { ReasonCode } from '../../model/reason-codes.ts';
import type { Verdict } from '../../model/verdict.ts';
import { isSatisfied } from './approval-need.ts';
import { groupsOf, isPlausible, type LiveGroups } from './people.ts';
import type { Policy } from './policy.ts';

/*
 * One question to people. The agent owns its state; every face is a view of it.
 *
 *   requested --approve, enough people--> approved --revoke----> revoked
 *       |                                    |------withdraw---> withdrawn     (the cluster changed)
 *       |--deny---> rejected                 '------supersede--> superseded    (another plan took its place)
 *       |--time---> expired
 *       '--revoke, withdraw, supersede: as from approved
 *
 * Every state but the first two is final. An approval is bound to one plan hash and is spent by one execution: the guard
 * refuses one whose decision has an outcome.
 */

type Event = 'approve' | 'deny' | 'expire' | 'withdraw' | 'revoke' | 'supersede';

const transitions: Readonly<Record<ApprovalState, Readonly<Partial<Record<Event, ApprovalState>>>>> = {
  requested: {
    approve: 'approved',
    deny: 'rejected',
    expire: 'expired',
    withdraw: 'withdrawn',
    revoke: 'revoked',
    supersede: 'superseded',
  },
  approved: { withdraw: 'withdrawn', revoke: 'revoked', supersede: 'superseded' },
  rejected: {},
  expired: {},
  withdrawn: {},
  revoked: {},
  superseded: {},
};

/** The approval after an event; itself where the event means nothing in its state. */
function follow(approval: Approval, event: Event, nowMs: number, why: string | null): Approval {
  const state = transitions[approval.state][event];
  return state === undefined ? approval : { ...approval, state, atMs: nowMs, why };
}

/**
 * Puts a question for a plan that the guard answered with `ask`.
 * @param requestedBy the person who asked for the plan; null where the agent did
 */
export function requestApproval(
  plan: Plan,
  verdict: Verdict,
  nowMs: number,
  requestedBy: Person | null = null,
): Approval {
  const need = verdict.approval ?? { from: [], need: 1, oneFromEach: false, expiresMs: 0 };
  return {
    type: 'approval',
    id: plan.decisionId,
    incidentId: plan.incidentId,
    atMs: nowMs,
    planHash: plan.planHash,
    need,
    state: 'requested',
    requestedAtMs: nowMs,
    expiresAtMs: nowMs + need.expiresMs,
    answers: [],
    requestedBy,
    why: null,
  };
}

export interface GivenAnswer {
  readonly person: Person;
  readonly answer: 'approve' | 'deny';
  readonly planHash: string;
  readonly reason: string | null;
  /** Members of chat groups now, where the face could read them. */
  readonly liveGroups?: LiveGroups;
}

export type AnswerResult =
  | { readonly accepted: true; readonly approval: Approval; readonly code: null }
  /** The approval is as it was, or has expired meanwhile. */
  | { readonly accepted: false; readonly approval: Approval; readonly code: ReasonCode };

/** Takes one person's answer. One denial ends the question; approvals are counted by distinct people of the right groups. */
export function answerApproval(approval: Approval, given: GivenAnswer, policy: Policy, nowMs: number): AnswerResult {
  const groups = isPlausible(given.person) ? groupsOf(given.person.id, policy, given.liveGroups) : [];
  const code = refusalOf(approval, given, groups, policy, nowMs);
  if (code !== null) return { accepted: false, approval: expireApproval(approval, nowMs), code };
  const { person, answer, reason } = given;
  const answers: ApprovalAnswer[] = [...approval.answers, { person, answer, atMs: nowMs, reason, groups }];
  const answered: Approval = { ...approval, answers, atMs: nowMs };
  if (answer === 'deny') {
    const why = reason === null ? `rejected by ${person.id}` : `rejected by ${person.id}: ${reason}`;
    return { accepted: true, approval: follow(answered, 'deny', nowMs, why), code: null };
  }
  if (!isSatisfied(answers, approval.need, policy)) return { accepted: true, approval: answered, code: null };
  return { accepted: true, approval: follow(answered, 'approve', nowMs, null), code: null };
}

function refusalOf(
  approval: Approval,
  { person, answer, planHash }: GivenAnswer,
  groups: readonly string[],
  policy: Policy,
  nowMs: number,
): ReasonCode | null {
  if (!groups.some((group) => approval.need.from.includes(group))) return 'APPROVAL_NOT_ALLOWED';
  if (approval.state === 'expired') return 'APPROVAL_EXPIRED';
  if (approval.answers.some((given) => given.person.id === person.id)) return 'APPROVAL_ALREADY_ANSWERED';
  if (approval.state !== 'requested') return 'APPROVAL_CLOSED';
  if (planHash !== approval.planHash) return 'APPROVAL_HASH_MISMATCH';
  if (!(nowMs < approval.expiresAtMs)) return 'APPROVAL_EXPIRED';
  if (nowMs < approval.requestedAtMs) return 'APPROVAL_CLOSED';
  const isOwn = approval.requestedBy != null && approval.requestedBy.id === person.id;
  return answer === 'approve' && isOwn && !policy.ownRequest ? 'APPROVAL_OWN_REQUEST' : null;
}

/** Ends a question that nobody answered in time; silence means no. */
export function expireApproval(approval: Approval, nowMs: number): Approval {
  if (nowMs < approval.expiresAtMs) return approval;
  return follow(approval, 'expire', nowMs, 'nobody answered in time');
}

/** Ends a question, or takes back a grant, because the cluster or a check changed. */
export function withdrawApproval(approval: Approval, nowMs: number, why: string): Approval {
  return follow(approval, 'withdraw', nowMs, why);
}

/** Takes back a question or a grant on a person's word, before the plan has begun. */
export function revokeApproval(approval: Approval, person: Person, nowMs: number, reason: string | null): Approval {
  return follow(approval, 'revoke', nowMs, `revoked by ${person.id}${reason === null ? '' : `: ${reason}`}`);
}

/** Ends a question because another plan took its place. */
export function supersedeApproval(approval: Approval, nowMs: number, why: string): Approval {
  return follow(approval, 'supersede', nowMs, why);
}
