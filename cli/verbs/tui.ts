import { apiAddress } from '../../api/address.ts';
import { readTokens } from '../../api/tokens.ts';
import { loadConfig } from '../config-file.ts';
import { CliError, exitCodes, type Io, type Options } from '../io.ts';
import { hasTerminal, screenOptions } from '../screen.ts';

/** `homeostat tui`: the terminal UI of a daemon, which may come and go meanwhile. */
export async function tui(io: Io, _args: readonly string[], options: Options): Promise<number> {
  const config = loadConfig(io);
  if (!hasTerminal(io)) {
    throw new CliError(exitCodes.usage, {
      code: 'TERMINAL_MISSING',
      message: 'the terminal UI needs a terminal',
      where: 'stdout',
      hint: 'homeostat status says the same in plain lines',
    });
  }
  const look = screenOptions(io, options);
  const [{ createApiSource }, { runTerminalUi }] = await Promise.all([
    import('../../tui/api-source.ts'),
    import('../../tui/main.ts'),
  ]);
  const source = createApiSource({
    // Both are read anew on every attempt: a daemon that comes back may listen elsewhere.
    address: () => apiAddress(config),
    token: () => {
      const known = readTokens(config.stateDir);
      return known.ok ? known.tokens[0]!.secret : null;
    },
  });
  await runTerminalUi(source, look);
  return exitCodes.done;
}
