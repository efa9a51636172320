import { isAlive, takeDown } from './instances.ts';
import { nodeLoss } from './network.ts';
import { SimNode } from './node.ts';
import type { NodeSpec } from './spec.ts';
import type { ClusterState } from './state.ts';

/** Nodes: what their instances use of them, heat, power, disk and errors. */

const idleWatts = 80;
const fullWatts = 210;
const parkedWatts = 6;
const inletC = 22;
/** Inlet temperatures at which a server slows down and switches itself off (ASHRAE A2 allows 35 C). */
export const throttleC = 35;
const shutdownC = 45;
/** The room's time constant: how fast the inlet follows what cooling allows. */
const thermalTimeMs = 300_000;
const hotRoomC = 52;
const mib = 1024 ** 2;
const systemMemoryBytes = 900 * mib;

export function createNode(state: ClusterState, spec: NodeSpec): SimNode {
  const node = new SimNode(state.nodeColumns, spec, state.zones.get(spec.zone)!.siteId, state.kernel.nowMs());
  const { memoryBytes, temperatureC, powerW } = state.nodeColumns.of;
  memoryBytes[node.row] = systemMemoryBytes;
  temperatureC[node.row] = inletC;
  powerW[node.row] = idleWatts;
  return node;
}

/** One tick of all nodes; call after their instances have worked. */
export function advanceNodes(state: ClusterState, dtMs: number): void {
  sumUse(state, dtMs);
  const { coolingLost, diskGrowthBytesPerMs, diskErrorsPerS, loss } = state.effects.inUse;
  // A node is looked up only where an effect may lie on it.
  const pressed = diskGrowthBytesPerMs || diskErrorsPerS || loss ? [...state.nodes.values()] : null;
  const heated = coolingLost ? [...state.nodes.values()] : null;
  const { rows, of } = state.nodeColumns;
  const { cpuCores, powered, parked, busyCoreMs, demandRatio, cpuRatio, powerW } = of;
  const follows = 1 - Math.exp(-dtMs / thermalTimeMs);
  for (let row = 0; row < rows; row++) {
    if (powered[row] === 1) {
      demandRatio[row] = busyCoreMs[row]! / (cpuCores[row]! * dtMs);
      cpuRatio[row] = Math.min(1, demandRatio[row]!);
      powerW[row] = idleWatts + (fullWatts - idleWatts) * cpuRatio[row]!;
      if (pressed !== null) advanceFaults(state, pressed[row]!, dtMs);
    } else {
      demandRatio[row] = 0;
      cpuRatio[row] = 0;
      powerW[row] = parked[row] === 1 ? parkedWatts : 0;
    }
    const isHot = heated !== null && state.effects.has('node', heated[row]!.id, 'coolingLost');
    advanceHeat(state, row, isHot ? hotRoomC - inletC : 0, follows);
  }
}

/** What the system and the instances of each node use of it. */
function sumUse(state: ClusterState, dtMs: number): void {
  const { rows, of } = state.nodeColumns;
  for (let row = 0; row < rows; row++) {
    of.busyCoreMs[row] = 0.02 * of.cpuCores[row]! * dtMs;
    of.memoryBytes[row] = of.powered[row]! * systemMemoryBytes;
  }
  const instances = state.instanceColumns;
  const { nodeRow, busyCoreMs, memoryBytes } = instances.of;
  for (let row = 0; row < instances.rows; row++) {
    of.busyCoreMs[nodeRow[row]!]! += busyCoreMs[row]!;
    of.memoryBytes[nodeRow[row]!]! += memoryBytes[row]!;
  }
}

/** Disks that fill or fail, and packets that get lost. */
function advanceFaults(state: ClusterState, node: SimNode, dtMs: number): void {
  const grown = Math.round(state.effects.sum('node', node.id, 'diskGrowthBytesPerMs') * dtMs);
  const room = node.spec.diskBytes - node.diskUsedBytes;
  if (grown > 0 && room > 0 && grown >= room)
    state.news.log({ kind: 'node', id: node.id }, 'error', 'write /var/lib/data: no space left on device');
  node.diskUsedBytes += Math.min(grown, room);
  node.reclaimableBytes += Math.min(grown, room);
  const errorsPerS = state.effects.sum('node', node.id, 'diskErrorsPerS');
  if (errorsPerS > 0) node.diskErrors += state.streams.of(`disk/${node.id}`).poisson((errorsPerS * dtMs) / 1000);
  const loss = nodeLoss(state, node.id);
  if (loss > 0) node.networkErrors += Math.round(loss * 200 * (dtMs / 1000));
}

/** @param follows share of the way to where the inlet tends that it goes in a tick */
function advanceHeat(state: ClusterState, row: number, hotterC: number, follows: number): void {
  const { powered, cpuRatio, temperatureC, throttle } = state.nodeColumns.of;
  const target = inletC + hotterC + (powered[row] === 1 ? 4 * cpuRatio[row]! : 0);
  const nowC = temperatureC[row]! + (target - temperatureC[row]!) * follows;
  temperatureC[row] = nowC;
  throttle[row] = nowC >= throttleC ? 2 : 1;
  if (nowC >= shutdownC) powerOff(state, [...state.nodes.values()][row]!, 'thermal shutdown');
}

/** The power goes: every process on the node is gone at once. */
export function powerOff(state: ClusterState, node: SimNode, why: string): void {
  if (!node.powered) return;
  state.news.log({ kind: 'node', id: node.id }, 'fatal', `power off: ${why}`);
  node.powered = false;
  for (const tenant of node.tenants)
    if (isAlive(tenant) || tenant.state === 'starting') takeDown(state, tenant, { exitCode: 137 });
}

/** The node is back, empty: with restart policy `no` its instances stay down until somebody starts them. */
export function powerOn(state: ClusterState, node: SimNode): void {
  if (node.powered) return;
  node.powered = true;
  node.parked = false;
  node.bootedAtMs = state.kernel.nowMs();
  state.news.log({ kind: 'node', id: node.id }, 'info', 'kernel: boot complete');
}
