import type Docker from 'dockerode';

/** Where the Docker Engine listens; without one, `DOCKER_HOST` or `/var/run/docker.sock` as the client library reads them. */
export type DockerAddress = { readonly socketPath: string } | { readonly host: string; readonly port: number };

/** Opens the client on first use: importing it costs about 100 ms, which a run on the simulator must not pay. */
export type OpenDocker = () => Promise<Docker>;

export function lazyDocker(address: DockerAddress | undefined): OpenDocker {
  let opened: Promise<Docker> | null = null;
  return () => {
    opened ??= import('dockerode').then(({ default: Client }) => new Client(address));
    return opened;
  };
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
