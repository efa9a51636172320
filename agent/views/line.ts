import type { Action } from '../../model/action.ts';
import type { ActionSpec } from '../../model/actions.ts';
import type { Forecast } from '../../model/forecast.ts';
import type { Incident } from '../../model/incident.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { Plan, Rehearsal } from '../../model/plan.ts';
import type { AgentRecord } from '../../model/record.ts';
import type { Signal } from '../../model/signal.ts';
import type { Verdict } from '../../model/verdict.ts';
import { clockTime, durationText, entityName, escapeText } from './text.ts';

/** Longest progress line; a terminal wraps the rest away. */
const lineLengthMax = 300;

/**
 * One plain line of progress for a record of the data path, beginning with the record's name; null for records that
 * would only repeat what another line says (an intent whose answer follows, a forecast that meets no limit).
 */
export function lineOf(record: AgentRecord): string | null {
  const text = textOf(record);
  if (text === null) return null;
  return `${record.type.padEnd(8)} ${clockTime(record.atMs)} ${escapeText(text, lineLengthMax)}`;
}

function textOf(record: AgentRecord): string | null {
  switch (record.type) {
    case 'signal':
      return signalText(record);
    case 'forecast':
      return forecastText(record);
    case 'incident':
      return incidentText(record);
    case 'plan':
      return planText(record);
    case 'verdict':
      return verdictText(record);
    case 'action':
      return actionText(record);
    case 'outcome':
      return outcomeText(record);
    case 'failure-prediction':
    case 'diagnosis':
    case 'approval':
    case 'control':
    case 'advice':
    case 'model-change':
    case 'model-card':
      return null;
    default:
      return record satisfies never;
  }
}

function signalText(signal: Signal): string {
  if (signal.clearedAtMs !== null) {
    return `${entityName(signal.entity)} ${signal.kind} cleared after ${durationText(signal.clearedAtMs - signal.sinceMs)}`;
  }
  return `${entityName(signal.entity)} ${signal.kind} (${signal.severity}): ${signal.explanation}`;
}

function forecastText(forecast: Forecast): string | null {
  const inMs = forecast.limit?.crossMsP50 ?? null;
  if (forecast.limit === null || inMs === null) return null;
  const error =
    forecast.pastErrorRatio === null ? 'no past error yet' : `past error ${percent1(forecast.pastErrorRatio)}`;
  return `${entityName(forecast.entity)} ${forecast.metric} meets its limit in ${durationText(inMs)} (80% band ${bandText(forecast.limit)}; ${error})`;
}

/** `8 min to 13 min`, the sooner end first; `later` for an end beyond the horizon. */
export function bandText({ crossMsP10, crossMsP90 }: NonNullable<Forecast['limit']>): string {
  const beyond = Number.POSITIVE_INFINITY;
  const ends = [crossMsP10 ?? beyond, crossMsP90 ?? beyond].toSorted((a, b) => a - b);
  return ends.map((ms) => (ms === beyond ? 'later' : durationText(ms))).join(' to ');
}

function percent1(ratio: number): string {
  return `${(ratio * 100).toFixed(1)}%`;
}

function incidentText(incident: Incident): string {
  return `${incident.id} ${incident.state}, severity ${incident.severity}: ${incident.title}`;
}

function planText(plan: Plan): string {
  return `${plan.decisionId} for ${plan.incidentId}: ${plan.playbook}, ${plan.steps.map((step) => actionName(step.action)).join(', then ')}; ${rehearsalText(plan.rehearsal)}`;
}

/** `instance.restart worker-3`, with the number where a number is the point. What kind its target is, the action says. */
export function actionName(spec: ActionSpec): string {
  const detail = spec.name === 'workload.scale' ? ` to ${spec.params.to}` : '';
  return `${spec.name} ${escapeText(spec.target.id, 200)}${detail}`;
}

/** `rehearsed: SLO lost 24 s with the plan, 11 min without (80%: ...)`, or why there is no rehearsal. */
export function rehearsalText(rehearsal: Rehearsal): string {
  switch (rehearsal.status) {
    case 'none':
      return `rehearsal: none (${rehearsal.why})`;
    case 'cannot-rehearse':
      return `cannot rehearse: ${rehearsal.why}`;
    case 'rehearsed': {
      const { withPlan, doNothing, spared } = rehearsal;
      return `rehearsed: SLO lost ${durationText(withPlan[1])} with the plan, ${durationText(doNothing[1])} without (80%: spares ${durationText(spared[0])} to ${durationText(spared[2])})`;
    }
    default:
      return rehearsal satisfies never;
  }
}

function verdictText(verdict: Verdict): string {
  const would = verdict.wouldEffect === null ? '' : ` (would be ${verdict.wouldEffect})`;
  return `${verdict.decisionId} ${verdict.effect}${would} by rule ${verdict.rule}: ${verdict.why}`;
}

function actionText(action: Action): string | null {
  if (action.state === 'intended') return null;
  const purpose = action.purpose === 'undo' ? 'undo: ' : '';
  const result = action.state === 'answered' ? (action.ok === false ? 'failed' : 'done') : action.state;
  const detail = action.detail === null ? '' : ` (${action.detail})`;
  return `${action.id} ${purpose}${actionName(action.spec)} ${result}${detail}`;
}

function outcomeText(outcome: Outcome): string {
  const undone = outcome.undone === 'not-needed' ? '' : `, ${outcome.undone}`;
  return `${outcome.decisionId} ${outcome.result}${undone}: ${outcome.why}`;
}
