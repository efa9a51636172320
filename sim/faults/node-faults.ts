import { powerOff, powerOn, throttleC } from '../cluster/nodes.ts';
import type { ClusterState } from '../cluster/state.ts';
import { type Fault, type FaultKind, numberOf } from './fault.ts';
import { harmsInstances, hasBegun, hosts, pressing, spots } from './pressing.ts';

const stillHosts = (state: ClusterState, fault: Fault) => hasBegun(state, fault) && hosts(state, fault.target);

export const slowNode = pressing({
  kind: 'slow-node',
  means: 'everything on the node takes longer: a noisy neighbour, a failing fan, a throttled core',
  targets: ['node'],
  onset: 'sudden',
  effect: 'slowdown',
  strength: {
    name: 'factor',
    spec: { unit: 'factor', range: [1.1, 50], fallback: 4, means: 'stretch of service time' },
  },
  neutral: 1,
  addressedBy: ['node.cordon', 'node.drain', 'node.reboot', 'replica.transfer-leader', 'workload.scale'],
  isLive: stillHosts,
});

/** Power goes and comes back; what ran there stays down until somebody starts it. */
function outage(kind: 'node-crash' | 'zone-loss', means: string): FaultKind {
  const each = (state: ClusterState, fault: Fault) =>
    spots(state, fault.target).map((spot) => state.nodes.get(spot.id)!);
  return {
    kind,
    means,
    targets: [kind === 'zone-loss' ? 'zone' : 'node'],
    onset: 'sudden',
    params: {},
    addressedBy: ['node.reboot', 'node.cordon', 'node.drain', 'instance.start', 'instance.restart', 'workload.scale'],
    begin(state, fault) {
      for (const node of each(state, fault)) powerOff(state, node, 'power supply lost');
    },
    end(state, fault) {
      for (const node of each(state, fault)) powerOn(state, node);
    },
    isLive: (state, fault) =>
      each(state, fault).some((node) => !node.powered && !node.parked) || harmsInstances(state, fault.target),
  };
}

export const nodeCrash = outage('node-crash', 'the node loses power; its instances stay down when it comes back');
export const zoneLoss = outage('zone-loss', 'every node of the zone loses power at once');

export const diskFill: FaultKind = {
  kind: 'disk-fill',
  means: 'files grow until the disk is full; a broker on a full disk stops taking writes and does not step down',
  targets: ['node'],
  onset: 'creeping',
  params: {
    rate: { unit: 'bytes-per-time', range: [1, 50_000_000], fallback: 89_478, means: 'growth, such as 5GiB/min' },
  },
  addressedBy: ['storage.reclaim', 'node.drain', 'replica.transfer-leader', 'instance.restart'],
  begin(state, fault) {
    state.effects.set(fault.target, 'begun', fault.id, 1);
    state.effects.set(fault.target, 'diskGrowthBytesPerMs', fault.id, numberOf(fault, 'rate'));
  },
  end(state, fault) {
    state.effects.clear(fault.target, 'begun', fault.id);
    state.effects.clear(fault.target, 'diskGrowthBytesPerMs', fault.id);
  },
  // Growth that has stopped on a nearly full disk is still a full disk.
  isLive(state, fault) {
    const node = state.nodes.get(fault.target.id)!;
    const grows = state.effects.holds(fault.target, 'diskGrowthBytesPerMs', fault.id);
    return grows || node.diskUsedBytes > 0.9 * node.spec.diskBytes;
  },
};

export const diskErrors: FaultKind = {
  kind: 'disk-errors',
  means: 'the disk reports I/O errors and retries, which slows everything that writes',
  targets: ['node'],
  onset: 'creeping',
  params: {
    perSecond: { unit: 'per-second', range: [0.01, 1000], fallback: 2, means: 'errors per second' },
    factor: { unit: 'factor', range: [1, 50], fallback: 2, means: 'stretch of service time on the node' },
  },
  addressedBy: ['node.cordon', 'node.drain', 'replica.transfer-leader'],
  begin(state, fault) {
    state.effects.set(fault.target, 'begun', fault.id, 1);
    state.effects.set(fault.target, 'diskErrorsPerS', fault.id, numberOf(fault, 'perSecond'));
    state.effects.set(fault.target, 'slowdown', fault.id, numberOf(fault, 'factor'));
  },
  advance(state, fault) {
    if (hasBegun(state, fault) && state.streams.of(`disk-log/${fault.id}`).next() < 0.1)
      state.news.log(fault.target, 'error', 'blk_update_request: I/O error, dev sda, sector 42049816 op WRITE');
  },
  end(state, fault) {
    for (const name of ['begun', 'diskErrorsPerS', 'slowdown'] as const)
      state.effects.clear(fault.target, name, fault.id);
  },
  isLive: stillHosts,
};

export const clockSkew = pressing({
  kind: 'clock-skew',
  means: 'the clock of the node is wrong, and so are the times of all that it measures',
  targets: ['node'],
  onset: 'creeping',
  effect: 'clockOffsetMs',
  strength: {
    name: 'offset',
    spec: { unit: 'duration', range: [100, 86_400_000], fallback: 90_000, means: 'how far the clock is ahead' },
  },
  neutral: 0,
  addressedBy: ['node.reboot', 'node.drain'],
  isLive: stillHosts,
});

export const coolingFailure = pressing({
  kind: 'cooling-failure',
  means: 'the air gets hot: at 35 C nodes slow down, at 45 C they switch themselves off',
  targets: ['zone', 'node'],
  onset: 'creeping',
  effect: 'coolingLost',
  strength: null,
  neutral: 0,
  addressedBy: ['node.drain', 'node.cordon', 'node.park', 'traffic.shed', 'workload.scale'],
  isLive: (state, fault) =>
    hasBegun(state, fault) ||
    spots(state, fault.target).some((spot) => state.nodes.get(spot.id)!.temperatureC >= throttleC),
});
