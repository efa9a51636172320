import type { DecisionState } from '../../agent/views/decision.ts';
import { durationText } from '../../agent/views/text.ts';
import type { IncidentState } from '../../model/incident.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { Effect } from '../../model/verdict.ts';
import { type Cell, cell } from './table.ts';
import type { Style } from './text.ts';

/** `0042` of `INC-0042`: what people type. */
export function incidentNumber(id: string): string {
  return id.slice(id.indexOf('-') + 1);
}

/** `07:41` under an hour, `2h05` above: a time left or an age in five cells. */
export function shortDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const two = (value: number) => String(value).padStart(2, '0');
  if (seconds < 3_600) return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h${two(Math.floor(seconds / 60) % 60)}`;
  return `${Math.floor(seconds / 86_400)}d${two(Math.floor(seconds / 3_600) % 24)}`;
}

/** `00:31` hours and minutes: moves once a minute, so that a quiet screen is not painted again for it. */
export function hoursMinutes(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const two = (value: number) => String(value).padStart(2, '0');
  return minutes < 6_000 ? `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}` : shortDuration(ms);
}

/** `45s`, `13m`, `6h10m`, `3d04h`: how far away something is, no finer than a forecast can tell. */
export function compactDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  const two = (value: number) => String(value).padStart(2, '0');
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h${two(Math.floor(seconds / 60) % 60)}m`;
  return `${Math.floor(seconds / 86_400)}d${two(Math.floor(seconds / 3_600) % 24)}h`;
}

export function durationCell(ms: number): Cell {
  return cell(shortDuration(ms), 'plain', ms);
}

const incidentStateStyles: Readonly<Record<IncidentState, Style>> = {
  open: 'warn',
  planned: 'warn',
  'waiting-approval': 'accent',
  acting: 'acting',
  verifying: 'acting',
  abstained: 'dim',
  escalated: 'bad',
  resolved: 'dim',
};

export function incidentStateCell(state: IncidentState): Cell {
  return cell(state, incidentStateStyles[state]);
}

export function severityCell(severity: number): Cell {
  return cell(String(severity), severity === 1 ? 'bad' : severity === 2 ? 'warn' : 'plain', severity);
}

export function resultStyle(result: Outcome['result'] | DecisionState | 'in-flight' | string | null): Style {
  switch (result) {
    case 'succeeded':
      return 'good';
    case 'failed':
    case 'error':
      return 'bad';
    case 'inconclusive':
      return 'warn';
    case 'in-flight':
    case 'acting':
    case 'verifying':
      return 'acting';
    default:
      return 'plain';
  }
}

export function effectStyle(effect: Effect | string | null): Style {
  if (effect === 'deny') return 'bad';
  return effect === 'ask' ? 'accent' : effect === 'auto' ? 'good' : 'plain';
}

/** `data 4 s old`, or that there is nothing to be old. */
export function ageText(ms: number | null): string {
  if (ms === null) return 'no data';
  return ms < 1_000 ? 'data under 1 s old' : `data ${durationText(Math.floor(ms / 1_000) * 1_000)} old`;
}
