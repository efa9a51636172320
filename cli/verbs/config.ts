import { configOrigins } from '../../agent/config/origins.ts';
import { escapeText } from '../../agent/views/text.ts';
import { findConfigFile } from '../config-file.ts';
import { CliError, exitCodes, type Io, type Options, print } from '../io.ts';
import { tableText } from '../table.ts';

/** `homeostat config show`. It holds no secrets: keys are named by file. */
export function showConfig(io: Io, _args: readonly string[], options: Options): number {
  const { path, text, overrides } = findConfigFile(io);
  const known = configOrigins(text, path, overrides);
  if (!known.ok) throw new CliError(exitCodes.usage, known.problems);
  const origin = options.origin === true;
  const values = known.values.map(({ key, value, origin: from }) =>
    origin ? { key, value, origin: from } : { key, value },
  );
  print(io, { file: path, values }, () =>
    tableText(
      ['KEY', 'VALUE', ...(origin ? ['ORIGIN'] : [])],
      known.values.map((row) => [row.key, escapeText(JSON.stringify(row.value)), ...(origin ? [row.origin] : [])]),
    ),
  );
  return exitCodes.done;
}
