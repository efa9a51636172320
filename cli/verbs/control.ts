import { mkdirSync } from 'node:fs';
import { parseDurationMs } from '../../agent/config/units.ts';
import type { Config } from '../../agent/config.ts';
import { findEntities } from '../../agent/views/impact.ts';
import { fileKillSwitch } from '../../agent/views/kill-switch.ts';
import { type EntityKind, type EntityRef, entityKey, entityKinds } from '../../model/entity.ts';
import type { Inventory } from '../../model/inventory.ts';
import { loadConfig } from '../config-file.ts';
import { commandDaemon, goodBody, noDaemon, readDaemon, tellDaemon } from '../daemon.ts';
import { incidentId } from '../ids.ts';
import {
  CliError,
  exitCodes,
  type Io,
  notFoundError,
  type Options,
  print,
  requiredOption,
  textOption,
  usageError,
} from '../io.ts';

/** `homeostat pause`. With `--now` the STOP file is written first, by this process: it needs nothing else to work. */
export async function pause(io: Io, args: readonly string[], options: Options): Promise<number> {
  const config = loadConfig(io);
  const why = args[0] ?? textOption(options, 'why') ?? 'paused from the command line';
  if (options.now !== true) return tell(io, config, '/v1/pause', { why, now: false });
  mkdirSync(config.stateDir, { recursive: true });
  fileKillSwitch(config.stateDir).engage(why);
  const told = await tellIfItCan(io, config, { why, now: true });
  const message = `STOP is written to ${config.stateDir}; no effect leaves until homeostat resume`;
  print(io, { message, daemon: told }, () => message);
  return exitCodes.done;
}

/** STOP holds already; a daemon that hangs or refuses is worth a word and no more. */
async function tellIfItCan(io: Io, config: Config, body: object): Promise<boolean> {
  try {
    const told = await commandDaemon(config, '/v1/pause', body);
    if (told !== null) goodBody(told);
    return told !== null;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    io.log(`the daemon did not take the pause: ${error.message}`);
    return false;
  }
}

/** `homeostat resume`. Without a daemon it removes STOP, which is all that can be done then. */
export async function resume(io: Io, args: readonly string[], options: Options): Promise<number> {
  const config = loadConfig(io);
  const why = args[0] ?? textOption(options, 'why') ?? 'resumed from the command line';
  const told = await commandDaemon(config, '/v1/resume', { why });
  if (told !== null) {
    const { message } = goodBody(told) as { readonly message: string };
    print(io, { message }, () => message);
    return exitCodes.done;
  }
  const killSwitch = fileKillSwitch(config.stateDir);
  if (killSwitch.engaged() === null) throw noDaemon(config);
  killSwitch.release();
  const message = 'STOP is removed; no daemon runs, so a pause in its journal stays until you resume it there';
  print(io, { message }, () => message);
  return exitCodes.done;
}

/** `homeostat hold`. */
export async function hold(io: Io, args: readonly string[], options: Options): Promise<number> {
  const config = loadConfig(io);
  const body = { for: durationOption(options), why: requiredOption(options, 'why') };
  return tell(io, config, '/v1/hold', { entity: await namedEntity(config, args[0]!), ...body });
}

/** `homeostat release`. */
export async function release(io: Io, args: readonly string[], options: Options): Promise<number> {
  const config = loadConfig(io);
  const why = textOption(options, 'why') ?? 'released from the command line';
  return tell(io, config, '/v1/release', { entity: await namedEntity(config, args[0]!), why });
}

/** `homeostat silence`. */
export function silence(io: Io, args: readonly string[], options: Options): Promise<number> {
  const path = `/v1/incidents/${incidentId(args[0]!)}/silence`;
  return tell(io, loadConfig(io), path, { for: durationOption(options), why: requiredOption(options, 'why') });
}

/** `homeostat breaker reset`. */
export async function resetBreaker(io: Io, args: readonly string[], options: Options): Promise<number> {
  const config = loadConfig(io);
  const why = requiredOption(options, 'why');
  return tell(io, config, '/v1/breakers/reset', { entity: await namedEntity(config, args[0]!), why });
}

/** `homeostat record reset`. */
export function resetRecord(io: Io, args: readonly string[], options: Options): Promise<number> {
  return tell(io, loadConfig(io), '/v1/records/reset', { rule: args[0]!, why: requiredOption(options, 'why') });
}

async function tell(io: Io, config: Config, path: string, body: object): Promise<number> {
  const { message } = await tellDaemon(config, path, body);
  print(io, { message }, () => message);
  return exitCodes.done;
}

function durationOption(options: Options): string {
  const text = requiredOption(options, 'for');
  if (parseDurationMs(text) === null) throw usageError('--for', `"${text}" is not a duration`, 'such as 30m or 2h');
  return text;
}

/** `kind/id` as it stands, or an id that the inventory knows once. */
async function namedEntity(config: Config, name: string): Promise<EntityRef> {
  const kind = name.slice(0, Math.max(0, name.indexOf('/'))) as EntityKind;
  if (entityKinds.includes(kind)) return { kind, id: name.slice(kind.length + 1) };
  const answer = await readDaemon(config, '/v1/inventory');
  if (answer === null) throw noDaemon(config);
  const found = findEntities(goodBody(answer) as Inventory, name);
  if (found.length > 1) {
    throw usageError('<entity>', `${name} may mean ${found.map(entityKey).join(' or ')}`, 'name it as kind/id');
  }
  const [entity] = found;
  if (entity !== undefined) return entity;
  throw notFoundError('<entity>', `the inventory has no ${name}`, 'homeostat map');
}
