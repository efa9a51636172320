import type { EntityRef } from '../../model/entity.ts';
import type { EventName, LogLine } from '../../model/observation.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { RandomStream, Streams } from '../kernel/random.ts';
import type { AgeFifo } from './age-fifo.ts';
import type { Effects } from './effects.ts';
import type { InstanceColumns, SimInstance } from './instance.ts';
import type { NodeColumns, SimNode } from './node.ts';
import type { NormalRows } from './normal-rows.ts';
import type { PartitionColumns, Partitions } from './partitions.ts';
import type { JobSpec, QueueSpec, WorkloadSpec } from './spec.ts';

/** True state of the simulated cluster: plain mutable data. The rules that move it are the files beside this one. */
export interface ClusterState {
  readonly id: string;
  readonly kernel: Kernel;
  readonly streams: Streams;
  readonly effects: Effects;
  readonly sites: Map<string, { readonly id: string; readonly kind: 'core' | 'edge' }>;
  readonly zones: Map<string, { readonly id: string; readonly siteId: string }>;
  readonly nodes: Map<string, SimNode>;
  readonly workloads: Map<string, SimWorkload>;
  readonly instances: Map<string, SimInstance>;
  readonly groups: Map<string, SimGroup>;
  readonly queues: Map<string, SimQueue>;
  /** The queues in the batches in which they advance (see `flow.ts`). */
  readonly queueBatches: SimQueue[][];
  readonly jobs: Map<string, SimJob>;
  readonly news: News;
  /** Numbers of the nodes and of the instances, which are also there as properties of each. */
  readonly nodeColumns: NodeColumns;
  readonly instanceColumns: InstanceColumns;
  readonly partitionColumns: PartitionColumns;
  /** Scatter of the instances' service times. */
  readonly serviceNoise: NormalRows;
}

/** Where the cluster tells what happens in it; telemetry listens. */
export interface News {
  event(entity: EntityRef, name: EventName, attributes?: Record<string, string | number | boolean>): void;
  log(entity: EntityRef, severity: LogLine['severity'], text: string): void;
}

export interface SimWorkload {
  readonly id: string;
  readonly spec: WorkloadSpec;
  desired: number;
  version: string;
  previousVersion: string | null;
  cpuLimitCores: number;
  memoryLimitBytes: number;
  /** What each version does to work: shares of items that fail and factors on service time and memory. */
  readonly traits: Map<string, VersionTraits>;
  shedRatio: number;
  /** Share of its capacity that callers used in the last tick. */
  loadRatio: number;
  /** Calls of this tick by workloads that depend on it. */
  calls: number;
  nextOrdinal: number;
  /** In the order in which they were created. */
  readonly instances: SimInstance[];
}

export interface VersionTraits {
  readonly errorRatio: number;
  readonly serviceFactor: number;
  readonly leakBytesPerMs: number;
}

/** One member's view in Raft (Ongaro and Ousterhout 2014); the log is run-length coded by term. */
export interface RaftMember {
  readonly instanceId: string;
  readonly instance: SimInstance;
  term: number;
  votedFor: string | null;
  role: 'follower' | 'candidate' | 'leader';
  /** Ends of the runs: entries (previous end, end] were written in `term`. */
  log: { readonly term: number; end: number }[];
  commit: number;
  /** When it last heard a leader of its own term or gave a vote. */
  heardAtMs: number;
  timeoutMs: number;
}

export interface SimGroup {
  readonly id: string;
  readonly members: RaftMember[];
  readonly quorum: number;
  readonly minInSync: number;
  /** The leader that clients see, null while there is none. */
  leaderId: string | null;
  leader: RaftMember | null;
  /** Whether it takes writes, as of the last turn. */
  writable: boolean;
  readonly inSync: Set<string>;
  /** When all members last heard their leader in a turn in which nothing else could happen; theirs then do not say. */
  settledAtMs: number;
  /** Entries of catch-up traffic in the last tick. */
  catchUpEntries: number;
  elections: number;
}

export interface SimConsumer {
  readonly instance: SimInstance;
  heardAtMs: number;
  workedAtMs: number;
  /** Which start of the instance joined: a newer process is another member. */
  readonly start: number;
  /** Where in the partitions' `readOrder` those stand that it reads. */
  readsFrom: number;
  readsTo: number;
}

export interface SimQueue {
  readonly id: string;
  readonly spec: QueueSpec;
  /** Where its messages are stored; null: nowhere that could fail. */
  readonly group: SimGroup | null;
  /** Draws how many messages arrive. */
  readonly loadNoise: RandomStream;
  readonly partitions: Partitions;
  /** Messages that clients hold because the queue did not accept them. */
  readonly clientSide: AgeFifo;
  consumerPaused: boolean;
  enqueued: number;
  dequeued: number;
  redelivered: number;
  retried: number;
  shed: number;
  lost: number;
  quarantined: number;
  /** Messages that came in and that were done in the last tick. */
  accepted: number;
  done: number;
  retryCredit: number;
  /** Mean time that a message spends from delivery to acknowledgement, and messages in that state. */
  transitMs: number;
  inTransit: number;
  /** Members as the consumer group believes. */
  readonly consumers: Map<string, SimConsumer>;
  /** When all members were last heard at work, which their own moments then do not say. */
  allHeardAtMs: number;
  rebalances: number;
  readonly producedBy: readonly SimWorkload[];
  readonly consumedBy: readonly SimWorkload[];
}

export interface SimJob {
  readonly id: string;
  readonly spec: JobSpec;
  state: 'pending' | 'running' | 'succeeded' | 'failed' | 'stopped';
  attempts: number;
  stage: number;
  tasksLeft: number;
  /** Core-ms left of each task that runs now, by instance. */
  readonly running: Map<string, number>;
  startedAtMs: number;
}
