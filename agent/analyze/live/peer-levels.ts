import type { EntityRef } from '../../../model/entity.ts';
import type { SignalNumbers } from '../../../model/signal.ts';
import { findSeries } from '../../monitor/series-store.ts';
import { freshnessMs } from '../../monitor/series-window.ts';
import type { Scene } from '../signals/finding.ts';
import { type CurrentLevels, currentLevel } from './current-level.ts';
import { median } from './statistics.ts';

const freshWithinMs = 20_000;
// A process that has just started is not yet like its peers.
const youngMs = 45_000;

/** Running instances of a workload that have settled. */
export function settledMembers({ topology, nowMs }: Scene, workloadId: string): string[] {
  const members = topology.instancesOfWorkload.get(workloadId) ?? [];
  return members
    .filter((m) => m.state === 'running' && (m.startedAtMs === null || nowMs - m.startedAtMs >= youngMs))
    .map((m) => m.id);
}

/** The present level of a metric, with its unit; null where it is unknown or old. */
export function freshLevel(
  scene: Scene,
  levels: CurrentLevels,
  entity: EntityRef,
  metric: string,
): { readonly level: number; readonly unit: string } | null {
  const { series } = scene.monitor;
  const at = findSeries(series, entity, metric);
  if (at === null || freshnessMs(series, at, scene.nowMs) > freshWithinMs) return null;
  const level = currentLevel(levels, at);
  return level === null ? null : { level, unit: unitOf(series.labels[at]!) };
}

/** Unit of a level: a counter's level is its rate. */
export function unitOf({ unit, type }: { readonly unit: string; readonly type: 'gauge' | 'counter' }): string {
  return type === 'counter' ? `${unit}/s` : unit;
}

const peersMin = 2;

/** What others of its kind have now: the rest of its workload, or the other nodes; null with fewer than two. */
export function peerNumbers(
  scene: Scene,
  levels: CurrentLevels,
  entity: EntityRef,
  metric: string,
): SignalNumbers['peers'] {
  const others = peersOf(scene, entity).flatMap(
    (id) => freshLevel(scene, levels, { kind: entity.kind, id }, metric)?.level ?? [],
  );
  return others.length < peersMin ? null : { count: others.length, median: median(others) };
}

function peersOf(scene: Scene, { kind, id }: EntityRef): string[] {
  if (kind === 'node') {
    return scene.inventory.nodes.filter((node) => node.state === 'ready' && node.id !== id).map((node) => node.id);
  }
  if (kind !== 'instance') return [];
  const workloadId = scene.topology.instances.get(id)?.workloadId;
  return workloadId === undefined ? [] : settledMembers(scene, workloadId).filter((peer) => peer !== id);
}
