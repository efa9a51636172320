import { Cron, CronDate } from 'croner';

/** A recurring span in which the policy is stricter. */
export interface PolicyWindow {
  readonly id: string;
  readonly effect: 'deny' | 'ask';
  readonly why: string;
  /** The running span around an instant, or null outside of it. Both ends in Unix ms, the end exclusive. */
  readonly spanAt: (nowMs: number) => { readonly fromMs: number; readonly toMs: number } | null;
}

export type CompiledWindow =
  | { readonly ok: true; readonly spanAt: PolicyWindow['spanAt'] }
  | { readonly ok: false; readonly message: string };

/**
 * Compiles a cron expression that begins a span of `lastsMs`. The zone's clock changes shift the beginning, never the
 * length: a window of 8 h lasts 8 h.
 */
export function compileWindow(cron: string, lastsMs: number, zone: string): CompiledWindow {
  try {
    const begins = new Cron(cron, { timezone: zone, mode: '5-part', paused: true });
    if (begins.nextRun(isoUtc(0)) === null) return { ok: false, message: 'never begins' };
    return { ok: true, spanAt: remembered(begins, lastsMs) };
  } catch (error) {
    if (error instanceof Error) return { ok: false, message: error.message.split('. ')[0]! };
    throw error;
  }
}

/**
 * The answer holds until the next edge, so it is kept: a cron search takes tens of microseconds, and the guard asks in
 * every judgement. Asking for an earlier instant simply searches again.
 */
function remembered(begins: Cron, lastsMs: number): PolicyWindow['spanAt'] {
  let known: { fromMs: number; untilMs: number; span: { fromMs: number; toMs: number } | null } | null = null;
  return (nowMs) => {
    if (known !== null && nowMs >= known.fromMs && nowMs < known.untilMs) return known.span;
    // The first beginning after (now - lasts) is the only one whose span can still be running.
    const fromMs = begins.nextRun(isoUtc(nowMs - lastsMs))?.getTime() ?? Number.POSITIVE_INFINITY;
    const span = fromMs <= nowMs ? { fromMs, toMs: fromMs + lastsMs } : null;
    known = { fromMs: span?.fromMs ?? nowMs, untilMs: span?.toMs ?? fromMs, span };
    return span;
  };
}

/** Whether an IANA zone name is known on this machine. */
export function isKnownZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Reads `2026-03-03T10:00` as local time of the zone, and a time with `Z` or an offset as itself; null for anything else. */
export function parseInstantMs(text: string, zone: string): number | null {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d)?(Z|[+-]\d\d:\d\d)?$/.exec(text);
  if (match === null) return null;
  const [, minutes, seconds = ':00', offset] = match;
  try {
    if (offset === undefined) return new CronDate(`${minutes}${seconds}`, zone).getTime();
    return new CronDate(`${minutes}${seconds}Z`, 'UTC').getTime() - offsetMs(offset);
  } catch (error) {
    // The library throws where a date cannot be read.
    if (error instanceof Error) return null;
    throw error;
  }
}

function offsetMs(offset: string): number {
  if (offset === 'Z') return 0;
  const sign = offset.startsWith('-') ? -1 : 1;
  return sign * (Number(offset.slice(1, 3)) * 3_600_000 + Number(offset.slice(4, 6)) * 60_000);
}

// Swedish writes dates as ISO 8601 does; `Date` is not for the core.
const utcFormat = new Intl.DateTimeFormat('sv-SE', { timeZone: 'UTC', dateStyle: 'short', timeStyle: 'medium' });

/** An instant as the library takes it: ISO text in UTC, in whole seconds. */
function isoUtc(atMs: number): string {
  return `${utcFormat.format(atMs).replace(' ', 'T')}Z`;
}
