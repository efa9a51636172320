import type { EntityRef } from '../../../model/entity.ts';
import type { SeriesId } from '../../monitor/series-store.ts';
import { findSeries, lastAtMs, lastValue, valueAt } from '../../monitor/series-store.ts';
import { freshnessMs } from '../../monitor/series-window.ts';
import type { Finding, Scene } from '../signals/finding.ts';
import { durationInWords, inWords } from './words.ts';

// Data this many cadences old is late, but never before this age.
const staleCadences = 5;
const staleMsMin = 15_000;
// An exporter that restarts is silent for a while.
const silentMsMin = 75_000;
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
    if (newest === null) continue;
    // While it was down there was nothing to say.
    const sinceMs = Math.max(newest.atMs, instance.startedAtMs ?? 0);
    if (nowMs - sinceMs <= Math.max(silentMsMin, staleCadences * newest.cadenceMs)) continue;
    findings.push(stale(entity, null, sinceMs, nowMs - sinceMs, 'runs, but none of its metrics arrives', 'warning'));
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

// Real gauges never stand quite still; this many equal samples of two of them at once is a recording.
const frozenSamples = 6;
const frozenSeriesMin = 2;

/** Samples that go on arriving, fresh and equal to the last bit, though they used to move. */
export function findFrozenData(scene: Scene): Finding[] {
  return scene.inventory.instances.flatMap((instance): Finding[] => {
    if (instance.state !== 'running') return [];
    const still = repeatingGauges(scene, instance.id, frozenSamples);
    if (still === null) return [];
    const sinceMs =
      lastAtMs(scene.monitor.series, still[0]!)! - frozenSamples * scene.monitor.series.cadenceMs[still[0]!]!;
    const explanation = `${still.length} metrics repeat the same values, ${frozenSamples} samples in a row`;
    const entity: EntityRef = { kind: 'instance', id: instance.id };
    return [
      {
        kind: 'data-frozen',
        entity,
        metric: null,
        sinceMs,
        score: 10,
        severity: 'warning',
        model: 'freshness',
        explanation,
      },
    ];
  });
}

/** The gauges of an instance when all that used to move repeat themselves, two at least; else null. */
export function repeatingGauges(scene: Scene, instanceId: string, samples: number): SeriesId[] | null {
  const ids = scene.monitor.series.byEntity.get(`instance/${instanceId}`) ?? [];
  const moving = ids.filter((id) => scene.monitor.series.labels[id]!.type === 'gauge' && usedToMove(scene, id));
  const still = moving.filter((id) => standsStill(scene, id, samples));
  return still.length < frozenSeriesMin || still.length < moving.length ? null : still;
}

function standsStill(scene: Scene, id: SeriesId, samples: number): boolean {
  const { series } = scene.monitor;
  const length = series.length[id]!;
  const last = valueAt(series, id, length - 1);
  if (last === 0 || freshnessMs(series, id, scene.nowMs) > staleMsMin) return false;
  for (let i = 2; i <= samples; i += 1) if (valueAt(series, id, length - i) !== last) return false;
  return true;
}

/** Whether the oldest samples that are kept hardly ever repeated: only such a series is noisy enough to be judged. */
function usedToMove(scene: Scene, id: SeriesId): boolean {
  const { series } = scene.monitor;
  if (series.length[id]! < 5 * frozenSamples) return false;
  let repeats = 0;
  for (let i = 1; i < 4 * frozenSamples; i += 1) {
    if (valueAt(series, id, i) === valueAt(series, id, i - 1)) repeats += 1;
  }
  return repeats <= 1;
}

// One sample may be a slip of a source; so many in a row are another exporter.
const otherUnitSamples = 3;

/** Samples refused because their unit is not the one that the series has always had. */
export function findUnitChanges({ monitor, nowMs }: Scene): Finding[] {
  const { otherUnit, labels } = monitor.series;
  return [...otherUnit].flatMap(([id, { unit, sinceMs, lastAtMs, samples }]): Finding[] => {
    const { entity, metric, unit: usual } = labels[id]!;
    if (samples < otherUnitSamples || nowMs - lastAtMs > staleMsMin) return [];
    return [
      {
        kind: 'data-unit',
        entity,
        metric,
        sinceMs,
        score: 10,
        severity: 'warning',
        model: 'units',
        explanation: `${metric} comes in ${shownUnit(unit)}, usual ${shownUnit(usual)}: ${samples} samples are left out`,
      },
    ];
  });
}

/** A unit is text from outside: only what looks like a unit is repeated. */
function shownUnit(unit: string): string {
  return /^[\w{}%./[\]*^-]{1,16}$/.test(unit) ? unit : 'an unreadable unit';
}

// A working set may overshoot its limit for a moment; by this much it cannot.
const overLimitRatio = 1.05;

/** Values that cannot be: a process cannot hold more memory than its limit and live. */
export function findImplausible(scene: Scene): Finding[] {
  return scene.inventory.instances.flatMap((instance): Finding[] => {
    const entity: EntityRef = { kind: 'instance', id: instance.id };
    const id = findSeries(scene.monitor.series, entity, 'memory.usage');
    if (id === null || instance.state !== 'running' || instance.memoryLimitBytes === null) return [];
    const value = lastValue(scene.monitor.series, id)!;
    if (
      value <= overLimitRatio * instance.memoryLimitBytes ||
      freshnessMs(scene.monitor.series, id, scene.nowMs) > staleMsMin
    )
      return [];
    const explanation = `memory.usage ${inWords(value, 'By')} of a limit of ${inWords(instance.memoryLimitBytes, 'By')}: it could not live`;
    return [
      {
        kind: 'multivariate',
        entity,
        metric: 'memory.usage',
        sinceMs: null,
        score: 10,
        severity: 'critical',
        model: 'plausibility',
        explanation,
      },
    ];
  });
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
