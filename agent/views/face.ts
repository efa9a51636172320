import type { Inventory } from '../../model/inventory.ts';
import type { Observation } from '../../model/observation.ts';
import type { JournalRow } from '../../model/record.ts';
import type { SloStatus } from '../../model/slo.ts';
import type { Mode } from '../../model/verdict.ts';
import type { CommandRequest, CommandResult } from '../commands.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';

export type { Command } from '../commands.ts';
export { type Decision, type Knowledge, silencedUntilMs } from '../knowledge/knowledge.ts';
export type { Clock } from '../ports.ts';

/** What the agent itself uses, beside what it may use (`ownLimits` of the configuration). */
export interface OwnStatus {
  readonly memoryBytes: number;
  readonly memoryBytesMax: number;
  /** Cores. */
  readonly cpuRatio: number;
  readonly cpuRatioMax: number;
  /** Reads of the APIs of what it watches within the last minute. */
  readonly callsPerMinute: number;
  readonly callsPerMinuteMax: number;
}

/** How the agent itself is. */
export interface AgentStatus {
  readonly clusterId: string;
  /** Whether it has seen the cluster and can judge; not whether it may act. */
  readonly ready: boolean;
  /** Why it is not ready, in words; null when it is. */
  readonly notReadyWhy: string | null;
  readonly mode: Mode;
  readonly policyName: string;
  readonly policyHash: string;
  /** Whether this process holds the lease, so that it acts; another one may. */
  readonly holdsLease: boolean;
  /** Age of the newest data per collector, in ms; null before the first. */
  readonly dataAgeMs: Readonly<Record<string, number | null>>;
  /** Why the kill switch is engaged, or null. */
  readonly stop: string | null;
  /** Why a person paused it, or null. */
  readonly paused: string | null;
  readonly slos: readonly SloStatus[];
  /** Null where the process is not limited, as in the simulator. */
  readonly own: OwnStatus | null;
}

/** What every face (API, terminal, chat) needs of a running agent: what it knows, and the one door for commands. */
export interface AgentFace {
  knowledge(): Knowledge;
  /** null before the first full picture of the cluster. */
  inventory(): Inventory | null;
  status(): AgentStatus;
  submit(request: CommandRequest): Promise<CommandResult>;
  /** Hands over telemetry that somebody pushed. */
  observe(source: string, observations: readonly Observation[]): void;
  /** `seq` of the newest journal row, 0 before the first. */
  headSeq(): number;
  /** Journal rows with `seq` >= `fromSeq`, in order. */
  rows(fromSeq: number): Iterable<JournalRow>;
  /** Calls after each journalled row; returns a function that ends it. */
  onRow(listener: (row: JournalRow) => void): () => void;
}
