import { bandText } from '../../agent/views/line.ts';
import { durationText, escapeDeep, percentText } from '../../agent/views/text.ts';
import type { Forecast } from '../../model/forecast.ts';
import type { Instance, Inventory } from '../../model/inventory.ts';
import { raisedSignals } from './activity.ts';
import { type Glyphs, sparkline } from './glyphs.ts';
import { type Health, healthCell, healthOf } from './health.ts';
import type { Picture } from './picture.ts';
import { cell, type Panel, type Row } from './table.ts';

/** Workloads, replica groups and queues in one row each, with the next limit that any part of them meets. */
export function clusterPanel(picture: Picture, glyphs: Glyphs): Panel {
  const rows = picture.inventory === null ? [] : partsOf(escapeDeep(picture.inventory));
  return {
    key: 'cluster',
    title: '3 CLUSTER',
    note: sloNote(picture),
    columns: [
      { title: 'PART', width: 16, grow: true, priority: 0 },
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

interface Part {
  readonly key: string;
  readonly units: string;
  readonly isWhole: boolean;
  /** Entity keys that count for it. */
  readonly entities: ReadonlySet<string>;
}

function partsOf(inventory: Inventory): Part[] {
  const isUp = (instance: Instance) => instance.state === 'running' && instance.ready !== false;
  const workloads = inventory.workloads.map((workload): Part => {
    const own = inventory.instances.filter((instance) => instance.workloadId === workload.id);
    const up = own.filter(isUp).length;
    const entities = new Set([`workload/${workload.id}`, ...own.map(({ id }) => `instance/${id}`)]);
    return {
      key: `workload/${workload.id}`,
      units: `${up}/${workload.desired}`,
      isWhole: up >= workload.desired,
      entities,
    };
  });
  const groups = inventory.replicaGroups.map((group): Part => {
    const online = group.members.filter((member) => member.online && member.inSync).length;
    const entities = new Set([`replica-group/${group.id}`]);
    return {
      key: `replica-group/${group.id}`,
      units: `${online}/${group.members.length} sync`,
      isWhole: online === group.members.length,
      entities,
    };
  });
  const queues = inventory.queues.map(
    ({ id }): Part => ({ key: `queue/${id}`, units: '', isWhole: true, entities: new Set([`queue/${id}`]) }),
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
  const health: Health = healthOf(picture, part.entities, part.isWhole);
  const actions = [...knowledge.decisions.values()]
    .flatMap((decision) => [...decision.actions.values()])
    .filter(({ spec }) => part.entities.has(`${spec.target.kind}/${spec.target.id}`)).length;
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
    if (!entities.has(`${forecast.entity.kind}/${forecast.entity.id}`)) continue;
    const limit = standingLimit(forecast, nowMs);
    if (limit !== null && (soonest === null || limit.inMs < soonest.inMs)) {
      soonest = { inMs: limit.inMs, text: `${forecast.metric} ${durationText(limit.inMs)} (${bandText(limit)})` };
    }
  }
  return escapeDeep(soonest);
}

/** A forecast's limit as it stands now; null where none is met or the forecast is older than its own horizon. */
export function standingLimit(
  { limit, atMs, stepMs, q50 }: Forecast,
  nowMs: number,
): { inMs: number; value: number; crossMsP10: number | null; crossMsP50: number; crossMsP90: number | null } | null {
  if (limit === null || limit.crossMsP50 === null || nowMs - atMs > Math.min(stepMs * q50.length, 15 * 60_000))
    return null;
  const { value, crossMsP10, crossMsP50, crossMsP90 } = limit;
  return { inMs: Math.max(0, atMs + crossMsP50 - nowMs), value, crossMsP10, crossMsP50, crossMsP90 };
}

function sloNote({ status }: Picture): string {
  return escapeDeep(status?.slos ?? [])
    .map(({ sloId, good, budgetRatio }) => {
      const standing = good === null ? 'not measured' : good ? 'good' : 'BURNING';
      return `SLO ${sloId} ${standing}, budget ${percentText(budgetRatio)}`;
    })
    .join('; ');
}
