import type { EntityRef } from '../../../model/entity.ts';
import { lastAtMs } from '../../monitor/series-store.ts';
import type { Finding, Scene } from '../signals/finding.ts';
import { durationInWords } from './words.ts';

// Data this many cadences old is late, but never before this age.
const staleCadences = 5;
const staleMsMin = 15_000;
const collapseRatio = 0.5;
const collapseInstancesMin = 4;

/** Pictures and samples that stopped coming while their source should still speak. */
export function findStaleData(scene: Scene): Finding[] {
  const { monitor, nowMs } = scene;
  const findings: Finding[] = [];
  for (const part of monitor.parts.values()) {
    const ageMs = nowMs - part.observedAtMs;
    const allowedMs = Math.max(staleMsMin, staleCadences * (monitor.cadenceMs.get(part.source) ?? 0));
    if (ageMs <= allowedMs) continue;
    const entity: EntityRef = { kind: 'cluster', id: monitor.clusterId };
    findings.push(stale(entity, part.source, part.observedAtMs, ageMs, `no picture from ${part.source}`, 'critical'));
  }
  for (const instance of scene.inventory.instances) {
    if (instance.state !== 'running') continue;
    const entity: EntityRef = { kind: 'instance', id: instance.id };
    const newest = newestSample(scene, entity);
    if (newest === null || nowMs - newest.atMs <= Math.max(staleMsMin, staleCadences * newest.cadenceMs)) continue;
    findings.push(
      stale(entity, null, newest.atMs, nowMs - newest.atMs, 'runs, but none of its metrics arrives', 'warning'),
    );
  }
  return findings;
}

function stale(
  entity: EntityRef,
  metric: string | null,
  sinceMs: number,
  ageMs: number,
  what: string,
  severity: Finding['severity'],
): Finding {
  const explanation = `${what} for ${durationInWords(ageMs)}`;
  return {
    kind: 'data-stale',
    entity,
    metric,
    sinceMs,
    score: ageMs / staleMsMin,
    severity,
    model: 'freshness',
    explanation,
  };
}

function newestSample(scene: Scene, entity: EntityRef): { atMs: number; cadenceMs: number } | null {
  const { series } = scene.monitor;
  let newest: { atMs: number; cadenceMs: number } | null = null;
  for (const id of series.byEntity.get(`${entity.kind}/${entity.id}`) ?? []) {
    const atMs = lastAtMs(series, id);
    if (atMs !== null && (newest === null || atMs > newest.atMs)) newest = { atMs, cadenceMs: series.cadenceMs[id]! };
  }
  return newest;
}

/** Far fewer instances listed than in the last hour: our view broke, or everything did. Never a reason to act. */
export function findCollapse(scene: Scene): Finding[] {
  const most = scene.monitor.baselineInstances(scene.nowMs);
  const now = scene.inventory.instances.length;
  if (most < collapseInstancesMin || now > collapseRatio * most) return [];
  const entity: EntityRef = { kind: 'cluster', id: scene.monitor.clusterId };
  const explanation = `${now} instances listed, ${most} in the last hour`;
  return [
    {
      kind: 'inventory-collapsed',
      entity,
      metric: null,
      sinceMs: null,
      score: 10,
      severity: 'critical',
      model: 'inventory',
      explanation,
    },
  ];
}
