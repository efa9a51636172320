import type { ImpactView } from '../../agent/views/impact.ts';
import type { Instance, Inventory } from '../../model/inventory.ts';
import { loadConfig } from '../config-file.ts';
import { goodBody, noDaemon, readDaemon } from '../daemon.ts';
import { exitCodes, type Io, type Options, print, textOption } from '../io.ts';

/** `homeostat map`. The inventory lives in the daemon alone, so it must run. */
export async function map(io: Io, _args: readonly string[], options: Options): Promise<number> {
  const config = loadConfig(io);
  const entity = textOption(options, 'impact');
  const path = entity === null ? '/v1/inventory' : `/v1/impact?entity=${encodeURIComponent(entity)}`;
  const answer = await readDaemon(config, path);
  if (answer === null) throw noDaemon(config);
  const body = goodBody(answer);
  if (entity === null) print(io, body as Inventory, inventoryText);
  else print(io, body as ImpactView, impactText);
  return exitCodes.done;
}

/** Zones, nodes and what runs on them, then the replica groups. */
function inventoryText(inventory: Inventory): string {
  const zones = inventory.zones.flatMap((zone) => [
    `zone ${zone.id}`,
    ...inventory.nodes
      .filter((node) => node.zoneId === zone.id)
      .map((node) => {
        const here = inventory.instances.filter((instance) => instance.nodeId === node.id);
        return `  ${node.id} ${node.state}${node.cordoned ? ', cordoned' : ''}: ${here.map(instanceText).join(' ') || 'empty'}`;
      }),
  ]);
  const groups = inventory.replicaGroups.map((group) => {
    const inSync = group.members.filter((member) => member.online && member.inSync).length;
    return `group ${group.id}: leader ${group.leaderId ?? 'none'}, ${inSync} of ${group.members.length} in sync, quorum ${group.quorum}`;
  });
  return [`${inventory.clusterId}, version ${inventory.version}`, ...zones, ...groups].join('\n');
}

function instanceText({ id, state, ready }: Instance): string {
  if (state === 'running') return ready === false ? `${id}(not-ready)` : id;
  return `${id}(${state})`;
}

function impactText(view: ImpactView): string {
  const lines = [
    `IF ${view.entity.kind}/${view.entity.id} STOPPED`,
    `  stops      ${view.instances.join(', ') || 'no instance'}`,
    ...view.workloads.map(
      (row) => `  workload   ${row.id}: ${row.healthyBefore} -> ${row.healthyAfter} healthy of ${row.desired}`,
    ),
    ...view.replicaGroups.map((row) => {
      const leader = row.losesLeader ? '; loses its leader, writers wait for an election' : '';
      return `  group      ${row.id}: ${row.onlineAfter} in sync, ${row.keepsQuorum ? 'keeps' : 'LOSES'} its quorum of ${row.quorum}${leader}`;
    }),
    ...(view.dependents.length === 0 ? [] : [`  down with  ${view.dependents.join(', ')}`]),
    ...(view.weakened.length === 0 ? [] : [`  weakened   ${view.weakened.join(', ')}`]),
  ];
  return lines.join('\n');
}
