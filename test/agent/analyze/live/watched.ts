import { type Analysis, analyze, createAnalysis } from '../../../../agent/analyze/analyze.ts';
import { createMonitor, type Monitor, observe } from '../../../../agent/monitor/monitor.ts';
import type { Instance } from '../../../../model/inventory.ts';
import type { LogLine, Observation } from '../../../../model/observation.ts';
import type { Signal } from '../../../../model/signal.ts';

export const startMs = 1_000_000_000;

export function worker(id: string): Instance {
  return {
    id,
    workloadId: 'worker',
    nodeId: 'host',
    state: 'running',
    ready: true,
    generation: 1,
    startedAtMs: startMs - 86_400_000,
    exitCode: null,
    killedForMemory: false,
    restarts: 0,
    networkAttached: true,
    cpuLimitCores: null,
    memoryLimitBytes: null,
    version: null,
    labels: {},
  };
}

/** The analysis of a few workers, fed second by second. */
export class Watched {
  readonly monitor: Monitor = createMonitor({ clusterId: 'test' });
  readonly analysis: Analysis = createAnalysis();
  readonly changed: Signal[] = [];
  readonly #instances: readonly Instance[];
  #nowMs = startMs;

  constructor(ids: readonly string[]) {
    this.#instances = ids.map(worker);
  }

  /** One tick, `everyMs` after the last one. */
  tick(seen: readonly Observation[], everyMs = 1_000): void {
    this.#nowMs += everyMs;
    const part = { instances: this.#instances };
    observe(this.monitor, this.#nowMs, [
      { kind: 'inventory', source: 'engine', observedAtMs: this.#nowMs, part },
      ...seen,
    ]);
    this.changed.push(...analyze(this.analysis, this.monitor, [], this.#nowMs).changed);
  }

  /** `seconds` ticks; `told` says what is seen in each. */
  watch(seconds: number, told: (second: number) => readonly Observation[]): void {
    for (let second = 0; second < seconds; second += 1) this.tick(told(second));
  }

  line(id: string, text: string, severity: LogLine['severity'] = 'info'): LogLine {
    return {
      kind: 'log',
      source: 'engine',
      observedAtMs: this.#nowMs,
      entity: { kind: 'instance', id },
      severity,
      text,
    };
  }

  gauge(id: string, name: string, unit: string, value: number): Observation {
    const entity = { kind: 'instance', id } as const;
    return { kind: 'metric', source: 'engine', observedAtMs: this.#nowMs, entity, name, unit, type: 'gauge', value };
  }

  /** Each signal of a kind as it was first raised. */
  raised(kind: Signal['kind']): Signal[] {
    const raised = this.changed.filter((signal) => signal.kind === kind && signal.clearedAtMs === null);
    return raised.filter(({ id }, i) => raised.findIndex((other) => other.id === id) === i);
  }
}
