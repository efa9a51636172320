import { PassThrough } from 'node:stream';
import type { Clock } from '../../agent/ports.ts';
import type { LogLine } from '../../model/observation.ts';
import type { OpenDocker } from './engine.ts';
import { readLines } from './lines.ts';
import { lineBudget, toLogLine } from './log-lines.ts';

const linesPerSecondMax = 100;

export interface LogTarget {
  readonly containerId: string;
  readonly instanceId: string;
  /** With a terminal the engine sends plain text; without one, frames with 8-byte headers. */
  readonly tty: boolean;
}

/** Follows what running containers write from now on. */
export interface LogStreams {
  follow(targets: readonly LogTarget[]): void;
  end(): void;
}

export function logStreams(docker: OpenDocker, clock: Clock, emit: (lines: readonly LogLine[]) => void): LogStreams {
  const open = new Map<string, AbortController>();

  const tail = async (target: LogTarget, abort: AbortController): Promise<void> => {
    const text = await openText(docker, target, clock.nowMs(), abort.signal);
    if (text === null) return;
    const hasRoom = lineBudget(linesPerSecondMax, 1_000);
    await readLines(text, (line) => {
      const parsed = hasRoom(clock.nowMs()) ? toLogLine(target.instanceId, line) : null;
      if (parsed && !abort.signal.aborted) emit([parsed]);
    });
  };

  const close = (containerId: string, abort: AbortController): void => {
    open.delete(containerId);
    abort.abort();
  };

  return {
    follow(targets) {
      const wanted = new Set(targets.map(({ containerId }) => containerId));
      for (const [containerId, abort] of [...open]) if (!wanted.has(containerId)) close(containerId, abort);
      for (const target of targets) {
        if (open.has(target.containerId)) continue;
        const abort = new AbortController();
        open.set(target.containerId, abort);
        void tail(target, abort).finally(() => {
          if (open.get(target.containerId) === abort) open.delete(target.containerId);
        });
      }
    },
    end() {
      for (const [containerId, abort] of [...open]) close(containerId, abort);
    },
  };
}

/** Text lines with times, standard output and error merged; null when the container or the engine is gone. */
async function openText(docker: OpenDocker, target: LogTarget, sinceMs: number, signal: AbortSignal) {
  try {
    const client = await docker();
    const container = client.getContainer(target.containerId);
    const since = Math.floor(sinceMs / 1_000);
    const raw = await container.logs({
      follow: true,
      stdout: true,
      stderr: true,
      timestamps: true,
      since,
      abortSignal: signal,
    });
    const text = new PassThrough();
    raw.on('end', () => text.end());
    raw.on('close', () => text.end());
    raw.on('error', () => text.end());
    if (target.tty) raw.pipe(text);
    else client.modem.demuxStream(raw, text, text);
    return text;
  } catch {
    // Gone between the inventory and this call; the next inventory tells.
    return null;
  }
}
