import type { ActionId, DecisionId, EntityRef } from '../model/entity.ts';
import type { Incident, IncidentState } from '../model/incident.ts';
import type { ModelCard } from '../model/model-card.ts';
import type { Outcome } from '../model/outcome.ts';
import { isPage, type PredictedEffect } from '../model/plan.ts';
import type { AgentState, StepLog } from './agent-state.ts';
import { controlRecord, note } from './agent-state.ts';
import { activeSignals, analyze } from './analyze/analyze.ts';
import { setIncidentState, updateIncidents } from './analyze/incidents/incidents.ts';
import { handleCommand } from './commands.ts';
import type { CoreInput, StepResult } from './core.ts';
import { currentDecision, deliberate, deliberationOf, openIncidents } from './deliberate.ts';
import type { ExecutionContext } from './execute/executor.ts';
import { beginExecution, onActionAnswer, onFacts, onTick, phaseOf, resumeExecutions } from './execute/executor.ts';
import { expireApproval, requestApproval, withdrawApproval } from './guard/approvals.ts';
import { footprintChanged, generationOf } from './guard/footprint.ts';
import { isNews, judge, openedBreakers } from './judge.ts';
import type { Decision } from './knowledge/knowledge.ts';
import { isPictured, observe } from './monitor/monitor.ts';
import { seekAdvice, takeAdvice } from './plan/advise/advise.ts';
import { conditionFacts, evaluateCondition, measureEffect } from './plan/conditions.ts';

/**
 * One tick of the loop: monitor, analyze, plan, guard, execute over knowledge (MAPE-K; J. O. Kephart and D. M. Chess,
 * "The vision of autonomic computing", IEEE Computer 36(1), 2003). Synchronous: what takes time is asked for as a
 * request and comes back as an input of a later step.
 */
export function step(agent: AgentState, nowMs: number, inputs: readonly CoreInput[]): StepResult {
  const log: StepLog = { records: [], requests: [] };
  monitor(agent, log, nowMs, inputs);
  analyzePhase(agent, log, nowMs);
  listenToPeople(agent, log, nowMs, inputs);
  takeAdvice(agent, log, nowMs, inputs);
  deliberate(agent, log, nowMs);
  seekAdvice(agent, log, nowMs);
  guard(agent, log, nowMs);
  execute(agent, log, nowMs, inputs);
  tellIncidentStates(agent, log, nowMs);
  return log;
}

function monitor(agent: AgentState, log: StepLog, nowMs: number, inputs: readonly CoreInput[]): void {
  for (const input of inputs) {
    switch (input.type) {
      case 'observed':
        observe(agent.monitor, nowMs, input.observations);
        break;
      case 'facts':
        if (input.answer.ok) {
          observe(agent.monitor, nowMs, input.answer.observations);
          agent.factsReadAtMs.set(input.decisionId, nowMs);
        }
        break;
      case 'lease':
        agent.lease = input.grant;
        break;
      case 'stop':
        takeStop(agent, log, nowMs, input.why);
        break;
      case 'rehearsed':
        takeRehearsal(agent, input);
        break;
      case 'policy':
        takePolicy(agent, log, nowMs, input);
        break;
      case 'advised':
      case 'command':
      case 'action-answer':
        break;
      default:
        input satisfies never;
    }
  }
}

/**
 * A STOP file that people touched by hand leaves a record too. It pauses the agent as `pause --now` does, so that
 * removing the file lets nothing act again: that takes a person's `resume`, which is recorded.
 */
function takeStop(agent: AgentState, log: StepLog, nowMs: number, why: string | null): void {
  const isNew = why !== null && agent.stop === null;
  agent.stop = why;
  if (!isNew) return;
  const last = agent.knowledge.controls.findLast(({ event }) => event === 'stop-engaged' || event === 'resumed');
  if (last?.event !== 'stop-engaged') note(agent, log, controlRecord('stop-engaged', nowMs, why));
}

function takePolicy(
  agent: AgentState,
  log: StepLog,
  nowMs: number,
  input: Extract<CoreInput, { type: 'policy' }>,
): void {
  agent.policy = input.policy;
  agent.mode = input.mode;
  const event = input.problem === null ? 'policy-loaded' : 'policy-rejected';
  const why = input.problem ?? `${input.policy.name} ${input.policy.hash}`;
  note(agent, log, { ...controlRecord(event, nowMs, why), mode: input.mode });
  if (input.problem === null) return;
  const title = `policy refused; ${input.policy.name} stays in force, in mode ${input.mode}`;
  log.requests.push({
    type: 'notify',
    note: { severity: 2, title, text: input.problem, incidentId: null, decisionId: null },
  });
}

function takeRehearsal(agent: AgentState, input: Extract<CoreInput, { type: 'rehearsed' }>): void {
  for (const deliberation of agent.deliberations.values()) {
    if (deliberation.pending?.requestId === input.requestId) deliberation.pending.rehearsals = input.rehearsals;
  }
}

function analyzePhase(agent: AgentState, log: StepLog, nowMs: number): void {
  const found = analyze(agent.analysis, agent.monitor, agent.options.slos, nowMs);
  agent.slos = found.slos;
  note(
    agent,
    log,
    ...found.changed,
    ...found.forecasts,
    ...found.predictions,
    ...found.models,
    ...unlisted(agent, nowMs),
  );
  if (found.keep !== null) log.requests.push({ type: 'keep-model', ...found.keep });
  const { incidents, diagnoses } = updateIncidents(agent.incidents, {
    signals: activeSignals(agent.analysis),
    monitor: agent.monitor,
    nowMs,
    nextIncidentNumber: agent.knowledge.lastIncidentNumber + 1,
  });
  note(agent, log, ...incidents, ...diagnoses);
}

/** Models that came with the product since the journal was last told of them. */
function unlisted({ options, knowledge }: AgentState, nowMs: number): ModelCard[] {
  const { shippedModels = [] } = options;
  const isKnown = ({ task, series }: ModelCard) => knowledge.models.has(`${task} ${series}`);
  return shippedModels.filter((card) => !isKnown(card)).map((card) => ({ ...card, atMs: nowMs }));
}

function listenToPeople(agent: AgentState, log: StepLog, nowMs: number, inputs: readonly CoreInput[]): void {
  for (const input of inputs) {
    if (input.type === 'command') handleCommand(agent, log, input.request, nowMs);
  }
}

/** Judges every plan that is not executing yet, worst incident first, and starts those that may run. */
function guard(agent: AgentState, log: StepLog, nowMs: number): void {
  for (const incident of openIncidents(agent)) {
    const decision = currentDecision(agent, deliberationOf(agent, incident.id));
    if (decision === null || decision.outcome !== null || agent.executions.has(decision.id)) continue;
    judgeDecision(agent, log, decision, nowMs);
  }
}

function judgeDecision(agent: AgentState, log: StepLog, decision: Decision, nowMs: number): void {
  followApproval(agent, log, decision, nowMs);
  const verdict = judge(agent, decision.plan, 'apply', nowMs);
  if (verdict === null) return;
  if (isNews(decision, verdict)) note(agent, log, verdict, ...openedBreakers(agent, decision.plan, verdict, nowMs));
  switch (verdict.effect) {
    case 'auto':
      add(
        agent,
        log,
        beginExecution(agent.executions, decision.plan, verdict, executionContext(agent, decision, nowMs)),
      );
      return;
    case 'ask':
      if (decision.approval === null) note(agent, log, requestApproval(decision.plan, verdict, nowMs));
      return;
    case 'deny':
      return;
    default:
      verdict.effect satisfies never;
  }
}

/** Silence means no, and a question about a cluster that is no longer there is withdrawn. */
function followApproval(agent: AgentState, log: StepLog, decision: Decision, nowMs: number): void {
  const { approval } = decision;
  const { inventory } = agent.monitor;
  if (approval === null || inventory === null) return;
  const change = isPictured(agent.monitor) ? footprintChanged(decision.plan.footprint, inventory) : null;
  const next = change === null ? expireApproval(approval, nowMs) : withdrawApproval(approval, nowMs, change);
  if (next !== approval) note(agent, log, next);
}

function execute(agent: AgentState, log: StepLog, nowMs: number, inputs: readonly CoreInput[]): void {
  resumeOnce(agent, log, nowMs);
  for (const input of inputs) {
    if (input.type === 'facts') {
      const decision = agent.knowledge.decisions.get(input.decisionId);
      if (decision === undefined) continue;
      const context = executionContext(agent, decision, nowMs);
      add(agent, log, onFacts(agent.executions, decision.id, input.answer.ok, context));
    } else if (input.type === 'action-answer') {
      const decision = decisionOfAction(agent, input.actionId);
      if (decision === undefined) continue;
      const context = executionContext(agent, decision, nowMs);
      add(agent, log, onActionAnswer(agent.executions, input.actionId, input.answer, context));
    }
  }
  for (const id of agent.executions.ids()) {
    const decision = agent.knowledge.decisions.get(id);
    if (decision !== undefined) add(agent, log, onTick(agent.executions, id, executionContext(agent, decision, nowMs)));
  }
}

/** After a restart, what had begun goes on before anything new does. */
function resumeOnce(agent: AgentState, log: StepLog, nowMs: number): void {
  if (agent.resumed || agent.lease === null) return;
  agent.resumed = true;
  add(agent, log, resumeExecutions(agent.executions, agent.knowledge, executionContext(agent, null, nowMs)));
}

/** What the executor may ask while it advances one decision. */
function executionContext(agent: AgentState, decision: Decision | null, nowMs: number): ExecutionContext {
  const { monitor } = agent;
  const facts = () =>
    conditionFacts({ monitor, analysis: agent.analysis, holds: [...agent.knowledge.holds.values()], nowMs });
  return {
    nowMs,
    epoch: agent.lease?.epoch ?? null,
    judge: (plan, purpose, step) => {
      const verdict = judge(agent, plan, purpose, nowMs, [step.id]);
      if (verdict === null) throw new Error('a plan executes only once the cluster has been seen');
      return verdict;
    },
    evaluate: (expression: string, target: EntityRef) => evaluateCondition(expression, target, facts()),
    measure: (effect: PredictedEffect) => measureEffect(effect, monitor, nowMs),
    generationOf: (target: EntityRef) => (monitor.inventory === null ? null : generationOf(target, monitor.inventory)),
    startedAtMsOf: ({ kind, id }: EntityRef) =>
      kind === 'instance' ? monitor.inventory?.instances.find((one) => one.id === id)?.startedAtMs : undefined,
    sloLost: decision === null ? null : sloLostSince(agent, decision, nowMs),
    factsAtMs: decision === null ? 0 : (agent.factsReadAtMs.get(decision.id) ?? 0),
  };
}

/** What the SLOs have lost since the plan was made; null where this process did not see all of that time. */
function sloLostSince(agent: AgentState, { plan }: Decision, nowMs: number): ExecutionContext['sloLost'] {
  const before = agent.sloLostAtPlanMs.get(plan.decisionId);
  return before === undefined ? null : { lostMs: agent.analysis.slo.lostMs - before, overMs: nowMs - plan.atMs };
}

function add(agent: AgentState, log: StepLog, result: StepResult): void {
  note(agent, log, ...result.records);
  for (const record of result.records) if (record.type === 'outcome') withdrawUnused(agent, log, record);
  log.requests.push(...result.requests);
}

/** What people approved was checked again and nothing of it ran: their grant is not left standing. */
function withdrawUnused(agent: AgentState, log: StepLog, { decisionId, atMs, why }: Outcome): void {
  const decision = agent.knowledge.decisions.get(decisionId);
  if (decision?.approval?.state !== 'approved' || decision.actions.size > 0) return;
  note(agent, log, withdrawApproval(decision.approval, atMs, why));
}

function decisionOfAction(agent: AgentState, actionId: ActionId): Decision | undefined {
  return agent.knowledge.decisions.get(actionId.slice(0, actionId.lastIndexOf('.')) as DecisionId);
}

/** Records where each open incident stands, whenever that changed. */
function tellIncidentStates(agent: AgentState, log: StepLog, nowMs: number): void {
  for (const incident of openIncidents(agent)) {
    const deliberation = deliberationOf(agent, incident.id);
    const decision = currentDecision(agent, deliberation);
    const decisionIds =
      decision === null || incident.decisionIds.includes(decision.id)
        ? incident.decisionIds
        : [...incident.decisionIds, decision.id];
    const state = stateOf(agent, incident, decision);
    if (state === incident.state && decisionIds === incident.decisionIds) continue;
    const next = setIncidentState(agent.incidents, incident.id, state, decisionIds, nowMs);
    note(agent, log, next ?? { ...incident, atMs: nowMs, state, decisionIds });
  }
}

function stateOf(agent: AgentState, incident: Incident, decision: Decision | null): IncidentState {
  if (decision === null) {
    const diagnosis = agent.knowledge.diagnoses.get(incident.id);
    return diagnosis?.abstained == null ? 'open' : 'abstained';
  }
  if (decision.outcome !== null) return endedWell(decision) ? 'open' : 'escalated';
  const phase = phaseOf(agent.executions, decision.id);
  if (phase !== null) return phase === 'verifying' ? 'verifying' : 'acting';
  return decision.approval?.state === 'requested' ? 'waiting-approval' : 'planned';
}

/** A call that was taken ends well and leaves the incident with people. */
function endedWell({ outcome, plan }: Decision): boolean {
  return outcome?.result === 'succeeded' && !isPage(plan);
}
