import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import type { Config } from '../agent/config.ts';

/*
 * Where the daemon listens, beside its journal: with port 0 the system chooses, and a flag may have moved it, so the
 * command line cannot know from the configuration alone.
 */

function addressFile(stateDir: string): string {
  return join(stateDir, 'api-address');
}

export function rememberAddress(config: Config, port: number): void {
  mkdirSync(config.stateDir, { recursive: true });
  writeFileSync(addressFile(config.stateDir), `${urlOf(config, port)}\n`, { mode: 0o600 });
}

export function forgetAddress(config: Config): void {
  rmSync(addressFile(config.stateDir), { force: true });
}

/** Base address of the daemon of a configuration; the configured one where none was left by a running daemon. */
export function apiAddress(config: Config): string {
  try {
    return readFileSync(addressFile(config.stateDir), 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return urlOf(config, config.api.port);
  }
}

function urlOf({ api }: Config, port: number): string {
  const anyAddress = api.host === '0.0.0.0' || api.host === '::';
  const host = anyAddress ? '127.0.0.1' : isIPv6(api.host) ? `[${api.host}]` : api.host;
  return `${api.tls === null ? 'http' : 'https'}://${host}:${port}`;
}
