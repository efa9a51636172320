import type { EntityKey } from '../../model/entity.ts';
import { entityKey } from '../../model/entity.ts';
import type { LogLine } from '../../model/observation.ts';

/** One shape of log line, its variable parts masked. Only templates and counts leave the monitor, never raw text. */
export interface LogTemplate {
  readonly template: string;
  readonly severity: LogLine['severity'];
  readonly firstSeenMs: number;
  lastSeenMs: number;
  count: number;
  /** Lines per entity since the template appeared. */
  readonly perEntity: Map<EntityKey, number>;
}

/** Templates by their text, bounded: when full, the longest unseen one makes room. */
export interface LogWindow {
  readonly templates: Map<string, LogTemplate>;
  readonly maxTemplates: number;
}

export function createLogWindow(maxTemplates = 2000): LogWindow {
  return { templates: new Map(), maxTemplates };
}

const masks: readonly [RegExp, string][] = [
  [/\b\d{4}-\d\d-\d\d[T ][\d:.,]+(?:Z|[+-]\d\d:?\d\d)?/g, '<time>'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g, '<address>'],
  [/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, '<id>'],
  [/\b0x[0-9a-f]+\b|\b[0-9a-f]{16,}\b/gi, '<id>'],
  [/"[^"]*"|'[^']*'/g, '<text>'],
  [/[-+]?\d+(?:\.\d+)?/g, '<number>'],
];

// A longer line is cut: what an attacker may cost us per line is bounded.
const maxLineLength = 2000;

/** Masks the variable parts of one line. */
function templateOf(text: string): string {
  let masked = text.slice(0, maxLineLength);
  for (const [pattern, mask] of masks) masked = masked.replace(pattern, mask);
  return masked.replace(/\s+/g, ' ').trim();
}

export function observeLogLine(window: LogWindow, line: LogLine): LogTemplate {
  const template = templateOf(line.text);
  const owner = entityKey(line.entity);
  const known = window.templates.get(template);
  if (known !== undefined) {
    known.count += 1;
    known.lastSeenMs = Math.max(known.lastSeenMs, line.observedAtMs);
    known.perEntity.set(owner, (known.perEntity.get(owner) ?? 0) + 1);
    // Map order is age of last use, so that the first key is the one to forget.
    window.templates.delete(template);
    window.templates.set(template, known);
    return known;
  }
  if (window.templates.size >= window.maxTemplates) {
    const oldest = window.templates.keys().next().value;
    if (oldest !== undefined) window.templates.delete(oldest);
  }
  const fresh: LogTemplate = {
    template,
    severity: line.severity,
    firstSeenMs: line.observedAtMs,
    lastSeenMs: line.observedAtMs,
    count: 1,
    perEntity: new Map([[owner, 1]]),
  };
  window.templates.set(template, fresh);
  return fresh;
}
