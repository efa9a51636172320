import { wellKnownMetrics } from '../../model/metrics.ts';
import type { PredictedEffect } from '../../model/plan.ts';
import { durationText, entityName, escapeText } from './text.ts';

const kibibyte = 1_024;
const minuteMs = 60_000;

/** A value with its unit in at most nine cells: `204MiB`, `63%`, `41.2k`, `6.1s`. */
export function amountText(value: number, unit: string): string {
  switch (unit) {
    case 'By':
    case 'bytes':
      return bytesText(value);
    case 'ratio':
    case '1':
      return `${Math.round(value * 100)}%`;
    case 'ms':
      return Math.abs(value) < minuteMs ? `${(value / 1_000).toFixed(1)}s` : `${(value / minuteMs).toFixed(1)}min`;
    case 's':
      return `${value.toFixed(1)}s`;
    default:
      return countText(value);
  }
}

function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(
    units.length - 1,
    Math.max(0, Math.floor(Math.log(Math.max(1, Math.abs(bytes))) / Math.log(kibibyte))),
  );
  const amount = bytes / kibibyte ** power;
  return `${amount >= 100 ? Math.round(amount) : Number(amount.toFixed(1))}${units[power]}`;
}

function countText(count: number): string {
  if (Math.abs(count) >= 1e6) return `${(count / 1e6).toFixed(1)}M`;
  if (Math.abs(count) >= 1e4) return `${(count / 1e3).toFixed(1)}k`;
  return String(Number(count.toFixed(Math.abs(count) < 10 ? 2 : 0)));
}

/** What a plan promises, as people read it: `memory.usage of worker-6 below 358MiB within 2 min (0.90)`. */
export function claimText({ metric, entity, becomes, value, withinMs, probability }: PredictedEffect): string {
  const unit = Object.entries(wellKnownMetrics).find(([name]) => name === metric)?.[1].unit ?? '';
  const amount = amountText(value, unit);
  return `${escapeText(metric, 100)} of ${entityName(entity)} ${becomes} ${amount} within ${durationText(withinMs)} (${probability.toFixed(2)})`;
}
