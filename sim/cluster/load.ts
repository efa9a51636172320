import type { ClusterState, SimQueue } from './state.ts';

/** Load over the day. A pattern gives a factor of at most 1, which `peak` then stretches. */
export const loadPatterns = ['steady', 'daily', 'weekly', 'trend', 'flash-crowd', 'holiday', 'replay'] as const;
export type LoadPattern = (typeof loadPatterns)[number];

export interface LoadSpec {
  readonly pattern: LoadPattern;
  /** Times the base load of the preset at the busiest moment. */
  readonly peak: number;
  /** For `replay`: factors and the time that each lasts. */
  readonly recorded: { readonly factors: readonly number[]; readonly stepMs: number } | null;
}

const hourMs = 3_600_000;

/** Busiest at 14:00, quietest at 02:00, with 55 % of the peak left at night. */
function dailyFactor(atMs: number): number {
  const hour = (atMs % (24 * hourMs)) / hourMs;
  return 0.775 + 0.225 * Math.cos((2 * Math.PI * (hour - 14)) / 24);
}

function isWeekend(atMs: number): boolean {
  // 1 January 1970 was a Thursday.
  const day = (Math.floor(atMs / (24 * hourMs)) + 4) % 7;
  return day === 0 || day === 6;
}

/** Load at `atMs` as a factor on the base load; `sinceMs` is when the run began. */
export function loadFactor(load: LoadSpec, atMs: number, sinceMs: number): number {
  const ranMs = atMs - sinceMs;
  switch (load.pattern) {
    case 'steady':
      return load.peak;
    case 'daily':
      return load.peak * dailyFactor(atMs);
    case 'weekly':
      return load.peak * dailyFactor(atMs) * (isWeekend(atMs) ? 0.6 : 1);
    case 'holiday':
      return load.peak * dailyFactor(atMs) * 0.45;
    case 'trend':
      return load.peak * Math.min(1, 0.6 + (0.4 * ranMs) / hourMs);
    case 'flash-crowd':
      // Up within 2 min after a quarter of an hour, then fading with a half-life of 5 min.
      return load.peak * (0.6 + 0.4 * flash(ranMs - 15 * 60_000));
    case 'replay': {
      const { factors, stepMs } = load.recorded ?? { factors: [1], stepMs: hourMs };
      return load.peak * (factors[Math.floor(ranMs / stepMs) % factors.length] ?? 1);
    }
  }
}

function flash(sinceMs: number): number {
  if (sinceMs < 0) return 0;
  return sinceMs < 120_000 ? sinceMs / 120_000 : 0.5 ** ((sinceMs - 120_000) / 300_000);
}

/** Messages that arrive for a queue in this tick, at that factor on its base load. The stream belongs to the load alone. */
export function arrivals(state: ClusterState, queue: SimQueue, factor: number, dtMs: number): number {
  const pressed = state.effects.inUse.loadFactor ? state.effects.product('queue', queue.id, 'loadFactor') : 1;
  return Math.round(queue.loadNoise.poisson((queue.spec.messagesPerS * dtMs) / 1000) * (factor * pressed));
}
