import { escapeDeep, percentText } from '../../agent/views/text.ts';
import { entityKey } from '../../model/entity.ts';
import type { Forecast } from '../../model/forecast.ts';
import type { Instance, Inventory } from '../../model/inventory.ts';
import { raisedSignals } from './activity.ts';
import { type Glyphs, sparkline } from './glyphs.ts';
import { type Health, healthCell, healthOf, type Up } from './health.ts';
import type { Picture } from './picture.ts';
import { cell, type Panel, type Row } from './table.ts';
import { compactDuration } from './words.ts';

/** Workloads, replica groups and queues in one row each, with the next limit that any part of them meets. */
export function clusterPanel(picture: Picture, glyphs: Glyphs): Panel {
  const rows = picture.inventory === null ? [] : partsOf(escapeDeep(picture.inventory));
  return {
    key: 'cluster',
    title: '3 CLUSTER',
    note: sloNote(picture),
    columns: [
      { title: 'PART', width: 16, grow: true, priority: 0, cutAt: 'middle' },
      { title: 'UNITS', width: 9, priority: 1 },
      { title: 'HEALTH', width: 8, priority: 0 },
      { title: 'SIGNALS, LAST 60 MIN', width: 20, priority: 4, isGraphic: true },
      { title: 'NEXT LIMIT (80% BAND)', width: 24, grow: true, priority: 2 },
      { title: 'ACTIONS', width: 7, align: 'right', priority: 3 },
    ],
    rows: rows.map((part) => partRow(part, picture, glyphs)),
    empty: 'the cluster has not been seen yet',
    share: 2,
  };
}

export interface Part {
  readonly key: string;
  readonly units: string;
  readonly up: Up;
  /** Entity keys that count for it. */
  readonly entities: ReadonlySet<string>;
}

export function partsOf(inventory: Inventory): Part[] {
  const isUp = (instance: Instance) => instance.state === 'running' && instance.ready !== false;
  const workloads = inventory.workloads.map((workload): Part => {
    const own = inventory.instances.filter((instance) => instance.workloadId === workload.id);
    const up = own.filter(isUp).length;
    const entities = new Set([`workload/${workload.id}`, ...own.map(({ id }) => `instance/${id}`)]);
    return {
      key: `workload/${workload.id}`,
      units: `${up}/${workload.desired}`,
      up: up >= workload.desired ? 'all' : up > 0 ? 'some' : 'none',
      entities,
    };
  });
  const groups = inventory.replicaGroups.map((group): Part => {
    const online = group.members.filter((member) => member.online && member.inSync).length;
    const entities = new Set([`replica-group/${group.id}`]);
    return {
      key: `replica-group/${group.id}`,
      units: `${online}/${group.members.length} sync`,
      up: online === group.members.length ? 'all' : online >= group.quorum ? 'some' : 'none',
      entities,
    };
  });
  const queues = inventory.queues.map(
    ({ id }): Part => ({ key: `queue/${id}`, units: '', up: 'all', entities: new Set([`queue/${id}`]) }),
  );
  return [...workloads, ...groups, ...queues];
}

function partRow(part: Part, picture: Picture, glyphs: Glyphs): Row {
  const { rows, nowMs, knowledge } = picture;
  const raised = raisedSignals(rows, (_, entity) => part.entities.has(entity), {
    nowMs,
    lastMs: 60 * 60_000,
    buckets: 20,
  });
  const health: Health = healthOf(picture, part.entities, part.up);
  const actions = [...knowledge.decisions.values()]
    .flatMap((decision) => [...decision.actions.values()])
    .filter(({ spec }) => part.entities.has(entityKey(spec.target))).length;
  const limit = nextLimit(picture, part.entities);
  return {
    id: part.key,
    opens: { screen: 'map', id: part.key },
    cells: [
      cell(part.key),
      cell(part.units),
      healthCell(health),
      cell(sparkline(raised, glyphs, 4), 'dim'),
      cell(
        limit === null ? 'none in sight' : limit.text,
        limit === null ? 'dim' : 'warn',
        limit?.inMs ?? Number.MAX_SAFE_INTEGER,
      ),
      cell(String(actions), 'plain', actions),
    ],
  };
}

function nextLimit(
  { knowledge, nowMs }: Picture,
  entities: ReadonlySet<string>,
): { text: string; inMs: number } | null {
  let soonest: { text: string; inMs: number } | null = null;
  for (const forecast of knowledge.forecasts.values()) {
    if (!entities.has(entityKey(forecast.entity))) continue;
    const limit = standingLimit(forecast, knowledge, nowMs);
    if (limit !== null && (soonest === null || limit.inMs < soonest.inMs)) {
      soonest = { inMs: limit.inMs, text: `${forecast.metric} in ${compactDuration(limit.inMs)} (${limit.band})` };
    }
  }
  return escapeDeep(soonest);
}

/** A forecast that nothing confirms is let go of after this age, ms. */
const unconfirmedMs = 2 * 60_000;

/** A forecast's limit counted from now; null where none is met or what pointed to it has cleared since. */
export function standingLimit(
  { limit, atMs, entity, metric }: Forecast,
  knowledge: Picture['knowledge'],
  nowMs: number,
): { readonly inMs: number; readonly band: string } | null {
  if (limit === null || limit.crossMsP50 === null) return null;
  const isConfirmed = [...knowledge.signals.values()].some(
    (signal) =>
      signal.kind === 'trend-to-limit' && signal.metric === metric && entityKey(signal.entity) === entityKey(entity),
  );
  if (!isConfirmed && nowMs - atMs > unconfirmedMs) return null;
  const fromNow = (crossMs: number | null) => (crossMs === null ? null : Math.max(0, atMs + crossMs - nowMs));
  // A level that grows meets its limit first on its upper quantile; one that never does so is beyond the horizon.
  const beyond = Number.POSITIVE_INFINITY;
  const [soonest, latest] = [limit.crossMsP10, limit.crossMsP90]
    .map((crossMs) => fromNow(crossMs) ?? beyond)
    .toSorted((a, b) => a - b)
    .map((leftMs) => (leftMs === beyond ? 'later' : compactDuration(leftMs)));
  return { inMs: fromNow(limit.crossMsP50) ?? 0, band: soonest === latest ? soonest! : `${soonest}-${latest}` };
}

function sloNote({ status }: Picture): string {
  return escapeDeep(status?.slos ?? [])
    .map(({ sloId, good, budgetRatio }) => {
      const standing = good === null ? 'not measured' : good ? 'good' : 'BURNING';
      return `SLO ${sloId} ${standing}, budget ${percentText(budgetRatio)}`;
    })
    .join('; ');
}
