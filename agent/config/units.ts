import { z } from 'zod';

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `2h`, `1h30m`, `30d` in ms; null for anything else. A bare number has no unit and is refused. */
export function parseDurationMs(text: string): number | null {
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return null;
  let totalMs = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    totalMs += Number(amount) * (unitMs[unit!] ?? Number.NaN);
  }
  return totalMs;
}

/** `99.9%` as 0.999, and a plain `0.999` as itself; null outside 0..1. */
export function parseRatio(value: string | number): number | null {
  const ratio = typeof value === 'number' ? value : percentOf(value);
  return ratio !== null && ratio >= 0 && ratio <= 1 ? ratio : null;
}

function percentOf(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)%$/.exec(text);
  return match === null ? null : Number(match[1]) / 100;
}

export const durationMs = z
  .string('is not a duration; write it with a unit, such as 30s or 2h')
  .transform((text, context) => {
    const ms = parseDurationMs(text);
    if (ms !== null) return ms;
    context.addIssue({
      code: 'custom',
      message: `"${text}" is not a duration`,
      params: { hint: 'such as 30s, 5m, 2h, 30d' },
    });
    return z.NEVER;
  });

const unitBytes: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/** `512MiB` in bytes. */
export const bytes = z.string('is not an amount; write it with a unit, such as 512MiB').transform((text, context) => {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(KiB|MiB|GiB)$/.exec(text) ?? [];
  if (amount !== undefined) return Number(amount) * unitBytes[unit!]!;
  context.addIssue({
    code: 'custom',
    message: `"${text}" is not an amount of bytes`,
    params: { hint: 'such as 512MiB' },
  });
  return z.NEVER;
});

export const ratio = z.union([z.string(), z.number()]).transform((value, context) => {
  const parsed = parseRatio(value);
  if (parsed !== null) return parsed;
  context.addIssue({ code: 'custom', message: `"${value}" is not a share`, params: { hint: 'such as "99%" or 0.99' } });
  return z.NEVER;
});
