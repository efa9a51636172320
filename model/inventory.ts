import type { ClusterId, EntityRef } from './entity.ts';

export const workloadRoles = ['broker', 'worker', 'coordinator', 'storage', 'gateway'] as const;
export type WorkloadRole = (typeof workloadRoles)[number];

export interface Site {
  readonly id: string;
  readonly kind: 'core' | 'edge';
}

export interface Zone {
  readonly id: string;
  readonly siteId: string;
}

export interface Node {
  readonly id: string;
  readonly zoneId: string;
  readonly state: 'ready' | 'not-ready' | 'parked' | 'unknown';
  readonly cordoned: boolean;
  readonly cpuCores: number;
  readonly memoryBytes: number;
  readonly diskBytes: number | null;
  readonly labels: Readonly<Record<string, string>>;
}

/** Instances that do the same work and are replaceable for each other, as far as the role allows. */
export interface Workload {
  readonly id: string;
  readonly role: WorkloadRole;
  /** Instances that should run. */
  readonly desired: number;
  /** Version or image that should run, and the one before it where it is known. */
  readonly version: string | null;
  readonly previousVersion: string | null;
  readonly labels: Readonly<Record<string, string>>;
}

export const instanceStates = ['running', 'starting', 'stopped', 'paused', 'unknown'] as const;
export type InstanceState = (typeof instanceStates)[number];

export interface Instance {
  readonly id: string;
  readonly workloadId: string;
  readonly nodeId: string;
  readonly state: InstanceState;
  /** The engine's own health check; null where the engine has none. */
  readonly ready: boolean | null;
  /** Grows when the instance is created again or its spec changes; a plan binds to it. */
  readonly generation: number;
  readonly startedAtMs: number | null;
  readonly exitCode: number | null;
  readonly killedForMemory: boolean;
  readonly restarts: number;
  readonly networkAttached: boolean;
  readonly cpuLimitCores: number | null;
  readonly memoryLimitBytes: number | null;
  readonly version: string | null;
  readonly labels: Readonly<Record<string, string>>;
}

export interface ReplicaMember {
  readonly instanceId: string;
  readonly online: boolean;
  readonly inSync: boolean;
}

/** A Raft or ISR group. `quorum` is the least number of online in-sync members that keeps it writable. */
export interface ReplicaGroup {
  readonly id: string;
  readonly members: readonly ReplicaMember[];
  readonly leaderId: string | null;
  readonly quorum: number;
  readonly minInSync: number;
}

export interface Queue {
  readonly id: string;
  readonly kind: 'stream' | 'topic' | 'consumer-group';
  readonly consumerPaused: boolean;
  /** Parts that are read by one consumer each, as in Kafka; absent where all consumers share the queue. */
  readonly partitions?: number;
}

export interface Job {
  readonly id: string;
  readonly workloadId: string;
  readonly state: 'pending' | 'running' | 'succeeded' | 'failed' | 'stopped';
  readonly attempts: number;
}

export const edgeKinds = ['runs-on', 'depends-on', 'replicates', 'produces-to', 'consumes-from'] as const;
export type EdgeKind = (typeof edgeKinds)[number];

export interface Edge {
  readonly kind: EdgeKind;
  readonly from: EntityRef;
  readonly to: EntityRef;
}

/** What one source knows. A key that is absent means "not my business", an empty list means "there are none". */
export interface InventoryPart {
  readonly sites?: readonly Site[];
  readonly zones?: readonly Zone[];
  readonly nodes?: readonly Node[];
  readonly workloads?: readonly Workload[];
  readonly instances?: readonly Instance[];
  readonly replicaGroups?: readonly ReplicaGroup[];
  readonly queues?: readonly Queue[];
  readonly jobs?: readonly Job[];
  readonly edges?: readonly Edge[];
}

/**
 * The managed cluster as the agent believes it to be. `version` moves on membership, spec, role and leader
 * changes, not on samples: an approved plan survives ordinary telemetry and does not survive a changed cluster.
 */
export interface Inventory extends Required<InventoryPart> {
  readonly clusterId: ClusterId;
  readonly version: number;
  /** When each source last gave its full picture, Unix ms. */
  readonly observedAtMs: Readonly<Record<string, number>>;
}
