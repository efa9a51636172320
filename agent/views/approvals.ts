import type { Approval } from '../../model/approval.ts';
import type { DecisionId, IncidentId } from '../../model/entity.ts';
import type { Decision, Knowledge } from '../knowledge/knowledge.ts';
import { actionName } from './line.ts';
import { escapeDeep } from './text.ts';

/** One question that waits for people. */
export interface ApprovalView {
  readonly id: DecisionId;
  readonly incidentId: IncidentId;
  readonly planHash: string;
  /** What would be done, step by step. */
  readonly does: readonly string[];
  readonly summary: string;
  readonly risk: string;
  /** The rule that asks and its reason. */
  readonly rule: string | null;
  readonly why: string | null;
  readonly from: readonly string[];
  readonly need: number;
  readonly approvedBy: readonly string[];
  readonly requestedAtMs: number;
  readonly expiresAtMs: number;
  readonly leftMs: number;
}

/** Questions that are still open at `nowMs`, the one that expires first on top. */
export function approvalsView(knowledge: Knowledge, nowMs: number): ApprovalView[] {
  return [...knowledge.decisions.values()]
    .flatMap((decision) => {
      const { approval } = decision;
      const open = approval !== null && approval.state === 'requested' && approval.expiresAtMs > nowMs;
      return open ? [approvalView(decision, approval, nowMs)] : [];
    })
    .toSorted((a, b) => a.expiresAtMs - b.expiresAtMs);
}

function approvalView(decision: Decision, approval: Approval, nowMs: number): ApprovalView {
  const approvals = approval.answers.filter((answer) => answer.answer === 'approve');
  return escapeDeep<ApprovalView>({
    id: decision.id,
    incidentId: approval.incidentId,
    planHash: approval.planHash,
    does: decision.plan.steps.map((step) => actionName(step.action)),
    summary: decision.plan.summary,
    risk: decision.plan.risk,
    rule: decision.verdict?.rule ?? null,
    why: decision.verdict?.why ?? null,
    from: approval.need.from,
    need: approval.need.need,
    approvedBy: approvals.map((answer) => answer.person.id),
    requestedAtMs: approval.requestedAtMs,
    expiresAtMs: approval.expiresAtMs,
    leftMs: approval.expiresAtMs - nowMs,
  });
}
