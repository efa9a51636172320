import type { Clock, Timer } from '../../agent/ports.ts';
import { engineWords, type OpenDocker } from './engine.ts';
import { type EngineEvent, watchedActions } from './events.ts';
import { readLines } from './lines.ts';

const backOffFirstMs = 500;
const backOffMaxMs = 10_000;

export interface EventStreamOptions {
  readonly docker: OpenDocker;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly onEvent: (event: EngineEvent) => void;
  /** The stream broke or could not be opened; it is opened again by itself. */
  readonly onBreak: (why: string) => void;
}

/**
 * Follows the engine's events of containers and networks. After a break it asks for what happened since the last
 * event, so nothing is lost as long as the engine lives (it remembers 256 events).
 * @returns ends the watch
 */
export function followEvents(options: EventStreamOptions): () => void {
  const abort = new AbortController();
  let cancelRetry = (): void => {};
  let lastNano = 0;
  let backOffMs = backOffFirstMs;

  const take = (line: string): void => {
    const event: EngineEvent = JSON.parse(line);
    if (abort.signal.aborted || event.timeNano <= lastNano) return;
    lastNano = event.timeNano;
    options.onEvent(event);
  };

  const open = async (): Promise<void> => {
    const why = await readUntilBreak(options.docker, lastNano, abort.signal, take, () => {
      backOffMs = backOffFirstMs;
    });
    if (abort.signal.aborted) return;
    options.onBreak(`events: ${why}`);
    cancelRetry = options.timer.setAt(options.clock.nowMs() + backOffMs, () => void open());
    backOffMs = Math.min(backOffMaxMs, backOffMs * 2);
  };

  void open();
  return () => {
    cancelRetry();
    abort.abort();
  };
}

/** @returns why the stream ended */
async function readUntilBreak(
  docker: OpenDocker,
  sinceNano: number,
  signal: AbortSignal,
  onLine: (line: string) => void,
  onOpen: () => void,
): Promise<string> {
  const body = await openBody(docker, sinceNano, signal);
  if (typeof body === 'string') return body;
  onOpen();
  return readLines(body, onLine);
}

async function openBody(docker: OpenDocker, sinceNano: number, signal: AbortSignal) {
  try {
    const client = await docker();
    return await client.getEvents({
      filters: { type: ['container', 'network'], event: [...watchedActions] },
      ...(sinceNano > 0 ? { since: Math.floor(sinceNano / 1e9) } : {}),
      abortSignal: signal,
    });
  } catch (error) {
    return engineWords(error);
  }
}
