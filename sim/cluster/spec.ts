import type { WorkloadRole } from '../../model/inventory.ts';
import type { Slo } from '../../model/slo.ts';

/** A cluster as a scenario or a preset describes it, in base units. */
export interface ClusterSpec {
  readonly id: string;
  readonly sites: readonly SiteSpec[];
  readonly zones: readonly { readonly id: string; readonly site: string }[];
  readonly nodes: readonly NodeSpec[];
  readonly workloads: readonly WorkloadSpec[];
  readonly replicaGroups: readonly GroupSpec[];
  readonly queues: readonly QueueSpec[];
  readonly jobs: readonly JobSpec[];
  readonly slos: readonly Slo[];
}

export interface SiteSpec {
  readonly id: string;
  readonly kind: 'core' | 'edge';
}

export interface NodeSpec {
  readonly id: string;
  readonly zone: string;
  readonly rack: string;
  readonly cpuCores: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
}

export interface WorkloadSpec {
  readonly id: string;
  readonly role: WorkloadRole;
  readonly replicas: number;
  readonly version: string;
  readonly cpuCores: number;
  readonly memoryLimitBytes: number;
  /** Working set of a fresh, idle process. */
  readonly memoryBaseBytes: number;
  /** Mean and coefficient of variation of the time that one item needs on a healthy core. */
  readonly serviceMs: number;
  readonly serviceCv: number;
  /** Items that one instance works on at a time. */
  readonly concurrency: number;
  readonly consumes: string | null;
  readonly produces: string | null;
  /** Workloads that every item of work calls. */
  readonly dependsOn: readonly string[];
  /** Where the instances may run; null means any site. */
  readonly site: string | null;
}

export interface GroupSpec {
  readonly id: string;
  readonly members: readonly string[];
  readonly quorum: number;
  readonly minInSync: number;
}

export interface QueueSpec {
  readonly id: string;
  readonly partitions: number;
  /** Mean arrivals before any pattern. */
  readonly messagesPerS: number;
  readonly messageBytes: number;
  readonly replicaGroup: string | null;
  /** How long a client waits before it sends a message again; null: it never does. */
  readonly retryAfterMs: number | null;
  /** Messages that clients send again per message, once they have waited `retryAfterMs`. */
  readonly retryRatio: number;
}

export interface JobSpec {
  readonly id: string;
  readonly workload: string;
  readonly startsAtMs: number;
  /** Starts again this long after the last start; null: runs once. */
  readonly everyMs: number | null;
  readonly stages: readonly { readonly tasks: number; readonly taskMs: number }[];
}
