import type { TerminalUiOptions } from '../tui/main.ts';
import { type ThemeName, themeNames } from '../tui/theme.ts';
import { type Io, type Options, textOption, usageError } from './io.ts';

/** Whether there is a terminal to draw on and a keyboard to answer with. */
export function hasTerminal(io: Io): boolean {
  return process.stdout.isTTY === true && io.ask !== null;
}

/** How the terminal UI should look, from flags and environment. @throws CliError where a theme is unknown */
export function screenOptions(io: Io, options: Options): TerminalUiOptions {
  const theme = textOption(options, 'theme') ?? 'dark';
  if (!themeNames.includes(theme as ThemeName)) {
    throw usageError('--theme', `there is no theme "${theme}"`, `one of ${themeNames.join(', ')}`);
  }
  return {
    theme: theme as ThemeName,
    noColor: io.env.NO_COLOR,
    isAscii: options.ascii === true || io.env.TERM === 'linux' || io.env.TERM === 'dumb',
    isPlain: options.plain === true,
    isReadOnly: options.readOnly === true,
  };
}
