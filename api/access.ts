import { isIP } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { HttpBindings } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context, MiddlewareHandler } from 'hono';
import { HttpProblem } from './problems.ts';
import { allows, findToken, type Scope, type Token } from './tokens.ts';

/** Who calls, as a token or a certificate proved it. */
export interface Caller {
  /** `token:ci`, `mtls:maria`. */
  readonly personId: string;
  readonly scopes: readonly Scope[];
}

/** What the checks established about a caller; handlers read it and nothing else. */
export interface AccessEnv {
  Bindings: HttpBindings;
  Variables: { caller: Caller | null };
}

export interface AccessRules {
  readonly tokens: readonly Token[];
  /** Scopes by the common name of a certificate that the configured authority signed; null where none are asked for. */
  readonly subjects: Readonly<Record<string, readonly Scope[]>> | null;
  /** Host names under which the API is reached, besides addresses and `localhost`. */
  readonly hostNames: readonly string[];
}

/**
 * Lets a request through or ends it. Unnamed, only reads from this machine are served; everything else names itself
 * by a token or a certificate. A page in a browser cannot read either: its Origin and its Host give it away (DNS rebinding,
 * https://fetch.spec.whatwg.org/#origin-header).
 */
export function checkAccess(rules: AccessRules, needed: Scope): MiddlewareHandler<AccessEnv> {
  return async (context, next) => {
    const writes = context.req.method !== 'GET' && context.req.method !== 'HEAD';
    const secret = bearerOf(context);
    if (writes || secret === null) refuseForeignPages(context, rules.hostNames);
    if (writes) refuseOtherMedia(context);
    const caller = secret === null ? holderOfCertificate(context, rules.subjects) : holderOfToken(rules.tokens, secret);
    if (caller === null) refuseStrangers(context, { writes, sentToken: secret !== null });
    else if (!allows(caller, needed)) {
      throw new HttpProblem(403, 'SCOPE_MISSING', `${caller.personId} does not have the scope ${needed}`, {
        hint: `add "${needed}" to its scopes in the token file, or in api.tls.clients for a certificate`,
      });
    }
    context.set('caller', caller);
    await next();
  };
}

function holderOfToken(tokens: readonly Token[], secret: string): Caller | null {
  const token = findToken(tokens, secret);
  return token === null ? null : { personId: `token:${token.id}`, scopes: token.scopes };
}

/**
 * The holder of a certificate that the connection has verified. A browser sends one by itself, which is why the checks
 * of Host and Origin hold wherever no token was sent.
 */
function holderOfCertificate({ env }: Context<AccessEnv>, subjects: AccessRules['subjects']): Caller | null {
  const socket = env.incoming?.socket;
  if (subjects === null || !(socket instanceof TLSSocket) || !socket.authorized) return null;
  const { CN: commonName } = socket.getPeerCertificate().subject ?? {};
  if (typeof commonName !== 'string' || !Object.hasOwn(subjects, commonName)) return null;
  return { personId: `mtls:${commonName}`, scopes: subjects[commonName]! };
}

function bearerOf(context: Context): string | null {
  const match = /^Bearer +(\S+)$/i.exec(context.req.header('authorization') ?? '');
  return match?.[1] ?? null;
}

function refuseForeignPages(context: Context, hostNames: readonly string[]): void {
  const host = context.req.header('host') ?? '';
  const name = host
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
  if (name !== 'localhost' && isIP(name) === 0 && !hostNames.includes(name)) {
    throw new HttpProblem(403, 'HOST_NOT_ALLOWED', 'the Host header names another server', {
      hint: 'add the name to api.hosts in homeostat.yaml',
    });
  }
  const origin = context.req.header('origin');
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
    throw new HttpProblem(403, 'ORIGIN_NOT_ALLOWED', 'the request comes from a page of another origin', {
      hint: 'call the API from a program, not from a page',
    });
  }
}

function refuseOtherMedia(context: Context): void {
  const type = (context.req.header('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
  if (type === 'application/json') return;
  throw new HttpProblem(415, 'NOT_JSON', 'the body must be JSON', { hint: 'send content-type: application/json' });
}

function refuseStrangers(context: Context, { writes, sentToken }: { writes: boolean; sentToken: boolean }): void {
  if (sentToken)
    throw new HttpProblem(401, 'TOKEN_UNKNOWN', 'no token has this secret', {
      hint: 'see the token file in the state directory',
    });
  if (!writes && isLoopback(getConnInfo(context).remote.address)) return;
  throw new HttpProblem(401, 'TOKEN_MISSING', 'this request needs a token', {
    hint: 'send authorization: Bearer <secret of the token file in the state directory>, or a certificate of api.tls.clients',
  });
}

/** IPv4 127.0.0.0/8 (RFC 1122), `::1`, and the former mapped into IPv6. */
export function isLoopback(address: string | undefined): boolean {
  return address === '::1' || /^(::ffff:)?127\.\d+\.\d+\.\d+$/.test(address ?? '');
}
