import type { Action } from '../../model/action.ts';
import type { Approval } from '../../model/approval.ts';
import type { DecisionId } from '../../model/entity.ts';
import type { Incident } from '../../model/incident.ts';
import type { Outcome, SaidWas } from '../../model/outcome.ts';
import type { Plan } from '../../model/plan.ts';
import type { Advice } from '../../model/record.ts';
import type { Verdict } from '../../model/verdict.ts';
import type { Decision, Knowledge } from '../knowledge/knowledge.ts';
import { actionName } from './line.ts';
import { escapeDeep } from './text.ts';

/** Where a decision stands, in one word. The ends are those of verdict, approval and outcome. */
export type DecisionState =
  | 'planned'
  | 'would-act'
  | 'would-ask'
  | 'denied'
  | 'waiting-approval'
  | 'rejected'
  | 'expired'
  | 'withdrawn'
  | 'revoked'
  | 'superseded'
  | 'acting'
  | 'verifying'
  | Outcome['result'];

/** One decision with everything that carries its id: what `homeostat why` shows. */
export interface DecisionView {
  readonly id: DecisionId;
  readonly state: DecisionState;
  readonly incident: Pick<Incident, 'id' | 'title' | 'severity' | 'state'> | null;
  readonly plan: Plan;
  readonly verdict: Verdict | null;
  readonly approval: Approval | null;
  /** Without its transcript, which only the journal's export carries. */
  readonly advice: Omit<Advice, 'transcript'> | null;
  readonly actions: readonly Action[];
  readonly outcome: Outcome | null;
  readonly said: readonly SaidWas[];
}

/** A decision in one row of a list. */
export interface DecisionSummary {
  readonly id: DecisionId;
  readonly atMs: number;
  readonly state: DecisionState;
  readonly playbook: string;
  readonly does: string;
  readonly effect: Verdict['effect'] | null;
  readonly rule: string | null;
  readonly why: string | null;
}

/** The view of one decision, or null where the journal has none of that id. */
export function decisionView(knowledge: Knowledge, id: DecisionId): DecisionView | null {
  const decision = knowledge.decisions.get(id);
  if (decision === undefined) return null;
  const incident = knowledge.incidents.get(decision.plan.incidentId);
  return escapeDeep<DecisionView>({
    id,
    state: decisionState(decision),
    incident: incident === undefined ? null : shortIncident(incident),
    plan: decision.plan,
    verdict: decision.verdict,
    approval: decision.approval,
    advice: decision.advice === null ? null : withoutTranscript(decision.advice),
    actions: [...decision.actions.values()],
    outcome: decision.outcome,
    said: decision.outcome?.saidWas ?? [],
  });
}

export function decisionSummary(decision: Decision): DecisionSummary {
  return escapeDeep<DecisionSummary>({
    id: decision.id,
    atMs: decision.plan.atMs,
    state: decisionState(decision),
    playbook: decision.plan.playbook,
    does: decision.plan.steps.map((step) => actionName(step.action)).join(', then '),
    effect: decision.verdict?.effect ?? null,
    rule: decision.verdict?.rule ?? null,
    why: decision.verdict?.why ?? null,
  });
}

export function decisionState(decision: Decision): DecisionState {
  if (decision.outcome !== null) return decision.outcome.result;
  if (decision.actions.size > 0) return actingState(decision);
  const { approval, verdict } = decision;
  if (approval !== null) return approvalState(approval);
  if (verdict === null) return 'planned';
  if (verdict.wouldEffect === 'auto') return 'would-act';
  if (verdict.wouldEffect === 'ask') return 'would-ask';
  return verdict.effect === 'deny' ? 'denied' : 'planned';
}

function approvalState({ state }: Approval): DecisionState {
  if (state === 'requested') return 'waiting-approval';
  return state === 'approved' ? 'planned' : state;
}

function actingState(decision: Decision): DecisionState {
  const applied = [...decision.actions.values()].filter((action) => action.purpose === 'apply');
  const answered = applied.filter((action) => action.state === 'answered').length;
  return answered < decision.plan.steps.length ? 'acting' : 'verifying';
}

function shortIncident({
  id,
  title,
  severity,
  state,
}: Incident): Pick<Incident, 'id' | 'title' | 'severity' | 'state'> {
  return { id, title, severity, state };
}

function withoutTranscript({ transcript: _, ...advice }: Advice): Omit<Advice, 'transcript'> {
  return advice;
}
