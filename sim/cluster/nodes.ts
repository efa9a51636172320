import { isAlive, takeDown } from './instances.ts';
import { nodeLoss } from './network.ts';
import type { NodeSpec } from './spec.ts';
import type { ClusterState, SimNode } from './state.ts';

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
  return {
    id: spec.id,
    spec,
    zoneId: spec.zone,
    siteId: state.zones.get(spec.zone)!.siteId,
    powered: true,
    parked: false,
    cordoned: false,
    bootedAtMs: state.kernel.nowMs(),
    cpuRatio: 0,
    demandRatio: 0,
    throttle: 1,
    memoryBytes: systemMemoryBytes,
    diskUsedBytes: Math.round(spec.diskBytes * 0.35),
    reclaimableBytes: Math.round(spec.diskBytes * 0.05),
    diskErrors: 0,
    networkErrors: 0,
    temperatureC: inletC,
    powerW: idleWatts,
    tenants: new Set(),
  };
}

/** One tick of a node; call after its instances have worked. */
export function advanceNode(state: ClusterState, node: SimNode, dtMs: number): void {
  if (!node.powered) {
    node.cpuRatio = 0;
    node.demandRatio = 0;
    node.memoryBytes = 0;
    node.powerW = node.parked ? parkedWatts : 0;
    advanceHeat(state, node, dtMs);
    return;
  }
  let busyCoreMs = 0.02 * node.spec.cpuCores * dtMs;
  let memoryBytes = systemMemoryBytes;
  for (const tenant of node.tenants) {
    busyCoreMs += tenant.busyCoreMs;
    memoryBytes += tenant.memoryBytes;
  }
  node.demandRatio = busyCoreMs / (node.spec.cpuCores * dtMs);
  node.cpuRatio = Math.min(1, node.demandRatio);
  node.memoryBytes = memoryBytes;
  node.powerW = idleWatts + (fullWatts - idleWatts) * node.cpuRatio;
  advanceDisk(state, node, dtMs);
  const loss = nodeLoss(state, node.id);
  if (loss > 0) node.networkErrors += Math.round(loss * 200 * (dtMs / 1000));
  advanceHeat(state, node, dtMs);
}

function advanceDisk(state: ClusterState, node: SimNode, dtMs: number): void {
  const grown = Math.round(state.effects.sum('node', node.id, 'diskGrowthBytesPerMs') * dtMs);
  const room = node.spec.diskBytes - node.diskUsedBytes;
  if (grown > 0 && room > 0 && grown >= room)
    state.news.log({ kind: 'node', id: node.id }, 'error', 'write /var/lib/data: no space left on device');
  node.diskUsedBytes += Math.min(grown, room);
  node.reclaimableBytes += Math.min(grown, room);
  const errorsPerS = state.effects.sum('node', node.id, 'diskErrorsPerS');
  if (errorsPerS > 0) node.diskErrors += state.streams.of(`disk/${node.id}`).poisson((errorsPerS * dtMs) / 1000);
}

function advanceHeat(state: ClusterState, node: SimNode, dtMs: number): void {
  const lost = state.effects.has('node', node.id, 'coolingLost');
  const target = inletC + (lost ? hotRoomC - inletC : 0) + (node.powered ? 4 * node.cpuRatio : 0);
  node.temperatureC += (target - node.temperatureC) * (1 - Math.exp(-dtMs / thermalTimeMs));
  node.throttle = node.temperatureC >= throttleC ? 2 : 1;
  if (node.powered && node.temperatureC >= shutdownC) powerOff(state, node, 'thermal shutdown');
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
