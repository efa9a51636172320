import { type DecisionView, decisionView } from '../../agent/views/decision.ts';
import { actionName, rehearsalText } from '../../agent/views/line.ts';
import { clockTime, isoTime, percentText } from '../../agent/views/text.ts';
import type { Rehearsal } from '../../model/plan.ts';
import { loadConfig } from '../config-file.ts';
import { decisionId } from '../ids.ts';
import { exitCodes, type Io, print } from '../io.ts';
import { readView } from '../source.ts';

/** `homeostat why`. */
export async function why(io: Io, args: readonly string[]): Promise<number> {
  const id = decisionId(args[0]!);
  const view = await readView(io, loadConfig(io), `/v1/decisions/${id}`, (knowledge) => decisionView(knowledge, id));
  print(io, view, decisionText);
  return exitCodes.done;
}

/** One decision from its cause to its end, a label per line. */
export function decisionText(view: DecisionView): string {
  const { plan, incident } = view;
  const lines: [label: string, text: string][] = [
    [
      'incident',
      incident === null ? plan.incidentId : `${incident.id} (severity ${incident.severity}) ${incident.title}`,
    ],
    [
      'cause',
      `${plan.cause.kind} of ${plan.cause.entity.kind}/${plan.cause.entity.id}, confidence ${plan.cause.confidence.toFixed(2)}, ${plan.cause.signals} signals`,
    ],
    ['plan', `${plan.playbook}, revision ${plan.revision}, hash ${plan.planHash.slice(0, 12)}: ${plan.summary}`],
    ...plan.steps.map((step): [string, string] => ['does', actionName(step.action)]),
    ['touches', touchesText(view)],
    [
      'undo',
      plan.steps.map((step) => (step.undo === null ? (step.undoReason ?? 'none') : actionName(step.undo))).join('; '),
    ],
    ['twin', rehearsalText(plan.rehearsal)],
    ...assumptionLines(plan.rehearsal),
    ...verdictLines(view),
    ...adviceLines(view),
    ...approvalLines(view),
    ...view.actions.map((action): [string, string] => [
      'did',
      `${clockTime(action.atMs)} ${action.id} ${action.purpose} ${actionName(action.spec)}: ${action.state}${action.detail === null ? '' : ` (${action.detail})`}`,
    ]),
    ...view.said.map(({ said, was, hit }): [string, string] => [
      'said',
      `${said}; was ${was}${hit === null ? '' : hit ? ': HIT' : ': MISS'}`,
    ]),
    [
      'outcome',
      view.outcome === null ? 'none yet' : `${view.outcome.result} (${view.outcome.undone}): ${view.outcome.why}`,
    ],
  ];
  const body = lines.map(([label, text]) => `  ${label.padEnd(10)} ${text}`);
  return [`${view.id}  ${view.state}  ${isoTime(plan.atMs)}`, ...body].join('\n');
}

function assumptionLines(rehearsal: Rehearsal): [label: string, text: string][] {
  if (rehearsal.status !== 'rehearsed') return [];
  const alone = `doing nothing recovers in ${percentText(rehearsal.recoversAlone)} of the samples`;
  return [['', `${alone}; assumes: ${rehearsal.assumptions.join('; ')}`]];
}

function touchesText({ plan: { blastRadius, risk } }: DecisionView): string {
  const { instances, healthyInstances, capacityRatio } = blastRadius;
  return `${instances.join(', ') || 'no instance'}; ${healthyInstances.length} healthy, ${percentText(capacityRatio)} of capacity; risk ${risk}`;
}

function verdictLines({ verdict }: DecisionView): [string, string][] {
  if (verdict === null) return [['verdict', 'not judged yet']];
  const would = verdict.wouldEffect === null ? '' : ` (would be ${verdict.wouldEffect.toUpperCase()})`;
  return [
    ['verdict', `${verdict.effect.toUpperCase()}${would} by ${verdict.rule}: ${verdict.why}`],
    ...verdict.checks.map((check): [string, string] => [
      check.ok ? '  pass' : `  ${check.effect}`,
      `${check.name}: ${check.why}`,
    ]),
    ...verdict.wouldBeAutoIf.map((text): [string, string] => ['  auto if', text]),
    ['policy', `${verdict.policyHash.slice(0, 12)}, mode ${verdict.mode}`],
  ];
}

function adviceLines({ advice }: DecisionView): [string, string][] {
  if (advice === null) return [];
  const { result, why: reason, model, explanation } = advice;
  return [
    ['adviser', `${result}: ${reason} (model ${model})`],
    ...(explanation === undefined ? [] : [['  it wrote', `"${explanation}"`] as [string, string]]),
  ];
}

function approvalLines({ approval }: DecisionView): [string, string][] {
  if (approval === null) return [];
  const { need, answers, state } = approval;
  const head: [string, string] = [
    'approval',
    `${state}: needs ${need.need} of ${need.from.join(', ')}, until ${isoTime(approval.expiresAtMs)}`,
  ];
  return [
    head,
    ...answers.map((answer): [string, string] => [
      '  answer',
      `${clockTime(answer.atMs)} ${answer.answer} by ${answer.person.id} (${answer.person.via})${answer.reason === null ? '' : `: ${answer.reason}`}`,
    ]),
  ];
}
