import type { InstanceState } from '../../model/inventory.ts';
import type { Columns } from './columns.ts';
import type { SimNode } from './node.ts';
import type { SimConsumer, SimWorkload } from './state.ts';

/** What a tick moves on every instance. */
export const instanceColumns = [
  'nodeRow',
  'cpuLimitCores',
  'memoryLimitBytes',
  'memoryBytes',
  'cpuRatio',
  'busyCoreMs',
  'completed',
  'durationMs',
  'credit',
  'slots',
  'jobCoreMs',
] as const;
export type InstanceColumns = Columns<(typeof instanceColumns)[number]>;

/** One instance of a workload. The rules that move it are in `instances.ts` and `work.ts`. */
export class SimInstance {
  // What every tick reads comes first.
  /** Its row in the columns; it takes a new one where it moves. */
  row: number;
  state: InstanceState = 'stopped';
  networkAttached = true;
  /** What the consumer group of its queue knows of it; null while it is no member. */
  membership: SimConsumer | null = null;
  /** Processes that it has had. */
  starts = 0;
  /** Its row in the scatter of service times. */
  readonly noiseRow: number;
  ready = false;
  failedChecks = 0;
  /** Scaled away: nothing of it is left, whoever still refers to it. */
  removed = false;
  node: SimNode;
  version: string;
  readonly workload: SimWorkload;
  readonly id: string;
  generation = 1;
  startedAtMs: number;
  exitCode: number | null = null;
  killedForMemory = false;
  restarts = 0;
  errors = 0;
  readonly #columns: InstanceColumns;

  constructor(
    columns: InstanceColumns,
    made: {
      readonly id: string;
      readonly workload: SimWorkload;
      readonly node: SimNode;
      readonly nowMs: number;
      readonly noiseRow: number;
    },
  ) {
    this.#columns = columns;
    this.row = columns.addRow();
    this.id = made.id;
    this.workload = made.workload;
    this.node = made.node;
    this.version = made.workload.version;
    this.startedAtMs = made.nowMs;
    this.noiseRow = made.noiseRow;
    columns.of.nodeRow[this.row] = made.node.row;
    this.cpuLimitCores = made.workload.cpuLimitCores;
    this.memoryLimitBytes = made.workload.memoryLimitBytes;
    columns.of.durationMs[this.row] = made.workload.spec.serviceMs;
  }

  get workloadId(): string {
    return this.workload.id;
  }

  get nodeId(): string {
    return this.node.id;
  }

  /** Puts it on another node, behind all that is there: what a node is asked for is summed in the order of rows. */
  moveTo(node: SimNode): void {
    this.node.tenants.delete(this);
    const left = this.row;
    this.row = this.#columns.addRow(left);
    for (const column of Object.values(this.#columns.of)) column[left] = 0;
    this.#columns.of.memoryLimitBytes[left] = Number.POSITIVE_INFINITY;
    this.node = node;
    this.#columns.of.nodeRow[this.row] = node.row;
    node.tenants.add(this);
  }

  get cpuLimitCores(): number {
    return this.#columns.of.cpuLimitCores[this.row]!;
  }
  set cpuLimitCores(value: number) {
    this.#columns.of.cpuLimitCores[this.row] = value;
  }

  get memoryLimitBytes(): number {
    return this.#columns.of.memoryLimitBytes[this.row]!;
  }
  set memoryLimitBytes(value: number) {
    this.#columns.of.memoryLimitBytes[this.row] = value;
  }

  get memoryBytes(): number {
    return this.#columns.of.memoryBytes[this.row]!;
  }
  set memoryBytes(value: number) {
    this.#columns.of.memoryBytes[this.row] = value;
  }

  get cpuRatio(): number {
    return this.#columns.of.cpuRatio[this.row]!;
  }
  set cpuRatio(value: number) {
    this.#columns.of.cpuRatio[this.row] = value;
  }

  /** Busy core-ms of the last tick. */
  get busyCoreMs(): number {
    return this.#columns.of.busyCoreMs[this.row]!;
  }
  set busyCoreMs(value: number) {
    this.#columns.of.busyCoreMs[this.row] = value;
  }

  get completed(): number {
    return this.#columns.of.completed[this.row]!;
  }
  set completed(value: number) {
    this.#columns.of.completed[this.row] = value;
  }

  /** Mean service time of recent items. */
  get durationMs(): number {
    return this.#columns.of.durationMs[this.row]!;
  }
  set durationMs(value: number) {
    this.#columns.of.durationMs[this.row] = value;
  }

  /** Fraction of an item left over from the last tick. */
  get credit(): number {
    return this.#columns.of.credit[this.row]!;
  }
  set credit(value: number) {
    this.#columns.of.credit[this.row] = value;
  }

  /** Items that it can take in this tick. */
  get slots(): number {
    return this.#columns.of.slots[this.row]!;
  }
  set slots(value: number) {
    this.#columns.of.slots[this.row] = value;
  }

  /** Core-ms of job tasks that the instance does in this tick, ahead of the queue. */
  get jobCoreMs(): number {
    return this.#columns.of.jobCoreMs[this.row]!;
  }
  set jobCoreMs(value: number) {
    this.#columns.of.jobCoreMs[this.row] = value;
  }
}
