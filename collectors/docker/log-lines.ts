import type { LogLine } from '../../model/observation.ts';

/** Longest text kept of one line; a template needs no more, and the writer of the line is not trusted. */
const textCharsMax = 2_000;

const words: readonly (readonly [LogLine['severity'], RegExp])[] = [
  ['fatal', /\b(fatal|panic|crit(ical)?|ftl)\b/i],
  ['error', /\b(error|err|exception)\b/i],
  ['warn', /\b(warn(ing)?|wrn)\b/i],
  ['info', /\b(info|inf|notice)\b/i],
  ['debug', /\b(debug|dbg)\b/i],
  ['trace', /\b(trace|trc)\b/i],
];
/** Numeric levels of JSON loggers after pino and bunyan. */
const levels: Readonly<Record<string, LogLine['severity']>> = {
  '10': 'trace',
  '20': 'debug',
  '30': 'info',
  '40': 'warn',
  '50': 'error',
  '60': 'fatal',
};

/**
 * Reads one line as the engine gives it with `timestamps=1`: RFC 3339 time, a space, the text.
 * @returns null for a line without a time or without text
 */
export function toLogLine(instanceId: string, line: string): LogLine | null {
  const space = line.indexOf(' ');
  const observedAtMs = Date.parse(line.slice(0, space));
  const text = line.slice(space + 1, space + 1 + textCharsMax).trimEnd();
  if (space < 0 || Number.isNaN(observedAtMs) || text === '') return null;
  const entity = { kind: 'instance', id: instanceId } as const;
  return { kind: 'log', source: 'docker', observedAtMs, entity, severity: severityOf(text), text };
}

/** The severity that the line claims near its beginning, where loggers put it; the first word that names one counts. */
function severityOf(text: string): LogLine['severity'] {
  const head = text.slice(0, 120);
  const level = /"level":\s*(\d+)/.exec(head)?.[1];
  if (level !== undefined) return levels[level] ?? 'unknown';
  const found = words.map(([severity, word]) => ({ severity, at: head.search(word) })).filter(({ at }) => at >= 0);
  found.sort((a, b) => a.at - b.at);
  return found[0]?.severity ?? 'unknown';
}

/** Lets at most `linesMax` lines through per window of `windowMs`, so that one chatty instance cannot fill the agent. */
export function lineBudget(linesMax: number, windowMs: number): (nowMs: number) => boolean {
  let windowStartMs = Number.NEGATIVE_INFINITY;
  let taken = 0;
  return (nowMs) => {
    if (nowMs - windowStartMs >= windowMs) {
      windowStartMs = nowMs;
      taken = 0;
    }
    taken += 1;
    return taken <= linesMax;
  };
}
