import type { ContainerStats } from 'dockerode';
import type { MetricSample } from '../../model/observation.ts';
import type { OpenDocker } from './engine.ts';
import { readLines } from './lines.ts';
import { statsToSamples } from './stats.ts';

/** A running container whose statistics are wanted. */
export interface StatsTarget {
  readonly containerId: string;
  readonly instanceId: string;
  readonly cpuLimitCores: number | null;
}

/**
 * One open statistics stream per running container, about one frame a second each. Asking for single frames instead
 * costs 1 to 2 s per answer, because the engine waits for a second frame to compare with.
 */
export interface StatsStreams {
  /** Opens what is new, closes what is gone. A stream that ended by itself is opened again here. */
  follow(targets: readonly StatsTarget[]): void;
  /** The next frame of one container that arrives after this call; empty when the signal ends the wait. */
  next(target: StatsTarget, signal: AbortSignal): Promise<readonly MetricSample[]>;
  end(): void;
}

interface OpenStream {
  target: StatsTarget;
  readonly abort: AbortController;
  readonly waiting: Set<(samples: readonly MetricSample[]) => void>;
}

export function statsStreams(docker: OpenDocker, emit: (samples: readonly MetricSample[]) => void): StatsStreams {
  const streams = new Map<string, OpenStream>();

  const open = (target: StatsTarget): OpenStream => {
    const stream: OpenStream = { target, abort: new AbortController(), waiting: new Set() };
    streams.set(target.containerId, stream);
    // A stream ends when its container stops or the engine goes away; the inventory tells of both.
    void readFrames(docker, stream, emit).finally(() => {
      if (streams.get(target.containerId) === stream) streams.delete(target.containerId);
      for (const settle of [...stream.waiting]) settle([]);
    });
    return stream;
  };

  const close = (stream: OpenStream): void => {
    streams.delete(stream.target.containerId);
    stream.abort.abort();
  };

  return {
    follow(targets) {
      const wanted = new Map(targets.map((target) => [target.containerId, target]));
      for (const stream of [...streams.values()]) if (!wanted.has(stream.target.containerId)) close(stream);
      for (const target of targets) {
        const stream = streams.get(target.containerId);
        if (stream) stream.target = target;
        else open(target);
      }
    },
    next(target, signal) {
      const stream = streams.get(target.containerId) ?? open(target);
      return new Promise((resolve) => {
        const settle = (samples: readonly MetricSample[]): void => {
          stream.waiting.delete(settle);
          resolve(samples);
        };
        stream.waiting.add(settle);
        signal.addEventListener('abort', () => settle([]), { once: true });
        if (signal.aborted) settle([]);
      });
    },
    end() {
      for (const stream of [...streams.values()]) close(stream);
    },
  };
}

async function readFrames(
  docker: OpenDocker,
  stream: OpenStream,
  emit: (samples: readonly MetricSample[]) => void,
): Promise<void> {
  const body = await openBody(docker, stream);
  if (body === null) return;
  await readLines(body, (line) => {
    const frame: ContainerStats = JSON.parse(line);
    const samples = statsToSamples(stream.target.instanceId, frame, stream.target.cpuLimitCores);
    if (samples.length === 0) return;
    for (const settle of [...stream.waiting]) settle(samples);
    if (!stream.abort.signal.aborted) emit(samples);
  });
}

async function openBody(docker: OpenDocker, { target, abort }: OpenStream): Promise<NodeJS.ReadableStream | null> {
  try {
    const client = await docker();
    const options = { stream: true, abortSignal: abort.signal } as const;
    return await client.getContainer(target.containerId).stats(options);
  } catch {
    // A container that has just gone away, or an engine that has: the inventory reports both.
    return null;
  }
}
