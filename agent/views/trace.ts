import type { DecisionId } from '../../model/entity.ts';
import type { Decision, Knowledge } from '../knowledge/knowledge.ts';
import { decisionState } from './decision.ts';
import { actionName } from './line.ts';
import { escapeText } from './text.ts';

/** One stretch of a decision, as a span of its trace. */
export interface DecisionSpan {
  readonly name: 'observe' | 'diagnose' | 'plan' | 'verdict' | 'approve' | 'act' | 'verify';
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly failed: boolean;
}

/** One decision as a trace. One trace per decision and not per incident, so that none stays open for days. */
export interface DecisionTrace {
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly failed: boolean;
  readonly spans: readonly DecisionSpan[];
}

/** The trace of a decision as far as it has come; null where the journal has none of that id. */
export function decisionTrace(knowledge: Knowledge, id: DecisionId): DecisionTrace | null {
  const decision = knowledge.decisions.get(id);
  if (decision === undefined) return null;
  const spans = [
    ...analysisSpans(knowledge, decision),
    ...verdictSpans(decision),
    ...actionSpans(decision),
    ...verifySpans(decision),
  ];
  const state = decisionState(decision);
  const attributes: Record<string, string | number> = {
    'homeostat.decision.id': id,
    'homeostat.incident.id': decision.plan.incidentId,
    'homeostat.plan.hash': decision.plan.planHash,
    'homeostat.playbook': decision.plan.playbook,
    'homeostat.decision.state': state,
  };
  if (decision.verdict !== null) attributes['homeostat.policy.rule'] = escapeText(decision.verdict.rule);
  return {
    startMs: Math.min(...spans.map((span) => span.startMs)),
    endMs: Math.max(...spans.map((span) => span.endMs)),
    attributes,
    failed: state === 'failed' || state === 'error',
    spans,
  };
}

function analysisSpans(knowledge: Knowledge, { plan }: Decision): DecisionSpan[] {
  const incident = knowledge.incidents.get(plan.incidentId);
  const diagnosis = knowledge.diagnoses.get(plan.incidentId);
  const signals = (incident?.signalIds ?? []).flatMap((id) => knowledge.signals.get(id) ?? []);
  const openedAtMs = Math.min(incident?.openedAtMs ?? plan.atMs, plan.atMs);
  // An incident may be diagnosed again after the plan; the plan rests on what was known when it was made.
  const diagnosedAtMs = Math.min(Math.max(diagnosis?.atMs ?? openedAtMs, openedAtMs), plan.atMs);
  const sinceMs = Math.min(openedAtMs, ...signals.map((signal) => signal.sinceMs));
  return [
    span('observe', sinceMs, openedAtMs, { 'homeostat.signals': plan.cause.signals }),
    span('diagnose', openedAtMs, diagnosedAtMs, {
      'homeostat.cause': plan.cause.kind,
      'homeostat.confidence': plan.cause.confidence,
    }),
    span('plan', diagnosedAtMs, plan.atMs, { 'homeostat.playbook': plan.playbook }),
  ];
}

function verdictSpans({ plan, verdict, approval }: Decision): DecisionSpan[] {
  const spans: DecisionSpan[] = [];
  if (verdict !== null) {
    const attributes = { 'homeostat.policy.effect': verdict.effect, 'homeostat.policy.rule': escapeText(verdict.rule) };
    spans.push(span('verdict', plan.atMs, verdict.atMs, attributes));
  }
  if (approval !== null) {
    spans.push(span('approve', approval.requestedAtMs, approval.atMs, { 'homeostat.approval.state': approval.state }));
  }
  return spans;
}

function actionSpans({ actions, intendedAtMs }: Decision): DecisionSpan[] {
  return [...actions.values()].map((action) =>
    span(
      'act',
      intendedAtMs.get(action.id) ?? action.atMs,
      action.atMs,
      {
        'homeostat.action.id': action.id,
        'homeostat.action': actionName(action.spec),
        'homeostat.action.state': action.state,
        'homeostat.action.purpose': action.purpose,
      },
      action.ok === false,
    ),
  );
}

function verifySpans({ actions, outcome }: Decision): DecisionSpan[] {
  if (outcome === null) return [];
  const applied = [...actions.values()].filter((action) => action.purpose === 'apply');
  const fromMs = Math.max(...applied.map((action) => action.atMs));
  const attributes = { 'homeostat.outcome': outcome.result };
  return [
    span(
      'verify',
      Number.isFinite(fromMs) ? fromMs : outcome.atMs,
      outcome.atMs,
      attributes,
      outcome.result !== 'succeeded',
    ),
  ];
}

/** Clocks of different sources may disagree by a little; no span ends before it begins. */
function span(
  name: DecisionSpan['name'],
  startMs: number,
  endMs: number,
  attributes: DecisionSpan['attributes'],
  failed = false,
): DecisionSpan {
  return { name, startMs: Math.min(startMs, endMs), endMs, attributes, failed };
}
