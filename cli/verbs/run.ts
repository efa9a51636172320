import type { Override } from '../../agent/config/overrides.ts';
import type { Config } from '../../agent/config.ts';
import type { Daemon, DaemonOptions } from '../../agent/main.ts';
import { loadPlaybooks, loadPolicy } from '../../agent/views/files.ts';
import type { Scenario } from '../../sim/scenario.ts';
import { loadConfig } from '../config-file.ts';
import { CliError, countOption, exitCodes, type Io, type Options, textOption } from '../io.ts';
import { loadScenarios } from '../scenario-files.ts';

/** `homeostat run`: the daemon. It ends on SIGINT or SIGTERM. */
export async function run(io: Io, _args: readonly string[], options: Options): Promise<number> {
  const config = loadConfig(io, flagOverrides(options));
  const policy = loadPolicy(config.policy);
  const playbooks = loadPlaybooks(config.playbooks);
  if (!policy.ok || !playbooks.ok) {
    const problems = [policy, playbooks].flatMap((loaded) => (loaded.ok ? [] : loaded.problems));
    throw new CliError(exitCodes.usage, problems);
  }
  const scenario = scenarioOf(config);
  const daemon = await start({ config, policy: policy.policy, playbooks: playbooks.playbooks, ...scenario });
  await stopSignal();
  endAnyway();
  await daemon.close();
  return exitCodes.done;
}

async function start(options: Omit<DaemonOptions, 'logger'>): Promise<Daemon> {
  const [{ startDaemon }, { pino }] = await Promise.all([import('../../agent/main.ts'), import('pino')]);
  try {
    return await startDaemon({ ...options, logger: pino({ base: null }, pino.destination(2)) });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' && code !== 'EADDRNOTAVAIL' && code !== 'EACCES') throw error;
    const { host, port } = options.config.api;
    const message = `${host}:${port}: ${(error as Error).message}`;
    const hint = 'another daemon may be running; choose another with --port';
    throw new CliError(exitCodes.failed, { code: `LISTEN_${code}`, message, where: 'api', hint });
  }
}

/** The scenario that the embedded simulator plays, where the configuration names one. */
function scenarioOf({ engine }: Config): { readonly scenario?: Scenario } {
  if (engine.kind !== 'sim' || engine.scenario === null) return {};
  return { scenario: loadScenarios([engine.scenario])[0]!.scenario };
}

/** How long the daemon may take to end in good order, ms. */
const graceMs = 10_000;

/** Whatever still waits for others by then (a chat, a reader of events) is cut off: the journal has all that matters. */
function endAnyway(): void {
  const end = () => {
    process.stderr.write(`homeostat: something still waited after ${graceMs / 1_000} s; ended all the same\n`);
    process.exit(exitCodes.done);
  };
  setTimeout(end, graceMs).unref();
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

function flagOverrides(options: Options): Override[] {
  const host = textOption(options, 'host');
  const overrides: Override[] = [];
  if (host !== null) overrides.push({ path: ['api', 'host'], value: host, origin: '--host' });
  if (options.port !== undefined) {
    overrides.push({ path: ['api', 'port'], value: countOption(options, 'port', 0), origin: '--port' });
  }
  return overrides;
}
