import type Docker from 'dockerode';
import type { CallBudget } from '../call-budget.ts';

/** Where the Docker Engine listens; without one, `DOCKER_HOST` or `/var/run/docker.sock` as the client library reads them. */
export type DockerAddress = { readonly socketPath: string } | { readonly host: string; readonly port: number };

/** Opens the client on first use: importing it costs about 100 ms, which a run on the simulator must not pay. */
export type OpenDocker = () => Promise<Docker>;

/** @param calls what may be called; a call beyond it fails before it is sent */
export function lazyDocker(address: DockerAddress | undefined, calls: CallBudget | null = null): OpenDocker {
  let opened: Promise<Docker> | null = null;
  return () => {
    opened ??= import('dockerode').then(({ default: Client }) => withBudget(new Client(address), calls));
    return opened;
  };
}

/** Every request of the client goes through its `dial`. */
function withBudget(docker: Docker, calls: CallBudget | null): Docker {
  if (calls === null) return docker;
  const modem = docker.modem as { dial: (options: unknown, done: (error: Error | null) => void) => void };
  const dial = modem.dial.bind(modem);
  modem.dial = (options, done) => {
    if (calls.take(1)) dial(options, done);
    else queueMicrotask(() => done(new Error(`the own limit of ${calls.perMinute} calls a minute is reached`)));
  };
  return docker;
}

/** HTTP status of the engine's answer, or null when there was no answer at all. */
export function engineStatus(error: unknown): number | null {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : null;
  return typeof status === 'number' ? status : null;
}

/** The engine's own words in one line, without the client library's prefix. */
export function engineWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'the Docker Engine did not answer in time';
  const json: unknown = 'json' in error ? error.json : null;
  const told =
    typeof json === 'object' && json !== null && 'message' in json && typeof json.message === 'string'
      ? json.message
      : error.message;
  return told.replace(/\s+/g, ' ').trim().slice(0, 300);
}
