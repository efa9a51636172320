import type { Slo, SloStatus } from '../../../model/slo.ts';
import { findSeries, lastValue } from '../../monitor/series-store.ts';
import { freshnessMs } from '../../monitor/series-window.ts';
import type { Finding, Scene } from '../signals/finding.ts';
import type { NumbersOf } from './levels.ts';
import { durationInWords, inWords, numbersInWords } from './words.ts';

/** Bad time per minute of the window, by SLO. */
export interface SloState {
  readonly byId: Map<string, SloLedger>;
  lastMs: number | null;
  /** Bad time of all SLOs together since the start; never forgotten, unlike the minutes of a window. */
  lostMs: number;
}

interface SloLedger {
  /** [minute, bad ms in it], oldest first. */
  readonly bad: [minute: number, badMs: number][];
  badSinceMs: number | null;
}

export function createSloState(): SloState {
  return { byId: new Map(), lastMs: null, lostMs: 0 };
}

const minuteMs = 60_000;
// An older sample says nothing of now.
const freshWithinMs = 30_000;
// A breach that lasts this long is more than a spike.
const burnAfterMs = 10_000;
// A pause of the agent is not charged to the cluster.
const stepMsMax = 5_000;

/** Charges the time since the last call to every SLO that is bad now, and says how each stands. */
export function assessSlos(scene: Scene, state: SloState): SloStatus[] {
  const elapsedMs = state.lastMs === null ? 0 : Math.min(stepMsMax, scene.nowMs - state.lastMs);
  state.lastMs = scene.nowMs;
  return scene.slos.map((slo) => {
    const ledger = ledgerOf(state, slo.id);
    const value = currentValue(scene, slo);
    const good = value === null ? null : slo.direction === 'below' ? value <= slo.bound : value >= slo.bound;
    if (good === false) {
      charge(ledger, scene.nowMs, elapsedMs);
      state.lostMs += elapsedMs;
    } else if (good === true) ledger.badSinceMs = null;
    const from = Math.floor((scene.nowMs - slo.windowMs) / minuteMs);
    while (ledger.bad.length > 0 && ledger.bad[0]![0] < from) ledger.bad.shift();
    const badMs = ledger.bad.reduce((sum, [, ms]) => sum + ms, 0);
    const allowedMs = (1 - slo.target) * slo.windowMs;
    return { sloId: slo.id, value, good, badMs, budgetRatio: allowedMs <= 0 ? 0 : 1 - badMs / allowedMs };
  });
}

function ledgerOf(state: SloState, sloId: string): SloLedger {
  const ledger = state.byId.get(sloId) ?? { bad: [], badSinceMs: null };
  state.byId.set(sloId, ledger);
  return ledger;
}

function charge(ledger: SloLedger, nowMs: number, elapsedMs: number): void {
  ledger.badSinceMs ??= nowMs;
  const minute = Math.floor(nowMs / minuteMs);
  const last = ledger.bad.at(-1);
  if (last !== undefined && last[0] === minute) last[1] += elapsedMs;
  else ledger.bad.push([minute, elapsedMs]);
}

function currentValue(scene: Scene, slo: Slo): number | null {
  const { series } = scene.monitor;
  const id = findSeries(series, slo.entity, slo.metric);
  return id === null || freshnessMs(series, id, scene.nowMs) > freshWithinMs ? null : lastValue(series, id);
}

/** SLOs that are broken now and have been for more than a moment. */
export function findSloBurn(
  scene: Scene,
  state: SloState,
  statuses: readonly SloStatus[],
  numbersOf: NumbersOf,
): Finding[] {
  return scene.slos.flatMap((slo, i): Finding[] => {
    const status = statuses[i]!;
    const badSinceMs = state.byId.get(slo.id)?.badSinceMs ?? null;
    if (badSinceMs === null || status.value === null || scene.nowMs - badSinceMs < burnAfterMs) return [];
    const id = findSeries(scene.monitor.series, slo.entity, slo.metric)!;
    const numbers = { ...numbersOf(id, status.value), limit: slo.bound };
    const lasted = durationInWords(scene.nowMs - badSinceMs);
    const left = `${Math.max(0, status.budgetRatio * 100).toFixed(0)} % of the error budget left`;
    const bound = inWords(slo.bound, numbers.unit);
    const explanation = `${numbersInWords(slo.metric, numbers)}; beyond its bound of ${bound} for ${lasted}; ${left}`;
    const severity = status.budgetRatio < 0.5 ? 'critical' : 'warning';
    const score = slo.direction === 'below' ? status.value / slo.bound : slo.bound / Math.max(status.value, 1e-9);
    return [
      {
        kind: 'slo-burn',
        entity: slo.entity,
        metric: slo.metric,
        sinceMs: badSinceMs,
        score,
        severity,
        model: 'slo',
        explanation,
        numbers,
      },
    ];
  });
}
