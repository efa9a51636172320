import type { Columns } from './columns.ts';
import type { SimInstance } from './instance.ts';
import type { NodeSpec } from './spec.ts';

/** What a tick moves on every node. */
export const nodeColumns = [
  'cpuCores',
  'powered',
  'parked',
  'busyCoreMs',
  'demandRatio',
  'cpuRatio',
  'throttle',
  'memoryBytes',
  'temperatureC',
  'powerW',
  'isDiskFull',
] as const;
export type NodeColumns = Columns<(typeof nodeColumns)[number]>;

/** A node. The rules that move it are in `nodes.ts`. */
export class SimNode {
  readonly row: number;
  readonly id: string;
  readonly spec: NodeSpec;
  readonly zoneId: string;
  readonly siteId: string;
  cordoned = false;
  bootedAtMs: number;
  #diskUsedBytes: number;
  /** Part of `diskUsedBytes` that lies in declared, reclaimable paths. */
  reclaimableBytes: number;
  diskErrors = 0;
  networkErrors = 0;
  /** What is placed on it, whether it runs or not. */
  readonly tenants = new Set<SimInstance>();
  readonly #columns: NodeColumns;

  constructor(columns: NodeColumns, spec: NodeSpec, siteId: string, nowMs: number) {
    this.#columns = columns;
    this.row = columns.addRow();
    this.id = spec.id;
    this.spec = spec;
    this.zoneId = spec.zone;
    this.siteId = siteId;
    this.bootedAtMs = nowMs;
    this.#diskUsedBytes = Math.round(spec.diskBytes * 0.35);
    this.reclaimableBytes = Math.round(spec.diskBytes * 0.05);
    columns.of.cpuCores[this.row] = spec.cpuCores;
    columns.of.powered[this.row] = 1;
    columns.of.throttle[this.row] = 1;
  }

  get powered(): boolean {
    return this.#columns.of.powered[this.row] === 1;
  }
  set powered(on: boolean) {
    this.#columns.of.powered[this.row] = on ? 1 : 0;
  }

  get parked(): boolean {
    return this.#columns.of.parked[this.row] === 1;
  }
  set parked(on: boolean) {
    this.#columns.of.parked[this.row] = on ? 1 : 0;
  }

  get diskUsedBytes(): number {
    return this.#diskUsedBytes;
  }
  set diskUsedBytes(bytes: number) {
    this.#diskUsedBytes = bytes;
    this.#columns.of.isDiskFull[this.row] = bytes >= this.spec.diskBytes ? 1 : 0;
  }

  get cpuRatio(): number {
    return this.#columns.of.cpuRatio[this.row]!;
  }

  /** Asked of its cores in the last tick; above 1 they are contended. */
  get demandRatio(): number {
    return this.#columns.of.demandRatio[this.row]!;
  }

  /** Stretch of service time by heat: 1 or 2. */
  get throttle(): number {
    return this.#columns.of.throttle[this.row]!;
  }

  get memoryBytes(): number {
    return this.#columns.of.memoryBytes[this.row]!;
  }

  get temperatureC(): number {
    return this.#columns.of.temperatureC[this.row]!;
  }

  get powerW(): number {
    return this.#columns.of.powerW[this.row]!;
  }
}
