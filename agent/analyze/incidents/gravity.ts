import type { Incident } from '../../../model/incident.ts';
import type { Signal } from '../../../model/signal.ts';

// A peer or a level that differs in one of these is trouble by itself; in any other it is evidence.
const tellingMetrics = new Set([
  'work.duration',
  'work.errors',
  'network.errors',
  'disk.errors',
  'clock.offset',
  'temperature',
]);

/** Whether signals are enough to open an incident: one hard finding, one telling outlier, or two that agree. */
export function isTrouble(signals: readonly Signal[]): boolean {
  const soft = signals.filter((signal) => signal.severity !== 'info');
  return soft.some(isHard) || soft.length >= 2;
}

function isHard(signal: Signal): boolean {
  if (signal.severity === 'critical') return true;
  switch (signal.kind) {
    case 'peer-outlier':
    case 'level-high':
      return tellingMetrics.has(signal.metric ?? '');
    case 'level-low':
    case 'change-point':
    case 'multivariate':
    case 'log-burst':
    case 'log-vanished':
      return false;
    default:
      return signal.severity === 'warning';
  }
}

/** 1: service is lost; 2: an SLO burns, a node or several parts are gone; 3: one part is gone; 4: a warning. */
export function severityOf(signals: readonly Signal[]): Incident['severity'] {
  const critical = signals.filter((signal) => signal.severity === 'critical');
  if (critical.some((s) => s.kind === 'quorum-at-risk' || s.kind === 'inventory-collapsed')) return 1;
  const burning = signals.some((signal) => signal.kind === 'slo-burn');
  const entities = new Set(critical.map((signal) => `${signal.entity.kind}/${signal.entity.id}`));
  if (burning || entities.size >= 3 || critical.some((s) => s.kind === 'node-down')) return 2;
  return critical.length > 0 ? 3 : 4;
}

const rank = { critical: 2, warning: 1, info: 0 } as const;

/** The signal that says most: gravest first, then earliest. */
export function leadSignal(signals: readonly Signal[]): Signal {
  return signals.reduce((lead, signal) => {
    const graver = rank[signal.severity] - rank[lead.severity];
    return graver > 0 || (graver === 0 && signal.sinceMs < lead.sinceMs) ? signal : lead;
  });
}
