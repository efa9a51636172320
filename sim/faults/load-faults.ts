import { takeDown } from '../cluster/instances.ts';
import { feltAgeMs } from '../cluster/queues.ts';
import type { ClusterState, SimQueue } from '../cluster/state.ts';
import { type Fault, type FaultKind, numberOf } from './fault.ts';
import { hasBegun, pressing } from './pressing.ts';

/** A queue is calm again when nothing in it is older than this. */
const calmAgeMs = 10_000;
/** A new load is a change for this long, however well it is borne. */
const settleMs = 120_000;

function suffers(state: ClusterState, fault: Fault): boolean {
  const queue = state.queues.get(fault.target.id)!;
  return feltAgeMs(queue, state.kernel.nowMs()) > calmAgeMs;
}

export const loadSurge = pressing({
  kind: 'load-surge',
  means: 'more messages arrive than usual',
  targets: ['queue'],
  onset: 'sudden',
  effect: 'loadFactor',
  strength: {
    name: 'factor',
    spec: { unit: 'factor', range: [1.05, 20], fallback: 1.8, means: 'times the load that would have been' },
  },
  neutral: 1,
  addressedBy: ['workload.scale', 'workload.set-resources', 'traffic.shed'],
  // A surge that is absorbed harms nobody: it is live while it is new or the queue suffers.
  isLive(state, fault) {
    const isNew = state.kernel.nowMs() - fault.atMs < settleMs + numberOf(fault, 'ramp');
    return suffers(state, fault) || (hasBegun(state, fault) && isNew);
  },
});

export const hotKey = pressing({
  kind: 'hot-key',
  means: 'a large share of all messages carries one key and so lands in one partition, which only one worker reads',
  targets: ['queue'],
  onset: 'sudden',
  effect: 'hotShare',
  strength: {
    name: 'share',
    spec: { unit: 'ratio', range: [0.05, 0.95], fallback: 0.35, means: 'share of messages with that key' },
  },
  neutral: 0,
  addressedBy: ['traffic.shed', 'workload.set-resources'],
  isLive: (state, fault) => hasBegun(state, fault) || suffers(state, fault),
});

/** Id of the message that a fault put in; told in log lines and asked for by `queue.quarantine-message`. */
const poisonId = (fault: Fault): string => `msg-${fault.id.toLowerCase()}-7f3a`;
/** A consumer that dies of the message does so this long after the last one. */
const nextVictimMs = 20_000;

/** Partitions that the fault's message blocks. */
function poisonOf({ partitions }: SimQueue, fault: Fault): number[] {
  return [...partitions.poison].filter(([, id]) => id === poisonId(fault)).map(([p]) => p);
}

export const poisonMessage: FaultKind = {
  kind: 'poison-message',
  means: 'no consumer can digest one message, and everything behind it waits; with `kills` it takes consumers down',
  targets: ['queue'],
  onset: 'sudden',
  params: { kills: { unit: 'flag', range: null, fallback: false, means: 'whoever reads it crashes' } },
  addressedBy: ['queue.quarantine-message', 'queue.pause-consumer'],
  begin(state, fault) {
    const { partitions } = state.queues.get(fault.target.id)!;
    partitions.poison.set(state.streams.of(`poison/${fault.id}`).below(partitions.length), poisonId(fault));
  },
  advance(state, fault) {
    const queue = state.queues.get(fault.target.id)!;
    const [p] = poisonOf(queue, fault);
    const ownerId = p === undefined ? null : queue.partitions.owner[p]!;
    const owner = ownerId === null ? undefined : state.instances.get(ownerId);
    if (owner === undefined || owner.state !== 'running') return;
    const ref = { kind: 'instance', id: owner.id } as const;
    queue.redelivered++;
    if (state.streams.of(`poison/${fault.id}`).next() < 0.2)
      state.news.log(ref, 'error', `cannot decode message ${poisonId(fault)}: invalid varint at byte 17`);
    if (fault.params.kills === true && (state.kernel.nowMs() - fault.atMs) % nextVictimMs < 1000)
      takeDown(state, owner, { exitCode: 2 });
  },
  end(state, fault) {
    const queue = state.queues.get(fault.target.id)!;
    for (const p of poisonOf(queue, fault)) queue.partitions.poison.delete(p);
  },
  isLive: (state, fault) => poisonOf(state.queues.get(fault.target.id)!, fault).length > 0,
};

/**
 * Overload that feeds itself: a burst slows the queue, clients send again, and the retries keep it slow after the
 * burst is over (Bronson et al., "Metastable failures in distributed systems", HotOS 2021).
 */
export const retryStorm: FaultKind = {
  kind: 'retry-storm',
  means: 'a burst makes clients retry, and the retries keep the queue overloaded when the burst is over',
  targets: ['queue'],
  onset: 'sudden',
  params: {
    retries: {
      unit: 'factor',
      range: [0.1, 10],
      fallback: 1,
      means: 'messages sent again per message that waits too long',
    },
    burst: { unit: 'factor', range: [1.1, 20], fallback: 2, means: 'times the load during the burst' },
    burstLasts: { unit: 'duration', range: [1000, 3_600_000], fallback: 120_000, means: 'length of the burst' },
  },
  addressedBy: ['traffic.shed', 'workload.scale', 'workload.set-resources'],
  begin(state, fault) {
    state.effects.set(fault.target, 'begun', fault.id, 1);
    state.effects.set(fault.target, 'retryRatio', fault.id, numberOf(fault, 'retries'));
    state.effects.set(fault.target, 'loadFactor', fault.id, numberOf(fault, 'burst'));
  },
  advance(state, fault) {
    if (state.kernel.nowMs() - fault.atMs < numberOf(fault, 'burstLasts')) return;
    // With the queue calm again clients have nothing to retry, and a later slowness is another matter.
    if (!suffers(state, fault)) this.end(state, fault);
    else state.effects.clear(fault.target, 'loadFactor', fault.id);
  },
  end(state, fault) {
    for (const name of ['begun', 'retryRatio', 'loadFactor'] as const)
      state.effects.clear(fault.target, name, fault.id);
  },
  isLive: (state, fault) => state.effects.holds(fault.target, 'loadFactor', fault.id) || suffers(state, fault),
};
