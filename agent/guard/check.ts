import { type ActionSpec, onlyCall } from '../../model/actions.ts';
import type { ReasonCode } from '../../model/reason-codes.ts';
import type { Check, Effect } from '../../model/verdict.ts';

/** A check that passed. */
export function passed(name: string, why: string): Check {
  return { name, ok: true, effect: 'auto', why, code: null, retryAfterMs: null };
}

/** A check that did not pass. `retryAfterMs`: where waiting alone would help, how long. */
export function refused(
  name: string,
  effect: Exclude<Effect, 'auto'>,
  code: ReasonCode,
  why: string,
  retryAfterMs: number | null = null,
): Check {
  return { name, ok: false, effect, why, code, retryAfterMs };
}

/** `2 h`, `90 s`, `250 ms`: the largest unit that leaves a whole number. */
export function spokenMs(ms: number): string {
  if (!Number.isFinite(ms)) return 'for ever';
  if (ms >= 3_600_000 && ms % 3_600_000 === 0) return `${ms / 3_600_000} h`;
  if (ms >= 60_000 && ms % 60_000 === 0) return `${ms / 60_000} min`;
  return ms >= 1000 ? `${Math.round(ms / 100) / 10} s` : `${ms} ms`;
}

/** `35 %`. */
export function spokenShare(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}

/**
 * A doubt about our own view, or about how much trouble there is already, holds changes back. It is what people must hear
 * of, so a plan that does nothing but call them passes.
 */
export function unlessItCalls({ actions }: { readonly actions: readonly ActionSpec[] }, check: Check): Check {
  return check.ok || !onlyCall(actions) ? check : passed(check.name, `${check.why}; calling a person changes nothing`);
}
