import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** Each scope includes those before it. `ingest` stands aside: it may only push telemetry. */
export const scopes = ['read', 'answer', 'admin', 'ingest'] as const;
export type Scope = (typeof scopes)[number];

const tokenSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/i),
  scopes: z.array(z.enum(scopes)).min(1),
  /** At least 128 bits as text; long enough that guessing is hopeless. */
  secret: z.string().min(22),
});

const tokenFileSchema = z.strictObject({ version: z.literal(1), tokens: z.array(tokenSchema).min(1) });

export type Token = z.output<typeof tokenSchema>;

/** The id of the token that the first start writes; its holder is the person `token:local`. */
const firstTokenId = 'local';

export function tokenFile(stateDir: string): string {
  return join(stateDir, 'tokens.json');
}

export type ReadTokens =
  | { readonly ok: true; readonly tokens: readonly Token[] }
  | {
      readonly ok: false;
      readonly code: 'TOKENS_MISSING' | 'TOKENS_UNSAFE' | 'TOKENS_INVALID';
      readonly message: string;
    };

/** Reads the token file. One that others may read is refused, as an SSH key would be. */
export function readTokens(stateDir: string): ReadTokens {
  const file = tokenFile(stateDir);
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return { ok: false, code: 'TOKENS_MISSING', message: `${file} does not exist` };
  if ((stats.mode & 0o077) !== 0) {
    return { ok: false, code: 'TOKENS_UNSAFE', message: `${file} is readable by others; run: chmod 600 ${file}` };
  }
  const parsed = tokenFileSchema.safeParse(parseJson(readFileSync(file, 'utf8')));
  if (!parsed.success)
    return { ok: false, code: 'TOKENS_INVALID', message: `${file}: ${z.prettifyError(parsed.error)}` };
  return { ok: true, tokens: parsed.data.tokens };
}

/** Reads the token file, and writes one with a single token of every scope where there is none. */
export function ensureTokens(stateDir: string): ReadTokens {
  const known = readTokens(stateDir);
  if (known.ok || known.code !== 'TOKENS_MISSING') return known;
  const token: Token = { id: firstTokenId, scopes: [...scopes], secret: randomBytes(32).toString('base64url') };
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  // `wx` fails where another process was faster, and never follows a planted link.
  writeFileSync(tokenFile(stateDir), `${JSON.stringify({ version: 1, tokens: [token] }, null, 2)}\n`, {
    mode: 0o600,
    flag: 'wx',
  });
  return { ok: true, tokens: [token] };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The token with this secret, or null. Every token is compared, in a time that tells nothing about the secret. */
export function findToken(tokens: readonly Token[], secret: string): Token | null {
  const given = digest(secret);
  return tokens.filter((token) => timingSafeEqual(digest(token.secret), given))[0] ?? null;
}

/** Equal lengths for the comparison, whatever was sent. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

export function allows({ scopes: own }: { readonly scopes: readonly Scope[] }, needed: Scope): boolean {
  const rank = { read: 0, answer: 1, admin: 2 } as const;
  return own.some((scope) => {
    if (scope === 'ingest' || needed === 'ingest') return scope === needed || scope === 'admin';
    return rank[scope] >= rank[needed];
  });
}
