import type { ContainerInspectInfo } from 'dockerode';
import { engineTimeMs, type SeenBefore } from './container.ts';
import { containerOf, type EngineEvent } from './events.ts';

interface Run {
  startedAtMs: number | null;
  restarts: number;
  outOfMemory: boolean;
}

/**
 * Remembers per container what the engine forgets: how often it was started by somebody, and whether the kernel killed
 * one of its processes for memory (the engine's own flag misses child processes).
 */
export interface ContainerHistory {
  /** Takes one inspection in and returns what is known beside it. */
  see(container: ContainerInspectInfo): SeenBefore;
  /**
   * Takes one engine event in.
   * @returns whether it is only a part of a stop or start: the engine takes a dying container off its network and puts a
   *   starting one on, which says nothing about the network
   */
  note(event: EngineEvent): 'told' | 'implied';
  /** Forgets every container that is not among those given. */
  keep(containerIds: ReadonlySet<string>): void;
}

export function containerHistory(): ContainerHistory {
  const runs = new Map<string, Run>();
  const up = new Set<string>();
  return {
    see(container) {
      if (container.State.Running) up.add(container.Id);
      else up.delete(container.Id);
      const startedAtMs = engineTimeMs(container.State.StartedAt);
      const run = runs.get(container.Id) ?? { startedAtMs, restarts: 0, outOfMemory: false };
      if (run.startedAtMs !== startedAtMs) {
        // The very first start of a created container is no restart.
        if (run.startedAtMs !== null) run.restarts += 1;
        run.startedAtMs = startedAtMs;
        run.outOfMemory = false;
      }
      runs.set(container.Id, run);
      return { restarts: run.restarts, ranOutOfMemory: run.outOfMemory };
    },
    note(event) {
      const containerId = containerOf(event);
      if (event.Type === 'network') return up.has(containerId) ? 'told' : 'implied';
      if (event.Action === 'start') up.add(containerId);
      if (event.Action === 'die') up.delete(containerId);
      const run = runs.get(containerId);
      if (event.Action === 'oom' && run) run.outOfMemory = true;
      return 'told';
    },
    keep(containerIds) {
      for (const id of runs.keys()) if (!containerIds.has(id)) runs.delete(id);
      for (const id of up) if (!containerIds.has(id)) up.delete(id);
    },
  };
}
