import { type EntityRef, entityKey } from '../../model/entity.ts';

/*
 * What may reach a screen. Telemetry, names and log lines are hostile: they may hold terminal escapes, forged line
 * ends, or bidirectional controls that show a text in another order than it has (CVE-2021-42574, "Trojan Source").
 */

/** Controls, formatting (bidirectional and invisible), halves of surrogate pairs, separators of lines, blank letters. */
const unsafe = /\p{Cc}|\p{Cf}|\p{Cs}|\p{Zl}|\p{Zp}|[\u115f\u1160\u3164\uffa0]/gu;

/** Longest text that one field of a screen takes, in UTF-16 units. */
const textLengthMax = 2_000;

/** A text with every unsafe character written out as `\u{1b}`, cut at `lengthMax`. */
export function escapeText(text: string, lengthMax = textLengthMax): string {
  const shown = text.length > lengthMax ? `${text.slice(0, lengthMax)}…` : text;
  return shown.replace(unsafe, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}

/** Plain data with all its strings and keys escaped; what views hand to faces. */
export function escapeDeep<Value>(value: Value): Value {
  if (typeof value === 'string') return escapeText(value) as Value;
  if (Array.isArray(value)) return value.map(escapeDeep) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [escapeText(key), escapeDeep(inner)])) as Value;
}

/** `worker-3` for an instance or node, whose ids people know; `queue/orders` for the rest. */
export function entityName(entity: EntityRef): string {
  const short = entity.kind === 'instance' || entity.kind === 'node';
  return escapeText(short ? entity.id : entityKey(entity), 200);
}

/** The Swedish form of a time is nearly that of ISO 8601: `2026-03-07 10:00:00`. */
const utcTime = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone: 'UTC' });

/** `06:10:05`, UTC. */
export function clockTime(atMs: number): string {
  return utcTime.format(atMs).slice(-8);
}

/** `2026-03-07T10:00:00Z`. */
export function isoTime(atMs: number): string {
  return `${utcTime.format(atMs).replace(' ', 'T')}Z`;
}

/** `450 ms`, `12 s`, `3 min 20 s`, `2 h 5 min`, `4 d 3 h`: two units at most. */
export function durationText(ms: number): string {
  const amount = Math.abs(ms);
  const sign = ms < 0 ? '-' : '';
  if (amount < 1_000) return `${sign}${Math.round(amount)} ms`;
  const seconds = Math.round(amount / 1_000);
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  const shown = parts.slice(first, first + 2).filter(([count]) => count > 0);
  return sign + shown.map(([count, unit]) => `${count} ${unit}`).join(' ');
}

export function percentText(ratio: number): string {
  return `${Math.round(ratio * 100)}%`;
}
