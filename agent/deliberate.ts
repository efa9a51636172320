import type { DecisionId, IncidentId } from '../model/entity.ts';
import { entityKey } from '../model/entity.ts';
import type { Incident } from '../model/incident.ts';
import type { Plan, Rehearsal } from '../model/plan.ts';
import type { AgentState, Deliberation, StepLog } from './agent-state.ts';
import { note } from './agent-state.ts';
import { supersedeApproval } from './guard/approvals.ts';
import { type Decision, silencedUntilMs } from './knowledge/knowledge.ts';
import type { PlanDraft } from './plan/propose.ts';
import { finishPlan, proposePlans } from './plan/propose.ts';

/** How long the twin may take before the plan goes on without it, ms. */
const rehearsalPatienceMs = 10_000;
/** How long a finished decision's effect may take to show in the signals before the incident is planned anew, ms. */
const settleAfterOutcomeMs = 60_000;

/** Gives every open incident the plan that now fits it best. An unchanged plan stays the same decision. */
export function deliberate(agent: AgentState, log: StepLog, nowMs: number): void {
  for (const incident of openIncidents(agent)) {
    const deliberation = deliberationOf(agent, incident.id);
    if (isUnderWay(agent, deliberation, nowMs)) continue;
    if (silencedUntilMs(agent.knowledge, incident.id) > nowMs) {
      dropCurrent(agent, log, deliberation, nowMs, 'a person silenced the incident');
      continue;
    }
    proposeFor(agent, log, incident, deliberation, nowMs);
  }
  for (const deliberation of agent.deliberations.values()) {
    const incident = agent.knowledge.incidents.get(deliberation.incidentId);
    if (incident?.resolvedAtMs == null) continue;
    if (!isUnderWay(agent, deliberation, nowMs)) dropCurrent(agent, log, deliberation, nowMs, `${incident.id} is over`);
  }
}

export function openIncidents(agent: AgentState): Incident[] {
  return [...agent.knowledge.incidents.values()]
    .filter((incident) => incident.resolvedAtMs === null)
    .sort((a, b) => a.severity - b.severity || a.openedAtMs - b.openedAtMs || (a.id < b.id ? -1 : 1));
}

export function deliberationOf(agent: AgentState, incidentId: IncidentId): Deliberation {
  const known = agent.deliberations.get(incidentId);
  if (known !== undefined) return known;
  const deliberation: Deliberation = {
    incidentId,
    current: null,
    pending: null,
    drafts: [],
    preferred: null,
    paged: false,
  };
  agent.deliberations.set(incidentId, deliberation);
  return deliberation;
}

export function currentDecision(agent: AgentState, deliberation: Deliberation): Decision | null {
  return deliberation.current === null ? null : (agent.knowledge.decisions.get(deliberation.current) ?? null);
}

/** Once the first effect is intended, only the executor and people change the course. */
export function isExecuting(decision: Decision): boolean {
  return decision.outcome === null && decision.actions.size > 0;
}

function isUnderWay(agent: AgentState, deliberation: Deliberation, nowMs: number): boolean {
  const decision = currentDecision(agent, deliberation);
  if (decision === null) return false;
  if (decision.outcome !== null) return nowMs - decision.outcome.atMs < settleAfterOutcomeMs;
  return agent.executions.has(decision.id);
}

function proposeFor(
  agent: AgentState,
  log: StepLog,
  incident: Incident,
  deliberation: Deliberation,
  nowMs: number,
): void {
  const diagnosis = agent.knowledge.diagnoses.get(incident.id);
  if (diagnosis === undefined || agent.monitor.inventory === null) return;
  const { drafts } = proposePlans({
    incident,
    diagnosis,
    monitor: agent.monitor,
    analysis: agent.analysis,
    playbooks: agent.options.playbooks,
    supportedActions: agent.options.supportedActions,
    holds: [...agent.knowledge.holds.values()].filter((hold) => hold.untilMs > nowMs),
    nowMs,
  });
  deliberation.drafts = drafts;
  const draft = preferredDraft(deliberation);
  if (draft === null) {
    dropCurrent(agent, log, deliberation, nowMs, 'no playbook fits the cluster as it is now');
    return;
  }
  adopt(agent, log, deliberation, draft, nowMs);
}

function preferredDraft({ drafts, preferred }: Deliberation): PlanDraft | null {
  const chosen =
    preferred === null
      ? undefined
      : drafts.find(
          (draft) =>
            draft.playbook === preferred.playbook && entityKey(draft.cause.entity) === entityKey(preferred.target),
        );
  if (chosen !== undefined && chosen !== drafts[0]) return { ...chosen, origin: 'model' };
  return drafts[0] ?? null;
}

function adopt(agent: AgentState, log: StepLog, deliberation: Deliberation, draft: PlanDraft, nowMs: number): void {
  const current = currentDecision(agent, deliberation);
  const decisionId: DecisionId = `D-${agent.knowledge.lastDecisionNumber + 1}`;
  const next = finishPlan(draft, decisionId, (current?.plan.revision ?? 0) + 1);
  if (current !== null && current.outcome === null && current.plan.planHash === next.planHash) return;
  if (!agent.options.rehearses) {
    decideOn(agent, log, deliberation, next, nowMs);
    return;
  }
  const { pending } = deliberation;
  if (pending === null || finishPlan(pending.draft, decisionId, next.revision).planHash !== next.planHash) {
    // The number is taken only when the plan becomes a decision; until then the twin knows it by the same name.
    deliberation.pending = { decisionId, draft, askedAtMs: nowMs, rehearsal: null };
    log.requests.push({ type: 'rehearse', plan: next });
    return;
  }
  const rehearsal = pending.rehearsal ?? patienceEnded(pending.askedAtMs, nowMs);
  if (rehearsal === null) return;
  deliberation.pending = null;
  decideOn(agent, log, deliberation, { ...next, rehearsal }, nowMs);
}

function patienceEnded(askedAtMs: number, nowMs: number): Rehearsal | null {
  if (nowMs - askedAtMs < rehearsalPatienceMs) return null;
  return { status: 'cannot-rehearse', why: `the twin gave no answer within ${rehearsalPatienceMs / 1000} s` };
}

function decideOn(agent: AgentState, log: StepLog, deliberation: Deliberation, plan: Plan, nowMs: number): void {
  dropCurrent(agent, log, deliberation, nowMs, `${plan.decisionId} replaced it`);
  note(agent, log, { ...plan, atMs: nowMs });
  deliberation.current = plan.decisionId;
}

/** Ends an open question about a plan that no longer stands. Nothing has run, so nothing needs undoing. */
function dropCurrent(agent: AgentState, log: StepLog, deliberation: Deliberation, nowMs: number, why: string): void {
  const current = currentDecision(agent, deliberation);
  deliberation.current = null;
  if (current?.approval == null || current.outcome !== null) return;
  const ended = supersedeApproval(current.approval, nowMs, why);
  if (ended !== current.approval) note(agent, log, ended);
}
