import { parseDurationMs } from '../agent/config/units.ts';
import { type Io, type Options, textOption, usageError } from './io.ts';

/** The moment that `--since` names, as far back as it says; the beginning of time without it. */
export function sinceMs(io: Io, options: Options): number {
  const text = textOption(options, 'since');
  if (text === null) return 0;
  const ms = parseDurationMs(text);
  if (ms === null) throw usageError('--since', `"${text}" is not a duration`, 'such as 24h or 30d');
  return io.nowMs() - ms;
}
