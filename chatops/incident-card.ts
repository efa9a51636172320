import { claimText } from '../agent/views/amounts.ts';
import { type DecisionState, decisionState } from '../agent/views/decision.ts';
import { type Decision, type Knowledge, silencedUntilMs } from '../agent/views/face.ts';
import { diagnosisText } from '../agent/views/incident.ts';
import { actionName, rehearsalText } from '../agent/views/line.ts';
import { clockTime, entityName, escapeText } from '../agent/views/text.ts';
import type { Approval } from '../model/approval.ts';
import type { IncidentId } from '../model/entity.ts';
import type { Evidence, Incident, RankedCause } from '../model/incident.ts';
import type { Plan } from '../model/plan.ts';
import type { Button, ButtonVerb, Fact, Words } from './message.ts';
import type { Drawn } from './outbox.ts';
import type { Meaning } from './store.ts';

/** Hex digits of a plan hash that people see. */
const hashShown = 6;

export type TokenOf = (meaning: Meaning) => string;

/** `0042` of `INC-0042`: what a person types to confirm. */
export function incidentNumber(incidentId: IncidentId): string {
  return incidentId.slice('INC-'.length);
}

/** Draws the one message of an incident: what is wrong, what is proposed or done, who must answer or did. */
export function incidentCard(
  knowledge: Knowledge,
  incidentId: IncidentId,
  clusterId: string,
  tokenOf: TokenOf,
): Drawn | null {
  const incident = knowledge.incidents.get(incidentId);
  if (incident === undefined) return null;
  const decision = latestDecision(knowledge, incidentId);
  const state = stateWord(incident, decision);
  const diagnosis = knowledge.diagnoses.get(incidentId);
  const facts: Fact[] = [
    {
      label: 'Where',
      value: [`${escapeText(clusterId, 100)}, ${entityName(incident.entity)}`, ...ownerWords(knowledge, incidentId)],
    },
    ...(diagnosis === undefined
      ? []
      : [{ label: 'Cause', value: [escapeText(diagnosisText(diagnosis).replace(/^cause /, ''))] }]),
    ...evidenceFacts(diagnosis?.causes[0], diagnosis?.notSeen ?? []),
    ...(decision === null ? [] : decisionFacts(decision, incidentId)),
    ...silenceFacts(knowledge, incident),
    ...(incident.resolvedAtMs === null ? [] : [{ label: 'Ended', value: [clockTime(incident.resolvedAtMs)] }]),
  ];
  return {
    message: {
      title: `${state}  SEV${incident.severity}  ${incident.id}  ${escapeText(incident.title)}`,
      facts,
      lines: [],
      buttons: buttonsOf(incident, decision, tokenOf),
    },
    decisionId: decision?.id ?? null,
    planHash: decision?.plan.planHash ?? null,
  };
}

/** Pieces of evidence that a message shows; the rest is under "Details". */
const evidenceShown = 2;

function evidenceFacts(cause: RankedCause | undefined, notSeen: readonly string[]): Fact[] {
  const fact = (label: string, texts: readonly string[]): Fact[] => {
    const more = texts.length > evidenceShown ? `; ${texts.length - evidenceShown} more` : '';
    const shown = texts.slice(0, evidenceShown).map((text) => escapeText(text, 200));
    return texts.length === 0 ? [] : [{ label, value: [`${shown.join('; ')}${more}`] }];
  };
  const marked = (evidence: readonly Evidence[]) => evidence.map(({ id, text }) => `${text} [${id}]`);
  return [
    ...fact('For', marked(cause?.evidenceFor ?? [])),
    ...fact('Against', marked(cause?.evidenceAgainst ?? [])),
    ...fact('Not seen', notSeen),
  ];
}

/** The decision with the highest number: earlier ones have ended or were superseded. */
export function latestDecision(knowledge: Knowledge, incidentId: IncidentId): Decision | null {
  return [...knowledge.decisions.values()].findLast(({ plan }) => plan.incidentId === incidentId) ?? null;
}

/** Facts of a plan that an approver agrees to. */
export function planFacts(plan: Plan): Fact[] {
  const undone = plan.steps.filter((step) => step.undo !== null).length;
  const reasons = [...new Set(plan.steps.flatMap((step) => step.undoReason ?? []))];
  const claims = plan.steps.flatMap((step) => step.predict ?? []);
  const steps = plan.steps.map((step) => actionName(step.action)).join(', then ');
  const undo = undone > 0 ? `${undone} of ${plan.steps.length} steps` : `not needed: ${reasons.join('; ')}`;
  return [
    { label: 'Plan', value: [escapeText(`${plan.planHash.slice(0, hashShown)}  ${steps}`)] },
    { label: 'Undo', value: [escapeText(undo)] },
    { label: 'Twin', value: [escapeText(rehearsalText(plan.rehearsal))] },
    ...claims.slice(0, 2).map((claim) => ({ label: 'Says', value: [claimText(claim)] })),
  ];
}

const waitingWord: Readonly<Partial<Record<DecisionState, string>>> = {
  'waiting-approval': 'WAITING',
  'would-act': 'WOULD ACT',
  'would-ask': 'WOULD ASK',
};

function stateWord(incident: Incident, decision: Decision | null): string {
  if (decision === null) return incident.state.toUpperCase();
  if (decision.outcome?.undone === 'undone') return 'UNDONE';
  const state = decisionState(decision);
  if (state === 'planned' && decision.approval?.state === 'approved') return 'APPROVED';
  return waitingWord[state] ?? state.toUpperCase();
}

function silenceFacts(knowledge: Knowledge, { id, resolvedAtMs }: Incident): Fact[] {
  const untilMs = silencedUntilMs(knowledge, id);
  return untilMs === 0 || resolvedAtMs !== null
    ? []
    : [{ label: 'Silenced', value: [`until ${clockTime(untilMs)} UTC`] }];
}

function ownerWords(knowledge: Knowledge, incidentId: IncidentId): Words {
  const owned = knowledge.controls.findLast(
    (control) => control.event === 'owned' && control.incidentId === incidentId,
  );
  return owned?.person == null ? [] : [', owner ', { person: owned.person.id }];
}

function decisionFacts(decision: Decision, incidentId: IncidentId): Fact[] {
  const { plan, verdict, approval, outcome } = decision;
  // After an approval the guard looks again and names the last brake, which says nothing to people.
  const isConsented = verdict?.effect === 'auto' && approval !== null;
  return [
    ...planFacts(plan),
    ...(verdict === null || isConsented
      ? []
      : [{ label: 'Rule', value: [escapeText(`${verdict.rule}: ${verdict.why}`)] }]),
    ...(approval === null ? [] : approvalFacts(approval, incidentId)),
    ...(outcome === null
      ? []
      : [{ label: 'Result', value: [escapeText(`${clockTime(outcome.atMs)} ${outcome.result}: ${outcome.why}`)] }]),
    ...(outcome?.saidWas ?? []).slice(0, 2).map(({ said, was, hit }) => ({
      label: hit === null ? 'Unmeasured' : hit ? 'Hit' : 'Miss',
      value: [escapeText(`said ${said}; was ${was}`)],
    })),
  ];
}

function approvalFacts(approval: Approval, incidentId: IncidentId): Fact[] {
  const { need, answers, state } = approval;
  const given = answers.filter(({ answer }) => answer === 'approve').length;
  const words = answers.flatMap(({ person, answer, atMs, reason }, index): Words => {
    const why = reason === null ? '' : `: "${escapeText(reason, 200)}"`;
    return [`${index === 0 ? '' : '; '}${answer} by `, { person: person.id }, ` ${clockTime(atMs)}${why}`];
  });
  const facts: Fact[] =
    answers.length === 0 ? [] : [{ label: 'Answers', value: [`${given} of ${need.need}: `, ...words] }];
  if (state === 'requested') {
    const asks = `${need.need} of ${need.from.join(', ')}, by ${clockTime(approval.expiresAtMs)} UTC`;
    const typed = `or type: approve ${incidentNumber(incidentId)}`;
    return [...facts, { label: 'Needs', value: [`${asks}; ${typed}`] }];
  }
  const ended =
    approval.why === null || answers.length > 0 ? [] : [{ label: 'Why', value: [escapeText(approval.why)] }];
  return [...facts, ...ended];
}

function buttonsOf(incident: Incident, decision: Decision | null, tokenOf: TokenOf): Button[] {
  if (incident.resolvedAtMs !== null) return [];
  const button = (verb: ButtonVerb, label: string, style: Button['style'] = 'plain'): Button => {
    const about = { decisionId: decision?.id ?? null, planHash: decision?.plan.planHash ?? null };
    return { verb, label, style, token: tokenOf({ verb, incidentId: incident.id, ...about }) };
  };
  const state = decision === null ? null : decisionState(decision);
  return [
    ...(state === 'waiting-approval'
      ? [button('approve', 'Approve...', 'primary'), button('deny', 'Reject...', 'danger')]
      : []),
    ...(state === 'acting' ? [button('stop-after-step', 'Stop after step', 'danger')] : []),
    button('details', 'Details'),
    button('own', 'I own this'),
  ];
}
