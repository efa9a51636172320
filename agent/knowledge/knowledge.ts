import type { Action } from '../../model/action.ts';
import type { Approval } from '../../model/approval.ts';
import type { ActionId, DecisionId, EntityKey, IncidentId } from '../../model/entity.ts';
import { entityKey } from '../../model/entity.ts';
import type { FailurePrediction, Forecast } from '../../model/forecast.ts';
import type { Diagnosis, Incident } from '../../model/incident.ts';
import type { ModelCard, ModelChange } from '../../model/model-card.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { Plan } from '../../model/plan.ts';
import type { Advice, AgentRecord, ControlRecord } from '../../model/record.ts';
import type { Signal } from '../../model/signal.ts';
import type { Verdict } from '../../model/verdict.ts';
import type { Hold } from '../guard/facts.ts';
import { isBad } from '../guard/track-record.ts';
import { markRelapses } from './relapse.ts';

/** Everything that carries one decision id. */
export interface Decision {
  readonly id: DecisionId;
  readonly plan: Plan;
  verdict: Verdict | null;
  approval: Approval | null;
  advice: Advice | null;
  readonly actions: Map<ActionId, Action>;
  /** When each call was intended, which later records of the same call no longer say. */
  readonly intendedAtMs: Map<ActionId, number>;
  outcome: Outcome | null;
  /** It succeeded, and soon after the same cause needed another plan. */
  relapsed: boolean;
}

/**
 * What the journal's records amount to. The live agent and a reader of the file fold the same records with the same
 * function, so a restart and a screen cannot disagree.
 */
export interface Knowledge {
  readonly signals: Map<string, Signal>;
  readonly forecasts: Map<string, Forecast>;
  readonly predictions: Map<string, FailurePrediction>;
  readonly incidents: Map<IncidentId, Incident>;
  readonly diagnoses: Map<IncidentId, Diagnosis>;
  readonly decisions: Map<DecisionId, Decision>;
  readonly holds: Map<EntityKey, Hold>;
  readonly controls: ControlRecord[];
  /** The newest of them, oldest first. */
  readonly modelChanges: ModelChange[];
  /** The model registry: its newest entries by `task series`. */
  readonly models: Map<string, ModelCard>;
  paused: string | null;
  lastDecisionNumber: number;
  lastIncidentNumber: number;
  /** Grows with every record of a decision or of control: what is derived from those need not be derived again. */
  changes: number;
}

export function createKnowledge(): Knowledge {
  return {
    signals: new Map(),
    forecasts: new Map(),
    predictions: new Map(),
    incidents: new Map(),
    diagnoses: new Map(),
    decisions: new Map(),
    holds: new Map(),
    controls: [],
    modelChanges: [],
    models: new Map(),
    paused: null,
    lastDecisionNumber: 0,
    lastIncidentNumber: 0,
    changes: 0,
  };
}

// Enough to tell how it came to this; the journal has them all.
const modelChangesMax = 1_000;

/** Folds one record. A record about a decision whose plan is unknown is ignored: retention may have erased the plan. */
export function applyRecord(knowledge: Knowledge, record: AgentRecord): void {
  switch (record.type) {
    case 'signal':
      if (record.clearedAtMs === null) knowledge.signals.set(record.id, record);
      else knowledge.signals.delete(record.id);
      return;
    case 'forecast':
      knowledge.forecasts.set(`${entityKey(record.entity)} ${record.metric}`, record);
      return;
    case 'failure-prediction':
      knowledge.predictions.set(`${entityKey(record.entity)} ${record.how}`, record);
      return;
    case 'incident':
      knowledge.incidents.set(record.id, record);
      knowledge.lastIncidentNumber = Math.max(knowledge.lastIncidentNumber, Number(record.id.slice('INC-'.length)));
      return;
    case 'diagnosis':
      knowledge.diagnoses.set(record.incidentId, record);
      return;
    case 'control':
      applyControl(knowledge, record);
      return;
    case 'model-change':
      knowledge.modelChanges.push(record);
      if (knowledge.modelChanges.length > modelChangesMax) knowledge.modelChanges.shift();
      return;
    case 'model-card':
      knowledge.models.set(`${record.task} ${record.series}`, record);
      return;
    default:
      applyToDecision(knowledge, record);
  }
}

type DecisionRecord = Plan | Verdict | Approval | Action | Outcome | Advice;

function applyToDecision(knowledge: Knowledge, record: DecisionRecord): void {
  knowledge.changes += 1;
  if (record.type === 'plan') {
    addDecision(knowledge, record);
    return;
  }
  const decision = knowledge.decisions.get(record.type === 'approval' ? record.id : record.decisionId);
  if (decision === undefined) return;
  switch (record.type) {
    case 'verdict':
      decision.verdict = record;
      return;
    case 'approval':
      decision.approval = record;
      return;
    case 'action':
      decision.actions.set(record.id, record);
      if (record.state === 'intended') decision.intendedAtMs.set(record.id, record.atMs);
      return;
    case 'outcome':
      decision.outcome = record;
      return;
    case 'advice':
      decision.advice = record;
      return;
    default:
      record satisfies never;
  }
}

function addDecision(knowledge: Knowledge, plan: Plan): void {
  const known = knowledge.decisions.get(plan.decisionId);
  knowledge.decisions.set(plan.decisionId, {
    id: plan.decisionId,
    plan,
    verdict: known?.verdict ?? null,
    approval: known?.approval ?? null,
    advice: known?.advice ?? null,
    actions: known?.actions ?? new Map(),
    intendedAtMs: known?.intendedAtMs ?? new Map(),
    outcome: known?.outcome ?? null,
    relapsed: known?.relapsed ?? false,
  });
  markRelapses(knowledge.decisions.values(), plan);
  knowledge.lastDecisionNumber = Math.max(knowledge.lastDecisionNumber, Number(plan.decisionId.slice('D-'.length)));
  forgetBefore(knowledge, plan.atMs - rememberedMs);
}

/** How long an ended decision counts for the guard's windows and records, ms. The journal keeps it for longer. */
export const rememberedMs = 90 * 24 * 3_600_000;

/**
 * Drops the oldest decisions once nothing can depend on them, so that a process may live for years. What ended badly is
 * kept: it takes earned autonomy away for as long as no person resets the record.
 */
function forgetBefore({ decisions, incidents }: Knowledge, beforeMs: number): void {
  for (const { id, plan, outcome, actions, relapsed } of decisions.values()) {
    if (isBad({ outcome: outcome?.result ?? null, ineffective: relapsed }) && actions.size > 0) continue;
    const endedAtMs = outcome?.atMs ?? (actions.size === 0 ? plan.atMs : Number.POSITIVE_INFINITY);
    const resolvedAtMs = incidents.get(plan.incidentId)?.resolvedAtMs ?? Number.POSITIVE_INFINITY;
    if (Math.max(endedAtMs, resolvedAtMs) >= beforeMs) return;
    decisions.delete(id);
  }
}

/** Until when a person wants neither plans nor noise about an incident, ms; 0 where nobody does. The latest word counts. */
export function silencedUntilMs(knowledge: Knowledge, incidentId: IncidentId): number {
  const last = knowledge.controls.findLast(
    (control) => control.event === 'silenced' && control.incidentId === incidentId,
  );
  return last?.untilMs ?? 0;
}

function applyControl(knowledge: Knowledge, record: ControlRecord): void {
  // It says something about a file and nothing about the cluster; there are many.
  if (record.event === 'snapshot-taken') return;
  knowledge.controls.push(record);
  knowledge.changes += 1;
  const { entity } = record;
  switch (record.event) {
    case 'paused':
    case 'stop-engaged':
      knowledge.paused = record.why;
      return;
    case 'resumed':
      knowledge.paused = null;
      return;
    case 'held':
      if (entity !== null && record.untilMs !== null) {
        const personId = record.person?.id ?? 'unknown';
        knowledge.holds.set(entityKey(entity), { entity, untilMs: record.untilMs, why: record.why, personId });
      }
      return;
    case 'released':
      if (entity !== null) knowledge.holds.delete(entityKey(entity));
      return;
    default:
      return;
  }
}
