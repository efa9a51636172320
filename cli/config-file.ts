import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { environmentOverrides, type Override } from '../agent/config/overrides.ts';
import { type Config, parseConfig } from '../agent/config.ts';
import { CliError, exitCodes, type Io } from './io.ts';

/** A configuration file that was found, with its text. */
export interface ConfigFile {
  readonly path: string;
  readonly text: string;
  readonly overrides: readonly Override[];
}

/** The first of: `--config`, `$HOMEOSTAT_CONFIG`, the working directory, `./homeostat/`, the user's, the system's. */
export function findConfigFile(io: Io, flags: readonly Override[] = []): ConfigFile {
  const named = io.configFile ?? io.env.HOMEOSTAT_CONFIG ?? null;
  const places = named === null ? usualPlaces(io) : [resolve(io.workDir, named)];
  const path = places.find(isFile);
  if (path !== undefined) {
    return { path, text: readFileSync(path, 'utf8'), overrides: [...environmentOverrides(io.env), ...flags] };
  }
  throw new CliError(exitCodes.usage, {
    code: 'CONFIG_NOT_FOUND',
    message: named === null ? 'no homeostat.yaml was found' : `${named} is not a file`,
    where: places.join(', '),
    hint: named === null ? 'homeostat init writes one, or name it with --config' : null,
  });
}

function usualPlaces(io: Io): string[] {
  const userDir = io.env.XDG_CONFIG_HOME || join(homedir(), '.config');
  return [
    join(io.workDir, 'homeostat.yaml'),
    join(io.workDir, 'homeostat', 'homeostat.yaml'),
    join(userDir, 'homeostat', 'homeostat.yaml'),
    '/etc/homeostat/homeostat.yaml',
  ];
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** The checked configuration. @throws CliError with every mistake, exit code 2 */
export function loadConfig(io: Io, flags: readonly Override[] = []): Config {
  const { path, text, overrides } = findConfigFile(io, flags);
  const parsed = parseConfig(text, path, overrides);
  if (parsed.ok) return parsed.config;
  throw new CliError(exitCodes.usage, parsed.problems);
}

/** The text of a file that the person named. @throws CliError with exit code 2 where it cannot be read */
export function readNamedFile(io: Io, name: string): { readonly path: string; readonly text: string } {
  const path = resolve(io.workDir, name);
  try {
    return { path, text: readFileSync(path, 'utf8') };
  } catch (error) {
    const message = `${name} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`;
    throw new CliError(exitCodes.usage, {
      code: 'FILE_NOT_READABLE',
      message,
      where: path,
      hint: 'check the path and who may read it',
    });
  }
}
