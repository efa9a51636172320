import { findSeries, lastValue } from '../../monitor/series-store.ts';
import { freshnessMs, readWindow } from '../../monitor/series-window.ts';
import type { Finding, Scene } from '../signals/finding.ts';
import type { NumbersOf } from './levels.ts';
import { median, theilSen, thin } from './statistics.ts';
import { durationInWords, usualInWords } from './words.ts';

const recentMs = 45_000;
const pastMs = 900_000;
const pointsMin = 6;
// A queue always breathes: this many messages, or ten times what is usual, is more than a breath.
const depthMin = 50;
const usualTimes = 10;
const surelyZ = 3;
const lastingMs = 20_000;

/** Queues that have held far more than usual for a while and do not shrink. */
export function findBacklogs(scene: Scene, numbersOf: NumbersOf): Finding[] {
  return scene.inventory.queues.flatMap((queue): Finding[] => {
    const entity = { kind: 'queue', id: queue.id } as const;
    const { series } = scene.monitor;
    const id = findSeries(series, entity, 'queue.depth');
    if (id === null || freshnessMs(series, id, scene.nowMs) > 15_000) return [];
    const depth = lastValue(series, id)!;
    // Most queues at most times: nothing that the past could say would make this a backlog.
    if (depth < depthMin) return [];
    const recent = readWindow(series, id, scene.nowMs - recentMs, scene.nowMs);
    const past = readWindow(series, id, scene.nowMs - pastMs, scene.nowMs - recentMs);
    if (recent.values.length < pointsMin) return [];
    const usual = past.values.length < pointsMin ? 0 : median(past.values);
    const far = Math.max(depthMin, usualTimes * usual);
    // A pile that a restart or a pause left behind is gone within this time.
    const lately = readWindow(series, id, scene.nowMs - lastingMs, scene.nowMs).values;
    if (depth < far || lately.some((value) => value < far)) return [];
    const thinned = thin(recent, 30);
    const trend = theilSen(thinned.atMs, thinned.values);
    if (trend === null || trend.z < -surelyZ) return [];
    const perSecond = trend.slope * 1_000;
    const numbers = numbersOf(id, depth);
    const told = numbers.usual === null ? `, usual ${usual.toFixed(0)}` : usualInWords(numbers);
    const pace = `${perSecond >= 0 ? '+' : ''}${perSecond.toFixed(1)} a second over ${durationInWords(recentMs)}`;
    const explanation = `${depth.toFixed(0)} messages wait${told}; ${pace}`;
    return [
      {
        kind: 'backlog-growing',
        entity,
        metric: 'queue.depth',
        sinceMs: null,
        score: trend.z,
        severity: 'warning',
        model: 'theil-sen',
        explanation,
        numbers,
      },
    ];
  });
}
