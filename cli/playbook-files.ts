import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Playbook, parsePlaybook } from '../agent/views/playbooks.ts';
import type { Problem } from '../model/problem.ts';
import { findConfigFile, loadConfig } from './config-file.ts';
import { CliError, exitCodes, type Io, usageError } from './io.ts';

/**
 * Playbooks of files, of one playbook's folder, or of a folder of such folders; a name that is no path means the playbook
 * of that name in the configured folders.
 * @throws CliError with all mistakes
 */
export async function readNamedPlaybooks(io: Io, names: readonly string[]): Promise<Playbook[]> {
  const isPath = (name: string) => isThere(resolve(io.workDir, name));
  if (names.length > 0 && names.every(isPath)) return readPlaybooks(io, names);
  const folders = await configuredFolders(io);
  if (names.length === 0) return readPlaybooks(io, folders);
  const pathOf = (name: string) =>
    folders.map((folder) => join(folder, name)).find((path) => isThere(join(path, 'playbook.yaml'))) ?? name;
  return readPlaybooks(
    io,
    names.map((name) => (isPath(name) ? name : pathOf(name))),
  );
}

/** Playbooks of files, of one playbook's folder, or of a folder of such folders. @throws CliError with all mistakes */
function readPlaybooks(io: Io, paths: readonly string[]): Playbook[] {
  const playbooks: Playbook[] = [];
  const problems: Problem[] = [];
  for (const file of paths.flatMap((path) => playbookFiles(resolve(io.workDir, path)))) {
    const parsed = parsePlaybook(readFileSync(file, 'utf8'), file);
    if (parsed.ok) playbooks.push(parsed.playbook);
    else problems.push(...parsed.problems);
  }
  if (problems.length > 0) throw new CliError(exitCodes.usage, problems);
  return playbooks;
}

function playbookFiles(path: string): string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined)
    throw usageError('<path>', `${path} does not exist`, 'name a file, a folder, or one of homeostat playbook ls');
  if (stats.isFile()) return [path];
  const own = join(path, 'playbook.yaml');
  if (isThere(own)) return [own];
  const found = readdirSync(path).map((name) => join(path, name, 'playbook.yaml'));
  const files = found.filter(isThere).toSorted();
  if (files.length === 0)
    throw usageError('<path>', `${path} holds no playbook`, 'a playbook is a folder with a playbook.yaml');
  return files;
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Folders of the configuration; the built-in ones where it names none, or where there is no configuration at all. */
async function configuredFolders(io: Io): Promise<readonly string[]> {
  const folders = hasConfig(io) ? loadConfig(io).playbooks : [];
  if (folders.length > 0) return folders;
  const { builtInPlaybooks } = await import('../agent/views/files.ts');
  return [builtInPlaybooks()];
}

function hasConfig(io: Io): boolean {
  try {
    findConfigFile(io);
    return true;
  } catch (error) {
    if (error instanceof CliError && io.configFile === null && io.env.HOMEOSTAT_CONFIG === undefined) return false;
    throw error;
  }
}
