import type { EntityKey } from '../model/entity.ts';
import { entityKey } from '../model/entity.ts';
import type { Plan } from '../model/plan.ts';
import type { ControlRecord } from '../model/record.ts';
import type { Verdict } from '../model/verdict.ts';
import { type AgentState, controlRecord } from './agent-state.ts';
import { activeSignals } from './analyze/analyze.ts';
import { inFlightPlans } from './execute/executor.ts';
import { decideVerdict } from './guard/decide.ts';
import type { ClusterFacts } from './guard/facts.ts';
import type { Decision } from './knowledge/knowledge.ts';
import { pastActions, pastRefusals } from './knowledge/track-record.ts';
import { unhealthyInstances } from './plan/unhealthy.ts';

/** Facts read longer ago than this are not fresh for an effect, ms. */
const factsFreshForMs = 5_000;

/** The guard's answer for a plan, or for some of its steps, as things stand now. Null before the first picture of the cluster. */
export function judge(
  agent: AgentState,
  plan: Plan,
  purpose: 'apply' | 'undo',
  nowMs: number,
  stepIds: readonly string[] = plan.steps.map((step) => step.id),
): Verdict | null {
  const facts = clusterFacts(agent, plan, nowMs);
  if (facts === null) return null;
  const approval = agent.knowledge.decisions.get(plan.decisionId)?.approval ?? null;
  return decideVerdict({ plan, purpose, facts, policy: agent.policy, mode: agent.mode, nowMs, approval, stepIds });
}

function clusterFacts(agent: AgentState, plan: Plan, nowMs: number): ClusterFacts | null {
  const { monitor, knowledge, options } = agent;
  const { inventory } = monitor;
  if (inventory === null) return null;
  const signals = activeSignals(agent.analysis);
  return {
    inventory,
    freshlyRead: isFresh(agent, plan, nowMs),
    dataAgeMs: monitor.dataAgeMs(
      nowMs,
      plan.steps.map((step) => step.action.target),
    ),
    unhealthyInstances: unhealthyInstances(inventory, signals),
    baselineInstances: monitor.baselineInstances(nowMs),
    holds: [...knowledge.holds.values()].filter((hold) => hold.untilMs > nowMs),
    inFlight: inFlightPlans(agent.executions).filter((other) => other.decisionId !== plan.decisionId),
    history: pastActions(knowledge, nowMs),
    refusals: pastRefusals(knowledge, nowMs),
    slos: agent.slos,
    paused: knowledge.paused,
    stop: agent.stop,
    lease: agent.lease,
    causeSinceMs: causeSinceMs(agent, plan, nowMs),
    someoneCanAnswer: options.someoneCanAnswer,
    supportedActions: options.supportedActions,
    ...breakers(agent),
    recordResetsAtMs: recordResets(agent),
  };
}

/**
 * While a plan only waits for its verdict, the last tick's picture is good enough: how old it may be is the data-age
 * limit's business. Once it executes, nothing counts but what was read for it.
 */
function isFresh(agent: AgentState, plan: Plan, nowMs: number): boolean {
  if (!agent.executions.has(plan.decisionId)) return true;
  const readAtMs = agent.factsReadAtMs.get(plan.decisionId);
  // A clock that was set back makes no old read new.
  return readAtMs !== undefined && Math.abs(nowMs - readAtMs) <= factsFreshForMs;
}

/** Onset of the presumed cause: the first of the incident's signals about it, or the incident itself. */
export function causeSinceMs(agent: AgentState, plan: Pick<Plan, 'incidentId' | 'cause'>, nowMs: number): number {
  const incident = agent.knowledge.incidents.get(plan.incidentId);
  const causeKey = entityKey(plan.cause.entity);
  let sinceMs = Number.POSITIVE_INFINITY;
  for (const id of incident?.signalIds ?? []) {
    const signal = agent.knowledge.signals.get(id);
    if (signal !== undefined && entityKey(signal.entity) === causeKey) sinceMs = Math.min(sinceMs, signal.sinceMs);
  }
  return Number.isFinite(sinceMs) ? sinceMs : (incident?.openedAtMs ?? nowMs);
}

function breakers(agent: AgentState): Pick<ClusterFacts, 'openBreakers' | 'breakerResetsAtMs'> {
  const openBreakers = new Map<EntityKey, string>();
  const breakerResetsAtMs = new Map<EntityKey, number>();
  for (const control of agent.knowledge.controls) {
    if (control.entity === null) continue;
    const key = entityKey(control.entity);
    if (control.event === 'breaker-opened') openBreakers.set(key, control.why);
    if (control.event === 'breaker-reset') {
      openBreakers.delete(key);
      breakerResetsAtMs.set(key, control.atMs);
    }
  }
  return { openBreakers, breakerResetsAtMs };
}

function recordResets({ knowledge }: AgentState): ReadonlyMap<string, number> {
  const resets = new Map<string, number>();
  for (const { event, rule, atMs } of knowledge.controls) {
    if (event === 'record-reset' && rule !== undefined) resets.set(rule, atMs);
  }
  return resets;
}

/** Whether a new answer of the guard says something that the last recorded one did not. */
export function isNews(decision: Decision, verdict: Verdict): boolean {
  const last = decision.verdict;
  return (
    last === null ||
    last.effect !== verdict.effect ||
    last.rule !== verdict.rule ||
    last.wouldEffect !== verdict.wouldEffect
  );
}

/** A breaker that this verdict found open for the first time latches: from now on only a person closes it. */
export function openedBreakers(agent: AgentState, plan: Plan, verdict: Verdict, nowMs: number): ControlRecord[] {
  const check = verdict.checks.find((one) => one.code === 'GUARD_BREAKER');
  if (check === undefined) return [];
  const { openBreakers } = breakers(agent);
  return plan.steps
    .map((step) => step.action.target)
    .filter((target) => !openBreakers?.has(entityKey(target)))
    .map((entity) => {
      const about = { entity, decisionId: plan.decisionId, incidentId: plan.incidentId };
      return { ...controlRecord('breaker-opened', nowMs, check.why), ...about };
    });
}
