import type { DecisionId, IncidentId } from '../model/entity.ts';
import { entityKey } from '../model/entity.ts';
import type { Incident } from '../model/incident.ts';
import { isPage, type Plan, type Rehearsal } from '../model/plan.ts';
import type { AgentState, Deliberation, StepLog } from './agent-state.ts';
import { note } from './agent-state.ts';
import { supersedeApproval } from './guard/approvals.ts';
import { causeSinceMs, judge } from './judge.ts';
import { type Decision, silencedUntilMs } from './knowledge/knowledge.ts';
import { isPictured } from './monitor/monitor.ts';
import { pictureOf } from './monitor/picture.ts';
import { chooseRehearsed } from './plan/choose.ts';
import type { PlanDraft } from './plan/propose.ts';
import { finishPlan, proposePlans } from './plan/propose.ts';

/** How long the twin may take before the plan goes on without it, ms. */
const rehearsalPatienceMs = 10_000;
/** Changes that are rehearsed for one decision, beside a page; the twin's time is bounded. */
const candidatesMax = 3;
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
    considered: '',
    drafts: [],
    preferred: null,
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
  if (decision.outcome !== null)
    return decision.outcome.result !== 'succeeded' && !isPage(decision.plan) && isSettling(decision, nowMs);
  return agent.executions.has(decision.id);
}

function isSettling({ outcome }: Decision, nowMs: number): boolean {
  return outcome !== null && nowMs - outcome.atMs < settleAfterOutcomeMs;
}

/**
 * Plans that need not wait until the effect of the last one shows: those that do to something else, which was ill already,
 * what has just succeeded, as when one dead instance after another is started again; and all changes after a mere page.
 */
function withoutUnsettled(
  agent: AgentState,
  drafts: readonly PlanDraft[],
  last: Decision | null,
  nowMs: number,
): readonly PlanDraft[] {
  if (last === null || !isSettling(last, nowMs)) return drafts;
  if (isPage(last.plan)) return drafts.filter((draft) => !isPage(draft));
  const did = new Set(last.plan.steps.map(({ action }) => action.name));
  const to = new Set(last.plan.steps.map(({ action }) => entityKey(action.target)));
  return drafts.filter(
    (draft) =>
      causeSinceMs(agent, draft, nowMs) <= last.plan.atMs &&
      draft.steps.every(({ action }) => did.has(action.name) && !to.has(entityKey(action.target))),
  );
}

function proposeFor(
  agent: AgentState,
  log: StepLog,
  incident: Incident,
  deliberation: Deliberation,
  nowMs: number,
): void {
  const diagnosis = agent.knowledge.diagnoses.get(incident.id);
  if (diagnosis === undefined || !isPictured(agent.monitor)) return;
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
  const last = currentDecision(agent, deliberation);
  deliberation.drafts = withoutUnsettled(agent, drafts, last, nowMs);
  const candidates = candidatesOf(deliberation);
  if (candidates.length === 0 && last !== null && isSettling(last, nowMs)) return;
  if (candidates.length === 0) {
    dropCurrent(agent, log, deliberation, nowMs, 'no playbook fits the cluster as it is now');
    return;
  }
  adopt(agent, log, deliberation, candidates, nowMs);
}

/** What one decision is chosen from: the adviser's preference alone, else the first of the rules' ranking. */
function candidatesOf({ drafts, preferred }: Deliberation): readonly PlanDraft[] {
  const chosen =
    preferred === null
      ? undefined
      : drafts.find(
          (draft) =>
            draft.playbook === preferred.playbook && entityKey(draft.cause.entity) === entityKey(preferred.target),
        );
  if (chosen !== undefined && chosen !== drafts[0]) return [{ ...chosen, origin: 'model' }];
  const [changes, pages] = [drafts.filter((draft) => !isPage(draft)), drafts.filter(isPage)];
  return [...changes.slice(0, candidatesMax), ...pages.slice(0, 1)];
}

/** Rehearses the candidates and makes the best of them the decision. The rules' first goes on without a twin that is late. */
function adopt(
  agent: AgentState,
  log: StepLog,
  deliberation: Deliberation,
  drafts: readonly PlanDraft[],
  nowMs: number,
): void {
  const current = currentDecision(agent, deliberation);
  // The number is taken only when a plan becomes a decision.
  const decisionId: DecisionId = `D-${agent.knowledge.lastDecisionNumber + 1}`;
  const plans = (agent.options.rehearses ? drafts : drafts.slice(0, 1)).map((draft) =>
    finishPlan(draft, decisionId, (current?.plan.revision ?? 0) + 1),
  );
  const refused = refusedByPeople(agent, deliberation.incidentId);
  const considered = [...plans.map((plan) => plan.planHash), 'without', ...refused.keys()].join(' ');
  const stands = current !== null && current.outcome === null && deliberation.considered === considered;
  if (stands && plans.some((plan) => plan.planHash === current.plan.planHash)) return;
  const rehearsals = agent.options.rehearses ? rehearsed(agent, log, deliberation, plans, considered, nowMs) : [];
  if (rehearsals === null) return;
  deliberation.pending = null;
  deliberation.considered = considered;
  const candidates = plans.map((plan, index) => ({ ...plan, rehearsal: rehearsals[index] ?? plan.rehearsal }));
  // Who has just said no knows of it: they need no call.
  const isKnown = [...refused.values()].includes('rejected');
  const open = candidates.filter((plan) => !refused.has(plan.planHash) && !(isKnown && isPage(plan)));
  if (open.length === 0) return;
  const possible = open.filter((plan) => !isBarred(agent, plan, nowMs));
  const chosen = choose(agent, possible.length > 0 ? possible : open, nowMs);
  if (current?.outcome === null && chosen.planHash === current.plan.planHash) return;
  decideOn(agent, log, deliberation, chosen, nowMs);
}

/** Plans of an incident to which people said no, or nothing in time: that stands, and the next best has its turn. */
function refusedByPeople(
  { knowledge }: AgentState,
  incidentId: IncidentId,
): ReadonlyMap<string, 'rejected' | 'expired'> {
  const refused = new Map<string, 'rejected' | 'expired'>();
  for (const { plan, approval } of knowledge.decisions.values()) {
    const isOver = approval?.state === 'rejected' || approval?.state === 'expired';
    if (plan.incidentId === incidentId && isOver) refused.set(plan.planHash, approval.state);
  }
  return refused;
}

/** The best plan, unless it would wait for an answer while one for something else may run by itself: then that goes first. */
function choose(agent: AgentState, plans: readonly Plan[], nowMs: number): Plan {
  const best = chooseRehearsed(plans);
  if (!waitsForPeople(agent, best, nowMs)) return best;
  const others = plans.filter(
    (plan) =>
      !isPage(plan) &&
      entityKey(plan.cause.entity) !== entityKey(best.cause.entity) &&
      !waitsForPeople(agent, plan, nowMs),
  );
  return others.length > 0 ? chooseRehearsed(others) : best;
}

function waitsForPeople(agent: AgentState, plan: Plan, nowMs: number): boolean {
  const verdict = judge(agent, plan, 'apply', nowMs);
  return verdict?.checks.some((check) => !check.ok && check.effect === 'ask') ?? false;
}

/** Whether the guard would not let a plan pass however long it waits. Another one may do less, and yet something. */
function isBarred(agent: AgentState, plan: Plan, nowMs: number): boolean {
  const verdict = judge(agent, plan, 'apply', nowMs);
  return verdict?.effect === 'deny' && verdict.retryAfterMs === null;
}

/** The twin's answer for these candidates; asks for it where that was not done yet. Null while it may still come. */
function rehearsed(
  agent: AgentState,
  log: StepLog,
  deliberation: Deliberation,
  plans: readonly Plan[],
  considered: string,
  nowMs: number,
): readonly Rehearsal[] | null {
  const { pending, incidentId } = deliberation;
  // Patience counts from the first asking, or candidates that keep changing would never run.
  const askedAtMs = pending?.askedAtMs ?? nowMs;
  if (pending?.considered === considered && pending.rehearsals !== null) return pending.rehearsals;
  if (nowMs - askedAtMs >= rehearsalPatienceMs) {
    const why = `the twin gave no answer within ${rehearsalPatienceMs / 1000} s`;
    return plans.map(() => ({ status: 'cannot-rehearse', why }));
  }
  if (pending?.considered === considered) return null;
  const picture = pictureOf(agent.monitor, agent.options.slos, nowMs);
  if (picture === null) return null;
  const requestId = `${incidentId}/${nowMs}`;
  deliberation.pending = { requestId, considered, askedAtMs, rehearsals: null };
  log.requests.push({ type: 'rehearse', requestId, plans, picture });
  return null;
}

function decideOn(agent: AgentState, log: StepLog, deliberation: Deliberation, plan: Plan, nowMs: number): void {
  dropCurrent(agent, log, deliberation, nowMs, `${plan.decisionId} replaced it`);
  note(agent, log, { ...plan, atMs: nowMs });
  agent.sloLostAtPlanMs.set(plan.decisionId, agent.analysis.slo.lostMs);
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
