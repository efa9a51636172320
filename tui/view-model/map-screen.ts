import { findEntities, impactView } from '../../agent/views/impact.ts';
import { escapeDeep } from '../../agent/views/text.ts';
import type { Instance, Inventory, Node } from '../../model/inventory.ts';
import { headingLine } from './bars.ts';
import { blockLines, row } from './blocks.ts';
import { type Part, partsOf } from './cluster-panel.ts';
import type { View } from './glyphs.ts';
import { healthCell, healthMark, healthOf } from './health.ts';
import { type ArrangedPanel, panelLines } from './panel-lines.ts';
import type { Picture } from './picture.ts';
import { cell, type Panel } from './table.ts';
import { fitTo, type Line, line, type Span, span } from './text.ts';
import type { UiState } from './ui-state.ts';

/** Every entity that can be chosen, with its health and where it runs. */
export function mapPanels(picture: Picture): Panel[] {
  const inventory = picture.inventory === null ? null : escapeDeep(picture.inventory);
  const entries = inventory === null ? [] : entriesOf(inventory);
  return [
    {
      key: 'map',
      title: 'PARTS',
      note: inventory === null ? '' : `${inventory.nodes.length} nodes, ${inventory.instances.length} instances`,
      columns: [
        { title: 'PART', width: 20, grow: true, priority: 0 },
        { title: 'HEALTH', width: 10, priority: 0 },
        { title: 'STATE', width: 16, grow: true, priority: 1 },
        { title: 'ON', width: 18, grow: true, priority: 2 },
      ],
      rows: entries.map(({ key, state, on, entities, up }) => ({
        id: key,
        opens: null,
        cells: [cell(key), healthCell(healthOf(picture, entities, up)), cell(state), cell(on)],
      })),
      empty: 'the cluster has not been seen yet',
      share: 1,
    },
  ];
}

interface Entry extends Part {
  readonly state: string;
  readonly on: string;
}

/** Workloads, groups and queues as the first page counts them, then nodes and instances. */
function entriesOf(inventory: Inventory): Entry[] {
  const leaders = new Map(inventory.replicaGroups.map(({ id, leaderId }) => [`replica-group/${id}`, leaderId]));
  const parts = partsOf(inventory).map((part): Entry => {
    const on = leaders.has(part.key) ? `leader ${leaders.get(part.key) ?? 'none'}` : '';
    return { ...part, state: part.units, on };
  });
  const single = (key: string, state: string, on: string, up: boolean): Entry => {
    return { key, units: '', up: up ? 'all' : 'none', entities: new Set([key]), state, on };
  };
  const nodes = inventory.nodes.map(({ id, state, cordoned, zoneId }) =>
    single(`node/${id}`, `${state}${cordoned ? ', cordoned' : ''}`, zoneId, state !== 'not-ready'),
  );
  const instances = inventory.instances.map((instance) => {
    const state = isUp(instance) || instance.state !== 'running' ? instance.state : 'running, not ready';
    return single(`instance/${instance.id}`, state, instance.nodeId, isUp(instance));
  });
  return [...parts, ...nodes, ...instances];
}

function isUp({ state, ready }: Instance): boolean {
  return state === 'running' && ready !== false;
}

/** The nodes by zone, the list of parts, and what stops if the selected one stops. */
export function mapLines(
  panels: readonly ArrangedPanel[],
  picture: Picture,
  ui: UiState,
  height: number,
  view: View,
): Line[] {
  if (picture.inventory === null) return panelLines(panels, ui, height, view);
  const inventory = escapeDeep(picture.inventory);
  const zones = view.isPlain ? [] : zoneLines(inventory, picture, view).slice(0, Math.max(0, Math.floor(height * 0.4)));
  const impact = impactLines(inventory, panels[0]?.selected ?? null, view);
  return [...zones, ...panelLines(panels, ui, height - zones.length - impact.length, view), ...impact];
}

/** One row per zone and as many cells as fit: a node with what runs on it. */
function zoneLines(inventory: Inventory, picture: Picture, view: View): Line[] {
  const lines: Line[] = [headingLine('ZONES', '.. ok   ! warn   A acting   X down   ? no data', false, view)];
  for (const zone of inventory.zones) {
    const nodes = inventory.nodes.filter((node) => node.zoneId === zone.id);
    let current: Span[] = [span(` ${fitTo(zone.id, 10)}`, 'strong')];
    let used = 11;
    for (const node of nodes) {
      const cells = nodeCells(node, inventory, picture);
      const width = cells.reduce((sum, part) => sum + part.text.length, 0) + 2;
      if (used + width > view.columns && used > 11) {
        lines.push(line(...current));
        current = [span(' '.repeat(11))];
        used = 11;
      }
      current.push(...cells, span('  '));
      used += width;
    }
    lines.push(line(...current));
  }
  return lines;
}

function nodeCells(node: Node, inventory: Inventory, picture: Picture): Span[] {
  const own = inventory.instances.filter((instance) => instance.nodeId === node.id);
  const health = healthMark(
    healthOf(picture, new Set([`node/${node.id}`]), node.state !== 'not-ready' ? 'all' : 'none'),
  );
  return [
    span(`[${node.id} `, 'dim'),
    span(health.mark, health.style),
    ...own.flatMap((instance) => {
      const { mark, style } = healthMark(
        healthOf(picture, new Set([`instance/${instance.id}`]), isUp(instance) ? 'all' : 'none'),
      );
      return [span(` ${instance.id} `, 'plain'), span(mark, style)];
    }),
    span(']', 'dim'),
  ];
}

function impactLines(inventory: Inventory, key: string | null, view: View): Line[] {
  const entity = key === null ? undefined : findEntities(inventory, key)[0];
  if (entity === undefined) return [];
  const impact = impactView(inventory, entity);
  const workloads = impact.workloads.map(
    ({ id, healthyBefore, healthyAfter, desired }) => `${id} ${healthyBefore} -> ${healthyAfter} of ${desired}`,
  );
  const groups = impact.replicaGroups.map(
    ({ id, onlineAfter, quorum, keepsQuorum }) =>
      `${id} ${keepsQuorum ? 'keeps' : 'LOSES'} quorum (${onlineAfter} online, ${quorum} needed)`,
  );
  const rows = [...workloads, ...groups].map((text) => row(2, text));
  if (impact.dependents.length > 0) rows.push(row(7, span('stops: ', 'bad'), impact.dependents.join(', ')));
  if (impact.weakened.length > 0) rows.push(row(10, span('weakened: ', 'warn'), impact.weakened.join(', ')));
  if (rows.length === 0) rows.push(row(0, 'nothing else changes'));
  return blockLines({ title: `IF ${key} STOPPED`, rows }, view.columns, view);
}
