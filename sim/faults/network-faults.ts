import { dropLeadership, transferLeader } from '../cluster/raft.ts';
import type { ClusterState, RaftMember, SimGroup } from '../cluster/state.ts';
import type { Fault, FaultKind } from './fault.ts';
import { harmsInstances, hasBegun, pressing, spots } from './pressing.ts';

/** Which side of the cut a node is on; every fault cuts along a line of its own, so sides are sums of powers of two. */
const sideOf = (fault: Fault): number => 2 ** (Number(fault.id.slice(2)) % 50);

/** An instance is cut off by taking its network away, as `docker network disconnect` does; nodes by a cut around them. */
export const partition: FaultKind = {
  kind: 'partition',
  means: 'the nodes reach each other but nobody else, and nobody else reaches them; an instance loses its network',
  targets: ['node', 'zone', 'site', 'instance'],
  onset: 'sudden',
  params: {},
  addressedBy: ['instance.reconnect-network', 'node.drain', 'workload.scale'],
  begin(state, fault) {
    state.effects.set(fault.target, 'begun', fault.id, 1);
    if (fault.target.kind === 'instance') attach(state, fault.target.id, false);
    else for (const spot of spots(state, fault.target)) state.effects.set(spot, 'isolated', fault.id, sideOf(fault));
  },
  end(state, fault) {
    state.effects.clearFault('begun', fault.id);
    state.effects.clearFault('isolated', fault.id);
    if (fault.target.kind === 'instance') attach(state, fault.target.id, true);
  },
  isLive: (state, fault) =>
    fault.target.kind === 'instance' ? harmsInstances(state, fault.target) : hasBegun(state, fault),
};

function attach(state: ClusterState, id: string, attached: boolean): void {
  const instance = state.instances.get(id);
  if (instance === undefined || instance.networkAttached === attached) return;
  instance.networkAttached = attached;
  state.news.event({ kind: 'instance', id }, attached ? 'network.connected' : 'network.disconnected');
}

export const partitionOneWay = pressing({
  kind: 'partition-one-way',
  means: 'the nodes hear everything but nothing that they send arrives',
  targets: ['node', 'zone'],
  onset: 'sudden',
  effect: 'muted',
  strength: null,
  neutral: 0,
  addressedBy: ['instance.reconnect-network', 'node.drain', 'replica.transfer-leader', 'workload.scale'],
});

export const packetLoss = pressing({
  kind: 'packet-loss',
  means: 'a share of all packets to and from the node is lost: throughput falls, replicas lag',
  targets: ['node', 'zone'],
  onset: 'intermittent',
  effect: 'loss',
  strength: {
    name: 'ratio',
    spec: { unit: 'ratio', range: [0.001, 0.99], fallback: 0.2, means: 'share of packets lost' },
  },
  neutral: 0,
  addressedBy: ['node.cordon', 'node.drain', 'replica.transfer-leader', 'workload.scale'],
  log: 'tcp: retransmission timeout, 6 segments outstanding',
});

export const edgeLinkLoss = pressing({
  kind: 'edge-link-loss',
  means: 'the link between an edge site and the core is down',
  targets: ['site'],
  onset: 'sudden',
  effect: 'linkCut',
  strength: null,
  neutral: 0,
  addressedBy: [],
  isLive: hasBegun,
});

/** The one member whose heartbeats come and go keeps taking leadership back. */
export const leaderFlapping: FaultKind = {
  kind: 'leader-flapping',
  means: 'the leader misses heartbeats, loses leadership and takes it back, again and again; a restart cures it',
  targets: ['replica-group', 'instance'],
  onset: 'intermittent',
  params: {
    period: { unit: 'duration', range: [5000, 3_600_000], fallback: 40_000, means: 'time from one loss to the next' },
  },
  addressedBy: ['instance.restart', 'replica.transfer-leader', 'replica.rebalance'],
  begin(state, fault) {
    const group = groupOf(state, fault);
    const id = fault.target.kind === 'instance' ? fault.target.id : group?.leaderId;
    if (id != null) state.effects.set({ kind: 'instance', id }, 'flaky', fault.id, 1);
  },
  advance(state, fault, dtMs) {
    const group = groupOf(state, fault);
    const flaky = flakyMember(state, fault);
    if (group === undefined || flaky === undefined) return;
    const periodMs = Number(fault.params.period);
    const phaseMs = (state.kernel.nowMs() - fault.atMs) % periodMs;
    if (phaseMs < dtMs && group.leaderId === flaky.instanceId) dropLeadership(state, group);
    else if (phaseMs >= periodMs / 2 && group.leaderId !== flaky.instanceId) transferLeader(state, group, flaky);
  },
  end(state, fault) {
    const flaky = flakyMember(state, fault);
    if (flaky !== undefined) state.effects.clear({ kind: 'instance', id: flaky.instanceId }, 'flaky', fault.id);
  },
  isLive: (state, fault) => flakyMember(state, fault) !== undefined,
};

function groupOf(state: ClusterState, fault: Fault): SimGroup | undefined {
  if (fault.target.kind === 'replica-group') return state.groups.get(fault.target.id);
  return [...state.groups.values()].find((group) =>
    group.members.some((member) => member.instanceId === fault.target.id),
  );
}

function flakyMember(state: ClusterState, fault: Fault): RaftMember | undefined {
  return groupOf(state, fault)?.members.find((member) =>
    state.effects.holds({ kind: 'instance', id: member.instanceId }, 'flaky', fault.id),
  );
}
