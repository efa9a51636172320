import { createHash } from 'node:crypto';
import type { ActionName, RiskClass } from '../../model/actions.ts';
import type { DecisionId, EntityRef } from '../../model/entity.ts';
import type { Diagnosis, Incident, RankedCause } from '../../model/incident.ts';
import { isPage, type Plan, type PlanStep } from '../../model/plan.ts';
import type { Analysis } from '../analyze/analyze.ts';
import { blastRadiusOf } from '../guard/blast-radius.ts';
import type { Hold } from '../guard/facts.ts';
import { footprintOf } from '../guard/footprint.ts';
import { isKnown } from '../guard/inventory-index.ts';
import { canonicalJson } from '../knowledge/chain.ts';
import type { Monitor } from '../monitor/monitor.ts';
import { queuesReadBy, type Topology, topologyOf } from '../monitor/topology.ts';
import { bindAction, inverseOf } from './bind-action.ts';
import { EntityValue } from './condition-facts.ts';
import { type ConditionFacts, conditionFacts, evaluateCondition, evaluateNumber } from './conditions.ts';
import type { Playbook, PlaybookStep } from './playbook.ts';
import { fitsRoles, selectEntities } from './select.ts';
import { unhealthyInstances } from './unhealthy.ts';

/** A plan that is no decision yet. */
export type PlanDraft = Omit<Plan, 'decisionId' | 'revision' | 'planHash'>;

export interface ProposeInput {
  readonly incident: Incident;
  readonly diagnosis: Diagnosis;
  readonly monitor: Monitor;
  readonly analysis: Analysis;
  readonly playbooks: readonly Playbook[];
  readonly supportedActions: ReadonlySet<ActionName>;
  readonly holds: readonly Hold[];
  readonly nowMs: number;
}

export interface Proposals {
  /** Best first. */
  readonly drafts: readonly PlanDraft[];
  readonly rejected: readonly { readonly playbook: string; readonly why: string }[];
}

type Drafted = { readonly ok: true; readonly draft: PlanDraft } | { readonly ok: false; readonly why: string };

/** Matches playbooks to the diagnosed causes. Pure: the same cluster and diagnosis give the same plans and hashes. */
export function proposePlans(input: ProposeInput): Proposals {
  const { inventory } = input.monitor;
  if (inventory === null) return { drafts: [], rejected: [] };
  const topology = topologyOf(inventory);
  const facts = conditionFacts(input);
  const drafts: PlanDraft[] = [];
  const rejected: { playbook: string; why: string }[] = [];
  for (const cause of input.diagnosis.causes) {
    for (const playbook of input.playbooks) {
      if (!playbook.trigger.causes.includes(cause.kind)) continue;
      const drafted = draftPlan(input, playbook, cause, topology, facts);
      if (drafted.ok) drafts.push(drafted.draft);
      else rejected.push({ playbook: playbook.name, why: `${cause.kind} of ${cause.entity.id}: ${drafted.why}` });
    }
  }
  return { drafts: rank(drafts), rejected };
}

const risks: readonly RiskClass[] = ['safe', 'low', 'high', 'severe'];

/** Surest cause first; then what changes something before what only tells a person; then least risk and least cost. */
function rank(drafts: readonly PlanDraft[]): PlanDraft[] {
  const pages = (draft: PlanDraft) => (isPage(draft) ? 1 : 0);
  return drafts.toSorted(
    (a, b) =>
      pages(a) - pages(b) ||
      b.cause.confidence - a.cause.confidence ||
      risks.indexOf(a.risk) - risks.indexOf(b.risk) ||
      a.blastRadius.capacityRatio - b.blastRadius.capacityRatio ||
      (a.playbook < b.playbook ? -1 : 1),
  );
}

function draftPlan(
  input: ProposeInput,
  playbook: Playbook,
  cause: RankedCause,
  topology: Topology,
  facts: ConditionFacts,
): Drafted {
  const refusal = whyNot(input, playbook, cause, topology, facts);
  if (refusal !== null) return { ok: false, why: refusal };
  const bound = bindSteps(playbook, cause, input.diagnosis.causes, topology, facts);
  if (!bound.ok) return bound;
  const { steps } = bound;
  for (const target of targetsOf(steps)) {
    for (const check of playbook.checks) {
      const { value, why } = evaluateCondition(check, target, facts);
      if (value !== true)
        return { ok: false, why: value === null ? `check unknown: ${why}` : `check does not hold: ${why}` };
    }
  }
  const actions = steps.map((step) => step.action);
  const { inventory } = topology;
  const unhealthy = unhealthyInstances(inventory, facts.signals);
  const targets = targetsOf(steps).map((target) => target.id);
  const draft: PlanDraft = {
    type: 'plan',
    incidentId: input.incident.id,
    atMs: input.nowMs,
    playbook: playbook.name,
    cause: { ...pick(cause), signals: cause.evidenceFor.filter((one) => one.signalId !== null).length },
    summary: `${playbook.summary.replace(/\.$/, '')}: ${targets.join(', ')}`,
    steps,
    checks: playbook.checks,
    verification: {
      afterMs: playbook.verify.afterMs,
      withinMs: playbook.verify.withinMs,
      expect: playbook.verify.expect,
    },
    cooldownMs: playbook.trigger.cooldownMs,
    risk: playbook.risk,
    blastRadius: blastRadiusOf(actions, { inventory, unhealthyInstances: unhealthy }),
    footprint: footprintOf(actions, inventory),
    rehearsal: { status: 'none', why: 'no twin' },
    origin: 'rules',
  };
  return { ok: true, draft };
}

function pick({ kind, entity, confidence }: RankedCause) {
  return { kind, entity, confidence };
}

/** Why a playbook does not apply to a cause, or null. */
function whyNot(
  input: ProposeInput,
  playbook: Playbook,
  cause: RankedCause,
  topology: Topology,
  facts: ConditionFacts,
): string | null {
  const { trigger, diagnose } = playbook;
  if (cause.confidence < trigger.minConfidence)
    return `confidence ${cause.confidence} is below ${trigger.minConfidence}`;
  if (!isKnown(cause.entity, topology.inventory)) return `${cause.entity.id} is not in the inventory`;
  if (!fitsRoles(trigger.roles, cause.entity, topology)) return `it is for ${trigger.roles?.join(' or ')}`;
  const unsupported = playbook.steps.find((step) => !input.supportedActions.has(step.action));
  if (unsupported !== undefined) return `no actuator can do ${unsupported.action}`;
  const held = diagnose.of.filter((one) => evaluateCondition(one, cause.entity, facts).value === true);
  if (held.length < diagnose.require) return `${held.length} of ${diagnose.require} required findings hold`;
  return null;
}

type BoundSteps = { readonly ok: true; readonly steps: PlanStep[] } | { readonly ok: false; readonly why: string };

function bindSteps(
  playbook: Playbook,
  cause: RankedCause,
  causes: readonly RankedCause[],
  topology: Topology,
  facts: ConditionFacts,
): BoundSteps {
  const steps: PlanStep[] = [];
  for (const step of playbook.steps) {
    const param = playbook.params.get(step.each);
    if (param?.type !== 'entities') return { ok: false, why: `${step.each} is no entity parameter` };
    const targets = selectEntities(param.from, param.kind, { cause, causes, playbook, topology });
    if (targets.length === 0) return { ok: false, why: `${step.each}: there is none` };
    if (targets.length > param.maxItems)
      return { ok: false, why: `${targets.length} targets, at most ${param.maxItems}` };
    for (const target of targets) {
      const bound = bindStep(playbook, step, target, targets.length > 1, topology, facts);
      if (!bound.ok) return bound;
      steps.push(bound.step);
    }
  }
  return { ok: true, steps };
}

function bindStep(
  playbook: Playbook,
  step: PlaybookStep,
  target: EntityRef,
  several: boolean,
  topology: Topology,
  facts: ConditionFacts,
): { readonly ok: true; readonly step: PlanStep } | { readonly ok: false; readonly why: string } {
  const params = bindParams(playbook, step, target, facts);
  if (!params.ok) return params;
  const action = bindAction(step.action, target, params.values, topology);
  if (action === null) return { ok: false, why: `${step.action} of ${target.id} needs what the cluster does not tell` };
  const inverse =
    playbook.noUndoReason === null ? inverseOf(action, topology) : { undo: null, reason: playbook.noUndoReason };
  return {
    ok: true,
    step: {
      id: several ? `${step.id}-${target.id}` : step.id,
      action,
      timeoutMs: step.timeoutMs,
      predict: predictedEffect(step, target, topology, facts),
      undo: inverse.undo,
      undoReason: inverse.reason,
    },
  };
}

function bindParams(
  playbook: Playbook,
  step: PlaybookStep,
  target: EntityRef,
  facts: ConditionFacts,
): { readonly ok: true; readonly values: Record<string, unknown> } | { readonly ok: false; readonly why: string } {
  const values: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(step.params)) {
    const param = typeof value === 'string' && value.startsWith('$') ? playbook.params.get(value.slice(1)) : undefined;
    if (param?.type !== 'number') {
      values[key] = value;
      continue;
    }
    const number = evaluateNumber(param.value, target, facts);
    if (number === null) return { ok: false, why: `${value} could not be evaluated` };
    if (number < param.min || number > param.max)
      return { ok: false, why: `${value} would be ${number}, allowed ${param.min} to ${param.max}` };
    values[key] = number;
  }
  return { ok: true, values };
}

function predictedEffect(
  step: PlaybookStep,
  target: EntityRef,
  topology: Topology,
  facts: ConditionFacts,
): PlanStep['predict'] {
  const { predict } = step;
  if (predict === null) return null;
  const value = typeof predict.value === 'number' ? predict.value : evaluateNumber(predict.value, target, facts);
  const entity = predict.of === 'target' ? target : queueOf(target, topology);
  // A claim that cannot be put in numbers is not made.
  if (value === null || entity === undefined) return null;
  const { metric, becomes, withinMs, probability } = predict;
  return { entity, metric, becomes, value, withinMs, probability };
}

function queueOf(target: EntityRef, topology: Topology): EntityRef | undefined {
  if (target.kind === 'queue') return target;
  const [queue] = queuesReadBy(topology, new EntityValue(target, topology).workload);
  return queue && { kind: 'queue', id: queue.id };
}

function targetsOf(steps: readonly PlanStep[]): EntityRef[] {
  const unique = new Map(steps.map(({ action: { target } }) => [`${target.kind}/${target.id}`, target]));
  return [...unique.values()];
}

/** Makes a draft a decision's plan. The hash covers everything that an approver agrees to. */
export function finishPlan(draft: PlanDraft, decisionId: DecisionId, revision: number): Plan {
  return { ...draft, decisionId, revision, planHash: hashOf(draft) };
}

function hashOf({ playbook, steps, checks, verification, footprint }: PlanDraft): string {
  return createHash('sha256').update(canonicalJson({ playbook, steps, checks, verification, footprint })).digest('hex');
}
